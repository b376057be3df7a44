/** The tools of the map: select, brush, lasso and cut, by the pointer. */

import type { Map as MapLibre, MapMouseEvent } from "maplibre-gl";
import { batch, effect } from "@preact/signals";
import { holdMap } from "../frame/first";
import { assign } from "./edits";
import { inside, type Point } from "./ground";
import {
  brushPx,
  cutLine,
  draft,
  dragged,
  editable,
  ground,
  looking,
  refused,
  selected,
  shownZoneOf,
  sketch,
  target,
  tool,
} from "./state";

const LAYER = "plan-fill";
const COLOUR_WAITS_MS = 250;
const MOST_SKETCHED = 2_000;

interface Stroke {
  last: { x: number; y: number };
  grids: Set<string>;
}

/** Listens to the pointer; answers how to end it. */
export function listenToPointer(map: MapLibre): () => void {
  let stroke: Stroke | null = null;
  const begin = (event: MapMouseEvent) => {
    if (event.originalEvent.button !== 0 || !draws()) return;
    event.preventDefault();
    stroke = { last: event.point, grids: new Set() };
    if (tool.value === "brush") paint(map, stroke, event.point);
    else sketch.value = [place(event)];
  };
  const go = (event: MapMouseEvent) => {
    if (!stroke) return;
    if (tool.value === "brush") paint(map, stroke, event.point);
    else if (sketch.value.length < MOST_SKETCHED) sketch.value = [...sketch.value, place(event)];
  };
  const end = () => {
    if (!stroke) return;
    const painted = stroke.grids;
    stroke = null;
    if (tool.value === "brush") assign([...painted], target.value);
    else finishLine();
  };
  const click = (event: MapMouseEvent) => pick(map, event);
  map.on("mousedown", begin);
  map.on("mousemove", go);
  map.on("click", click);
  // The pointer may be let go outside of the map.
  window.addEventListener("mouseup", end);
  const cursor = effect(() => {
    map.getCanvas().style.cursor = draws() ? "crosshair" : "";
  });
  return () => {
    window.removeEventListener("mouseup", end);
    cursor();
  };
}

/** Whether the pointer draws at present; otherwise it moves the map and selects. */
function draws(): boolean {
  if (!editable.value || looking.value || refused.value || tool.value === "select") return false;
  return tool.value !== "brush" || target.value !== null;
}

function place({ lngLat }: MapMouseEvent): Point {
  return [Math.round(lngLat.lng * 1e6) / 1e6, Math.round(lngLat.lat * 1e6) / 1e6];
}

/** Adds the grids between the last point and this one to the stroke. */
function paint(map: MapLibre, stroke: Stroke, to: { x: number; y: number }): void {
  const radius = brushPx.value;
  const [dx, dy] = [to.x - stroke.last.x, to.y - stroke.last.y];
  const steps = Math.max(1, Math.ceil(Math.hypot(dx, dy) / Math.max(4, radius)));
  const before = stroke.grids.size;
  for (let at = 1; at <= steps; at += 1) {
    const [x, y] = [stroke.last.x + (dx * at) / steps, stroke.last.y + (dy * at) / steps];
    for (const grid of gridsWithin(map, x, y, radius)) stroke.grids.add(grid);
  }
  stroke.last = { x: to.x, y: to.y };
  if (stroke.grids.size === before) return;
  const zone = target.value;
  const zoneOf = draft.value?.zone_of ?? {};
  const moving = [...stroke.grids].filter((grid) => zoneOf[grid] !== zone);
  // The first grid of a stroke takes its colour with its figures; after it the colour follows at once.
  batch(() => {
    if (before === 0) holdMap(COLOUR_WAITS_MS);
    dragged.value = new Map(moving.map((grid) => [grid, zone]));
  });
}

function gridsWithin(map: MapLibre, x: number, y: number, radius: number): string[] {
  if (!map.getLayer(LAYER)) return [];
  const box: [Point, Point] = [
    [x - radius, y - radius],
    [x + radius, y + radius],
  ];
  return map
    .queryRenderedFeatures(radius <= 1 ? [x, y] : box, { layers: [LAYER] })
    .map((feature) => String(feature.properties["code"]));
}

/** What a freehand line means: a choice of grids, or a cut through a zone. */
function finishLine(): void {
  const line = [...sketch.value];
  sketch.value = [];
  if (line.length < 3 || !ground.value) return;
  if (tool.value === "lasso") {
    const found = [...ground.value.middle].filter(([, middle]) => inside(middle, line));
    selected.value = new Set(found.map(([code]) => code));
    return;
  }
  const zone = zoneAlong(line);
  if (zone) cutLine.value = { zone, line };
}

/** The zone to which most of the grids along a line belong. */
function zoneAlong(line: Point[]): string | null {
  const count = new Map<string, number>();
  for (const point of line) {
    const zone = shownZoneOf.value[nearest(point)];
    if (zone) count.set(zone, (count.get(zone) ?? 0) + 1);
  }
  return [...count].sort((one, other) => other[1] - one[1])[0]?.[0] ?? null;
}

function nearest([x, y]: Point): string {
  let [best, least] = ["", Infinity];
  for (const [code, [mx, my]] of ground.value?.middle ?? []) {
    const far = (mx - x) ** 2 + (my - y) ** 2;
    if (far < least) [best, least] = [code, far];
  }
  return best;
}

/** A click selects a grid, and more of them with Shift; its zone becomes the one that is painted. */
function pick(map: MapLibre, event: MapMouseEvent): void {
  if (draws()) return;
  const [grid] = gridsWithin(map, event.point.x, event.point.y, 0);
  const keep = event.originalEvent.shiftKey;
  if (!grid) {
    if (!keep) selected.value = new Set();
    return;
  }
  // A brush without a zone takes that of the first grid it is put on.
  if (tool.value === "brush" && target.value === null) {
    target.value = shownZoneOf.value[grid] ?? null;
    return;
  }
  const chosen = new Set(keep ? selected.value : []);
  if (keep && chosen.has(grid)) chosen.delete(grid);
  else chosen.add(grid);
  selected.value = chosen;
}
