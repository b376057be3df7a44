/** How the map follows the plan: colours by the state of each grid, borders and names as lines. */

import { effect } from "@preact/signals";
import type { Map as MapLibre } from "maplibre-gl";
import { zones } from "../frame/book";
import { mapWaits } from "../frame/first";
import { fill } from "../map/zones";
import { colour, coloured } from "./colours";
import { bordersOf, nameplates, type Ground } from "./ground";
import type { HourFigures, ZoneOf } from "./shapes";
import { draft, dragged, ground, looking, selected, shownFigures, shownZoneOf, sketch } from "./state";

const SOURCE = "plan-grids";
type End = () => void;
type Marks = Record<string, unknown>;

/** Ties everything that a style can draw; the published borders are dashed below the draft's. */
export function followPlan(map: MapLibre): End[] {
  hidePublishedZones(map);
  const marks = new GridMarks(map);
  return [
    effect(() => {
      if (ground.value) fill(map, SOURCE, ground.value.layer.features);
    }),
    effect(() => {
      const [on, zoneOf] = [ground.value, shownZoneOf.value];
      if (on && !mapWaits.value) drawPlan(map, marks, on, zoneOf);
    }),
    effect(() => {
      const on = draft.value !== null || looking.value !== null;
      const { edges = [], published = {} } = ground.value ?? {};
      fill(map, "published-borders", on ? bordersOf(edges, published) : []);
    }),
    effect(() => marks.only("selected", selected.value)),
    effect(() => {
      const missed = missedOf(looking.value ? null : (shownFigures.value?.hour ?? null));
      if (!mapWaits.value) marks.only("missed", missed);
    }),
    effect(() => drawLocks(map)),
    effect(() => {
      const coordinates = [...sketch.value];
      const line: GeoJSON.Feature = {
        type: "Feature",
        properties: {},
        geometry: { type: "LineString", coordinates },
      };
      fill(map, "sketch", coordinates.length > 1 ? [line] : []);
    }),
  ];
}

/** The zones of the base map are the published ones; here the plan stands in their place. */
function hidePublishedZones(map: MapLibre): void {
  for (const layer of ["zone-tint", "zone-border", "zone-names"]) {
    if (map.getLayer(layer)) map.setLayoutProperty(layer, "visibility", "none");
  }
}

function drawPlan(map: MapLibre, marks: GridMarks, on: Ground, zoneOf: ZoneOf): void {
  const dragging = dragged.peek().size > 0;
  const hues = dragging ? coloured() : colour(on, zoneOf);
  marks.each("hue", new Map(on.codes.map((code) => [code, hues.get(zoneOf[code] ?? "") ?? -1])));
  const moved = on.codes.filter((code) => zoneOf[code] !== on.published[code]);
  marks.only("moved", new Set(moved));
  // While a grid is dragged its colour follows; borders and names come when it is let go, so that
  // nothing jumps under the pointer and figures have the time.
  if (dragging) return;
  fill(map, "plan-borders", bordersOf(on.edges, zoneOf));
  fill(map, "plan-names", namesOf(on, zoneOf));
}

export function namesOf(on: Ground, zoneOf: ZoneOf): GeoJSON.Feature[] {
  const terms = draft.peek()?.terms ?? {};
  return [...nameplates(on, zoneOf)].map(([code, coordinates]) => {
    const known = zones.value.get(code);
    const name = terms[code]?.name ?? known?.name ?? "";
    const name_en = terms[code]?.name_en ?? known?.name_en ?? name;
    return {
      type: "Feature",
      properties: { code, name, name_en },
      geometry: { type: "Point", coordinates },
    };
  });
}

function missedOf(hour: HourFigures | null): Map<string, number> {
  const missed = new Map<string, number>();
  for (const grid of hour?.late ?? []) missed.set(grid, 1);
  for (const grid of [...(hour?.unreachable ?? []), ...(hour?.nobody ?? [])]) missed.set(grid, 2);
  return missed;
}

function drawLocks(map: MapLibre): void {
  const [plan, on] = [draft.value, ground.value];
  const zonesLocked = new Set(plan?.locks.zones);
  const held = new Set(plan?.locks.grids);
  const points = [...(on?.middle ?? [])].filter(
    ([code]) => held.has(code) || zonesLocked.has(plan?.zone_of[code] ?? ""),
  );
  fill(
    map,
    "plan-locks",
    points.map(([code, coordinates]) => ({
      type: "Feature",
      properties: { code },
      geometry: { type: "Point", coordinates },
    })),
  );
}

/** States of grids on the map: only those are set that change. */
export class GridMarks {
  private readonly known = new Map<string, Map<string, unknown>>();

  constructor(private readonly map: MapLibre) {}

  /** Sets one mark on some grids, and takes it off all others. */
  only(name: string, on: ReadonlySet<string> | ReadonlyMap<string, unknown>): void {
    const wanted = new Map<string, unknown>();
    if (on instanceof Map) for (const [code, value] of on) wanted.set(code, value);
    else for (const code of on.keys()) wanted.set(code as string, true);
    const before = this.known.get(name) ?? new Map<string, unknown>();
    for (const code of before.keys()) {
      if (!wanted.has(code)) this.set(code, { [name]: null });
    }
    this.each(name, wanted, before);
    this.known.set(name, wanted);
  }

  /** Sets one mark on every grid. */
  each(
    name: string,
    wanted: Map<string, unknown>,
    before: ReadonlyMap<string, unknown> = this.known.get(name) ?? new Map(),
  ): void {
    for (const [code, value] of wanted) {
      if (before.get(code) !== value) this.set(code, { [name]: value });
    }
    this.known.set(name, wanted);
  }

  private set(id: string, marks: Marks): void {
    if (this.map.getSource(SOURCE)) this.map.setFeatureState({ source: SOURCE, id }, marks);
  }
}
