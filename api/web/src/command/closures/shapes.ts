/** A closure or slow zone as the service tells of it. */

export interface Closure {
  id: string;
  kind: "closed" | "slow";
  state: "planned" | "in_force" | "over";
  reason: string;
  starts: string;
  ends: string | null;
  geometry: GeoJSON.MultiPolygon | null;
  speed_factor: number | null;
  speed_cap_kph: number | null;
  edge_counts: Record<string, number>;
  created_by: string;
}

export interface ClosureAsk {
  kind: "closed" | "slow";
  reason: string;
  starts: string | null;
  ends: string | null;
  speed_factor: number | null;
  geometry: GeoJSON.Polygon | GeoJSON.MultiPolygon;
}
