/** Where every officer is, as columns that are changed in place; a signal says when. */

import { signal } from "@preact/signals";
import type { LonLat } from "../../service/ask";
import type { Status } from "../../service/shapes";
import { GONE, lonLatOf, STANDING, STATUSES, type Packed } from "./pack";

const FIRST_ROOM = 1024;

/** From this age on nobody is suggested by a position any more. */
export const STALE_MS = 20 * 60_000;

/** What is known of one officer's place. */
export interface Whereabouts {
  officer: string;
  lonLat: LonLat;
  timeMs: number;
  status: Status;
  heading: number | null;
  byHand: boolean;
}

/** The columns. */
export class Fleet {
  readonly ids: string[] = [];
  places = new Float64Array(2 * FIRST_ROOM);
  timesMs = new Float64Array(FIRST_ROOM);
  status = new Uint8Array(FIRST_ROOM).fill(GONE);
  headings = new Float32Array(FIRST_ROOM);
  byHand = new Uint8Array(FIRST_ROOM);
  private readonly rowOf = new Map<string, number>();

  /** Takes what was told together; after a new stream rows are given anew. */
  take(packed: Packed): void {
    if (packed.anew) this.clear();
    for (const id of packed.added) {
      this.rowOf.set(id, this.ids.length);
      this.ids.push(id);
    }
    this.grow(this.ids.length);
    const { rows, places, timesMs, status, headings, byHand } = packed;
    for (let at = 0; at < rows.length; at += 1) {
      const row = rows[at] as number;
      this.status[row] = status[at] as number;
      if (status[at] === GONE) continue;
      this.places[2 * row] = places[2 * at] as number;
      this.places[2 * row + 1] = places[2 * at + 1] as number;
      this.timesMs[row] = timesMs[at] as number;
      this.headings[row] = headings[at] as number;
      this.byHand[row] = byHand[at] as number;
    }
  }

  /** Row of an officer who is told of, or none. */
  row(officer: string): number | undefined {
    const row = this.rowOf.get(officer);
    return row === undefined || this.status[row] === GONE ? undefined : row;
  }

  /** What is known of an officer's place. */
  at(officer: string): Whereabouts | undefined {
    const row = this.row(officer);
    if (row === undefined) return undefined;
    const heading = this.headings[row] as number;
    return {
      officer,
      lonLat: lonLatOf(this.places[2 * row] as number, this.places[2 * row + 1] as number),
      timeMs: this.timesMs[row] as number,
      status: STATUSES[this.status[row] as number] as Status,
      heading: heading === STANDING ? null : heading,
      byHand: this.byHand[row] === 1,
    };
  }

  /** How many officers are in each state. */
  counts(): ReadonlyMap<Status, number> {
    const counts = new Array<number>(STATUSES.length).fill(0);
    for (let row = 0; row < this.ids.length; row += 1) {
      const status = this.status[row] as number;
      if (status !== GONE) counts[status] = (counts[status] as number) + 1;
    }
    return new Map(STATUSES.map((status, at) => [status, counts[at] as number]));
  }

  /** The officer nearest to a place within a distance, all in Web Mercator from 0 to 1. */
  nearest(east: number, south: number, within: number): string | undefined {
    let best = within * within;
    let found = -1;
    for (let row = 0; row < this.ids.length; row += 1) {
      const [across, down] = [(this.places[2 * row] as number) - east, (this.places[2 * row + 1] as number) - south];
      const apart = across * across + down * down;
      if (apart <= best && this.status[row] !== GONE) [best, found] = [apart, row];
    }
    return this.ids[found];
  }

  private clear(): void {
    this.ids.length = 0;
    this.rowOf.clear();
    this.status.fill(GONE);
  }

  private grow(count: number): void {
    let room = this.status.length;
    if (count <= room) return;
    while (room < count) room *= 2;
    this.places = grown(this.places, 2 * room);
    this.timesMs = grown(this.timesMs, room);
    this.headings = grown(this.headings, room);
    this.byHand = grown(this.byHand, room);
    const status = new Uint8Array(room).fill(GONE);
    status.set(this.status);
    this.status = status;
  }
}

function grown<T extends Float64Array | Float32Array | Uint8Array>(before: T, room: number): T {
  const after = new (before.constructor as new (length: number) => T)(room);
  after.set(before);
  return after;
}

/** The officers of this city. */
export const fleet = new Fleet();

/** Rises whenever `fleet` has changed: who shows of it reads this first. */
export const fleetTold = signal(0);

/** Takes what the stream tells of positions. */
export function takePositions(packed: Packed): void {
  fleet.take(packed);
  fleetTold.value += 1;
}

// The browser tests look at where everybody is.
Object.assign(window, { gridDispatchFleet: fleet });
