/** Positions as columns: what the stream tells is packed by a worker, so that a page with 25,000 officers stays quick. */

import type { Position, Status } from "../../service/shapes";

/** Status by its code in the columns. */
export const STATUSES: readonly Status[] = ["available", "busy", "en_route", "on_scene", "off_duty"];

/** Code of a row whose officer is no longer told of. */
export const GONE = 255;

/** Heading of an officer who stands still; no arrow is drawn. */
export const STANDING = -1;

const MOVING_MPS = 0.5;

/** Where officers are who were told of together; row by row, parallel. */
export interface Packed {
  /** Whether rows are given anew: the stream was opened anew. */
  anew: boolean;
  /** Ids of rows that are new, in the order of the rows. */
  added: string[];
  rows: Uint32Array;
  /** Web Mercator from 0 to 1, east and south, two of each row. */
  places: Float64Array;
  timesMs: Float64Array;
  status: Uint8Array;
  headings: Float32Array;
  byHand: Uint8Array;
}

/** What the stream tells of positions. */
export interface Told {
  complete: boolean;
  items: Position[];
}

/** Packs positions; an officer keeps the row that he or she was given first. */
export class Packer {
  private readonly rowOf = new Map<string, number>();
  private present = new Set<number>();
  private anew = true;

  /** Packs what was told together. */
  pack({ complete, items }: Told): Packed {
    const left = complete ? this.present : null;
    if (complete) this.present = new Set();
    const added: string[] = [];
    const known = items.map(({ officer }) => this.row(officer, added));
    for (const row of known) {
      this.present.add(row);
      left?.delete(row);
    }
    const gone = left ? [...left] : [];
    const packed = room(known, gone, added, this.anew);
    this.anew = false;
    items.forEach((position, at) => put(packed, at, position));
    packed.status.fill(GONE, items.length);
    return packed;
  }

  private row(officer: string, added: string[]): number {
    const known = this.rowOf.get(officer);
    if (known !== undefined) return known;
    const row = this.rowOf.size;
    this.rowOf.set(officer, row);
    added.push(officer);
    return row;
  }
}

/** Columns for rows that are told of, and those that are gone after them. */
function room(known: number[], gone: number[], added: string[], anew: boolean): Packed {
  const count = known.length + gone.length;
  return {
    anew,
    added,
    rows: Uint32Array.from([...known, ...gone]),
    places: new Float64Array(2 * count),
    timesMs: new Float64Array(count),
    status: new Uint8Array(count),
    headings: new Float32Array(count),
    byHand: new Uint8Array(count),
  };
}

function put(packed: Packed, at: number, position: Position): void {
  const [east, south] = mercatorOf(position.lon, position.lat);
  packed.places[2 * at] = east;
  packed.places[2 * at + 1] = south;
  packed.timesMs[at] = Date.parse(position.time);
  packed.status[at] = STATUSES.indexOf(position.status);
  const moves = position.heading_deg !== null && (position.speed_mps ?? 0) > MOVING_MPS;
  packed.headings[at] = moves ? (position.heading_deg as number) : STANDING;
  packed.byHand[at] = position.by_hand ? 1 : 0;
}

/** A place in Web Mercator, from 0 to 1. */
export function mercatorOf(lon: number, lat: number): [number, number] {
  const sine = Math.sin((lat * Math.PI) / 180);
  return [lon / 360 + 0.5, 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)];
}

/** The place of Web Mercator coordinates from 0 to 1. */
export function lonLatOf(east: number, south: number): [number, number] {
  const lat = (360 / Math.PI) * Math.atan(Math.exp((0.5 - south) * 2 * Math.PI)) - 90;
  return [(east - 0.5) * 360, lat];
}

/** What of it may change hands instead of being copied. */
export function buffersOf(packed: Packed): ArrayBuffer[] {
  const { rows, places, timesMs, status, headings, byHand } = packed;
  return [rows, places, timesMs, status, headings, byHand].map((one) => one.buffer as ArrayBuffer);
}
