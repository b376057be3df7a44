/** What changes on the map: zones, incidents, routes. */

import type { GeoJSONSource, Map as MapLibre } from "maplibre-gl";
import type { CoverageMarks, Incident, Proposal } from "../api";
import { ageColor } from "../ageing";

function fill(map: MapLibre, source: string, features: GeoJSON.Feature[]): void {
  void map.getSource<GeoJSONSource>(source)?.setData({ type: "FeatureCollection", features });
}

/** Draws the zones, and their names from points of their own so that none repeats. */
export function drawZones(map: MapLibre, layer: GeoJSON.FeatureCollection): void {
  fill(map, "zones", layer.features);
  const names = layer.features.map(
    ({ properties }): GeoJSON.Feature => ({
      type: "Feature",
      properties,
      geometry: { type: "Point", coordinates: properties?.["label_lon_lat"] as number[] },
    }),
  );
  fill(map, "zone-names", names);
}

/** Draws the unit grids that nobody reaches in time, and those that one crew alone reaches. */
export function drawCoverage(
  map: MapLibre,
  grids: GeoJSON.FeatureCollection | null,
  marks: CoverageMarks | null,
): void {
  const uncovered = new Set(marks?.uncovered);
  const thin = new Set([...uncovered, ...(marks?.by_one ?? [])]);
  const features = (grids?.features ?? []).flatMap((grid): GeoJSON.Feature[] => {
    const code = String(grid.properties?.["code"]);
    const properties = { code, uncovered: uncovered.has(code) };
    return thin.has(code) ? [{ ...grid, properties }] : [];
  });
  fill(map, "grids", features);
}

const marked = new WeakMap<MapLibre, string>();

/** Tints one zone. */
export function markZone(map: MapLibre, code: string | null): void {
  const before = marked.get(map);
  if (before) map.setFeatureState({ source: "zones", id: before }, { selected: false });
  marked.delete(map);
  if (code === null) return;
  map.setFeatureState({ source: "zones", id: code }, { selected: true });
  marked.set(map, code);
}

/** Draws the open incidents, tinted by how long they have waited. */
export function drawIncidents(
  map: MapLibre,
  incidents: ReadonlyMap<string, Incident>,
  now: number,
): void {
  const features = [...incidents.values()].map(
    (incident): GeoJSON.Feature => ({
      type: "Feature",
      properties: { id: incident.id, color: ageColor(now - Date.parse(incident.reported_at)) },
      geometry: { type: "Point", coordinates: incident.lon_lat },
    }),
  );
  fill(map, "incidents", features);
}

/** Draws the route or flight of one proposal, and rings its crew. */
export function drawRoute(map: MapLibre, proposal: Proposal | undefined): void {
  const geometry = proposal?.route;
  const { rank, unit, kind } = proposal ?? {};
  const properties = { rank, unit, kind };
  fill(map, "routes", geometry ? [{ type: "Feature", properties, geometry }] : []);
  if (map.getLayer("crew")) {
    map.setFilter("crew", ["in", ["get", "officer"], ["literal", [...(proposal?.crew ?? [])]]]);
  }
}
