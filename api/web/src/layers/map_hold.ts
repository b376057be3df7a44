/** The map of this view, for the moments at which somebody asks to be shown a place. */

import type { Map as MapLibre } from "maplibre-gl";
import type { LonLat } from "../service/ask";
import type { Box } from "./shapes";

/** Nearer than this nothing is shown: a strip of a metre needs its surroundings. */
const NEAREST_ZOOM = 17.5;
const PLACE_ZOOM = 16;

let map: MapLibre | null = null;

/** Keeps the map for as long as it stands; answers how to let go of it. */
export function holdMap(held: MapLibre): () => void {
  map = held;
  return () => (map = null);
}

export function showBox([west, south, east, north]: Box): void {
  const bounds: [LonLat, LonLat] = [
    [west, south],
    [east, north],
  ];
  map?.fitBounds(bounds, { padding: 60, maxZoom: NEAREST_ZOOM, duration: 500 });
}

export function showPlace(lonLat: LonLat): void {
  map?.easeTo({ center: lonLat, zoom: Math.max(map.getZoom(), PLACE_ZOOM), duration: 500 });
}

/** Where shapes lie together; null for none. */
export function boxOf(shapes: Iterable<GeoJSON.Geometry>): Box | null {
  const box: Box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const shape of shapes) for (const point of pointsOf(shape)) widen(box, point);
  return box[0] === Infinity ? null : box;
}

function widen(box: Box, [lon, lat]: GeoJSON.Position): void {
  if (lon === undefined || lat === undefined) return;
  box[0] = Math.min(box[0], lon);
  box[1] = Math.min(box[1], lat);
  box[2] = Math.max(box[2], lon);
  box[3] = Math.max(box[3], lat);
}

function* pointsOf(shape: GeoJSON.Geometry): Generator<GeoJSON.Position> {
  if (shape.type === "GeometryCollection") {
    for (const part of shape.geometries) yield* pointsOf(part);
  } else yield* positions(shape.coordinates);
}

type Nested = GeoJSON.Position | Nested[];

function* positions(nested: Nested): Generator<GeoJSON.Position> {
  if (typeof nested[0] === "number") yield nested as GeoJSON.Position;
  else for (const inner of nested as Nested[]) yield* positions(inner);
}
