/** What is drawn becomes ground: a service takes the streets that lie within polygons. */

import type { LonLat } from "../../service/ask";

export type Drawing = "polygon" | "line" | "point";

/** How far a line or a place reaches to each side, metres: across a road, not to the next one. */
const REACH_M = 12;
const METRES_A_DEGREE = 111_320;

/** How many places a drawing takes at least. */
export const LEAST: Record<Drawing, number> = { polygon: 3, line: 2, point: 1 };

/** The ground that a drawing covers, or nothing while it has too few places. */
export function groundOf(
  drawing: Drawing,
  places: readonly LonLat[],
): GeoJSON.Polygon | GeoJSON.MultiPolygon | null {
  if (places.length < LEAST[drawing]) return null;
  if (drawing === "polygon") return { type: "Polygon", coordinates: [closed(places)] };
  if (drawing === "point") return { type: "Polygon", coordinates: [around(places[0] as LonLat)] };
  const pairs = places.slice(1).map((to, at) => along(places[at] as LonLat, to));
  return { type: "MultiPolygon", coordinates: pairs.map((ring) => [ring]) };
}

function closed(places: readonly LonLat[]): LonLat[] {
  return [...places, places[0] as LonLat];
}

/** Degrees of longitude and latitude in a metre, at a place. */
function scaleAt([, lat]: LonLat): LonLat {
  return [1 / (METRES_A_DEGREE * Math.cos((lat * Math.PI) / 180)), 1 / METRES_A_DEGREE];
}

function around(place: LonLat): LonLat[] {
  const [wide, high] = scaleAt(place).map((degrees) => degrees * REACH_M) as LonLat;
  const [lon, lat] = place;
  return closed([
    [lon - wide, lat - high],
    [lon + wide, lat - high],
    [lon + wide, lat + high],
    [lon - wide, lat + high],
  ]);
}

/** A strip along one piece of a line. */
function along(from: LonLat, to: LonLat): LonLat[] {
  const [wide, high] = scaleAt(from);
  const [east, north] = [(to[0] - from[0]) / wide, (to[1] - from[1]) / high];
  const length = Math.hypot(east, north) || 1;
  const aside: LonLat = [(-north / length) * REACH_M * wide, (east / length) * REACH_M * high];
  const ahead: LonLat = [(east / length) * REACH_M * 0.1 * wide, (north / length) * REACH_M * 0.1 * high];
  const corner = ([lon, lat]: LonLat, side: 1 | -1, way: 1 | -1): LonLat => [
    lon + side * aside[0] + way * ahead[0],
    lat + side * aside[1] + way * ahead[1],
  ];
  return closed([corner(from, 1, -1), corner(to, 1, 1), corner(to, -1, 1), corner(from, -1, -1)]);
}
