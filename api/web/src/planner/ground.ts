/** The unit grids: where each lies, and which share a border. */

import type { ZoneOf } from "./shapes";

export type Point = [number, number];

/** A stretch of border that two grids share. */
export interface Edge {
  one: string;
  other: string;
  line: [Point, Point];
}

export interface Ground {
  layer: GeoJSON.FeatureCollection;
  codes: readonly string[];
  published: ZoneOf;
  /** A point in the middle of each grid. */
  middle: ReadonlyMap<string, Point>;
  edges: readonly Edge[];
  /** Grids that share a border, each pair once. */
  pairs: readonly (readonly [string, string])[];
}

/** Lays out the published layer of unit grids. */
export function layOut(layer: GeoJSON.FeatureCollection): Ground {
  const published: ZoneOf = {};
  const middle = new Map<string, Point>();
  for (const { properties, geometry } of layer.features) {
    const code = String(properties?.["code"]);
    published[code] = (properties?.["zone"] as string | null) ?? null;
    const ring = longest(ringsOf(geometry));
    if (ring) middle.set(code, middleOf(ring));
  }
  const edges = edgesOf(layer);
  const codes = Object.keys(published).sort();
  return { layer, codes, published, middle, edges, pairs: pairsOf(edges) };
}

function ringsOf(geometry: GeoJSON.Geometry): Point[][] {
  if (geometry.type === "Polygon") return geometry.coordinates as Point[][];
  if (geometry.type === "MultiPolygon") return (geometry.coordinates as Point[][][]).flat();
  return [];
}

function longest(rings: Point[][]): Point[] | undefined {
  return rings.reduce<Point[] | undefined>(
    (best, ring) => (best && best.length >= ring.length ? best : ring),
    undefined,
  );
}

/** The centre of gravity of a ring. */
function middleOf(ring: Point[]): Point {
  const [ox, oy] = ring[0] ?? [0, 0];
  let [area, x, y] = [0, 0, 0];
  for (let at = 0; at + 1 < ring.length; at += 1) {
    const [ax, ay] = [ring[at]![0] - ox, ring[at]![1] - oy];
    const [bx, by] = [ring[at + 1]![0] - ox, ring[at + 1]![1] - oy];
    const cross = ax * by - bx * ay;
    area += cross;
    x += (ax + bx) * cross;
    y += (ay + by) * cross;
  }
  return area === 0 ? [ox, oy] : [ox + x / (3 * area), oy + y / (3 * area)];
}

/** Stretches that two grids have in common, to a tenth of a metre. */
function edgesOf(layer: GeoJSON.FeatureCollection): Edge[] {
  const first = new Map<string, string>();
  const edges: Edge[] = [];
  const key = ([x, y]: Point) => `${x.toFixed(6)} ${y.toFixed(6)}`;
  for (const { properties, geometry } of layer.features) {
    const code = String(properties?.["code"]);
    for (const ring of ringsOf(geometry)) {
      for (let at = 0; at + 1 < ring.length; at += 1) {
        const [a, b] = [ring[at]!, ring[at + 1]!];
        const [ka, kb] = [key(a), key(b)];
        const name = ka < kb ? `${ka},${kb}` : `${kb},${ka}`;
        const other = first.get(name);
        if (other === undefined) first.set(name, code);
        else if (other !== code) edges.push({ one: other, other: code, line: [a, b] });
      }
    }
  }
  return edges;
}

function pairsOf(edges: readonly Edge[]): [string, string][] {
  const pairs = new Map<string, [string, string]>();
  for (const { one, other } of edges) pairs.set(`${one} ${other}`, [one, other]);
  return [...pairs.values()];
}

/** Borders between zones, as one line of many parts. */
export function bordersOf(edges: readonly Edge[], zoneOf: ZoneOf): GeoJSON.Feature[] {
  const coordinates = edges
    .filter(({ one, other }) => zoneOf[one] !== zoneOf[other])
    .map(({ line }) => line);
  return coordinates.length === 0
    ? []
    : [{ type: "Feature", properties: {}, geometry: { type: "MultiLineString", coordinates } }];
}

/** A grid of each zone that lies nearest to the middle of all of its grids: where its name goes. */
export function nameplates(ground: Ground, zoneOf: ZoneOf): Map<string, Point> {
  const members = new Map<string, Point[]>();
  for (const [code, point] of ground.middle) {
    const zone = zoneOf[code];
    if (zone) (members.get(zone) ?? members.set(zone, []).get(zone)!).push(point);
  }
  return new Map([...members].map(([zone, points]) => [zone, innermost(points)]));
}

function innermost(points: Point[]): Point {
  const x = points.reduce((sum, point) => sum + point[0], 0) / points.length;
  const y = points.reduce((sum, point) => sum + point[1], 0) / points.length;
  const far = (point: Point) => (point[0] - x) ** 2 + (point[1] - y) ** 2;
  return points.reduce((best, point) => (far(point) < far(best) ? point : best));
}

/** Whether a point lies inside a closed freehand line. */
export function inside([x, y]: Point, line: readonly Point[]): boolean {
  let within = false;
  for (let at = 0, before = line.length - 1; at < line.length; before = at, at += 1) {
    const [ax, ay] = line[at]!;
    const [bx, by] = line[before]!;
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) within = !within;
  }
  return within;
}
