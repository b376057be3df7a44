/** In which zone an incident lies, by the ground of the zones that the map has read. */

import { computed } from "@preact/signals";
import { zoneLayer } from "../frame/book";
import type { LonLat } from "../service/ask";

export interface ZoneGround {
  code: string;
  arrivalTargetS: number;
  box: [west: number, south: number, east: number, north: number];
  /** Rings, shells and holes alike: a point inside an odd number of them lies in the zone. */
  rings: GeoJSON.Position[][];
}

const grounds = computed<readonly ZoneGround[]>(() =>
  (zoneLayer.value?.features ?? []).map(({ geometry, properties }) => {
    const rings = ringsOf(geometry);
    return {
      code: String(properties?.["code"]),
      arrivalTargetS: Number(properties?.["arrival_target_s"]),
      box: boxOf(rings),
      rings,
    };
  }),
);

function ringsOf(geometry: GeoJSON.Geometry): GeoJSON.Position[][] {
  if (geometry.type === "Polygon") return geometry.coordinates;
  return geometry.type === "MultiPolygon" ? geometry.coordinates.flat() : [];
}

function boxOf(rings: GeoJSON.Position[][]): ZoneGround["box"] {
  const box: ZoneGround["box"] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [lon = 0, lat = 0] of rings.flat()) {
    box[0] = Math.min(box[0], lon);
    box[1] = Math.min(box[1], lat);
    box[2] = Math.max(box[2], lon);
    box[3] = Math.max(box[3], lat);
  }
  return box;
}

let known = new Map<string, ZoneGround | null>();
let knownOf: readonly ZoneGround[] = [];

/** The zone of a place; null outside every zone, and before the zones are there. */
export function zoneOf([lon, lat]: LonLat): ZoneGround | null {
  const zones = grounds.value;
  if (zones !== knownOf) {
    known = new Map();
    knownOf = zones;
  }
  const key = `${lon},${lat}`;
  let found = known.get(key);
  if (found === undefined) {
    found = zones.find((zone) => within(zone, lon, lat)) ?? null;
    known.set(key, found);
  }
  return found;
}

function within({ box, rings }: ZoneGround, lon: number, lat: number): boolean {
  if (lon < box[0] || lat < box[1] || lon > box[2] || lat > box[3]) return false;
  let inside = false;
  for (const ring of rings) if (crossesOddly(ring, lon, lat)) inside = !inside;
  return inside;
}

function crossesOddly(ring: GeoJSON.Position[], lon: number, lat: number): boolean {
  let odd = false;
  let [beforeLon = 0, beforeLat = 0] = ring.at(-1) ?? [];
  for (const [atLon = 0, atLat = 0] of ring) {
    const crosses = atLat > lat !== beforeLat > lat;
    if (crosses && lon < ((beforeLon - atLon) * (lat - atLat)) / (beforeLat - atLat) + atLon) {
      odd = !odd;
    }
    [beforeLon, beforeLat] = [atLon, atLat];
  }
  return odd;
}
