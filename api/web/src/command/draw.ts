/** What changes on the map: coverage, incidents, routes. */

import type { Map as MapLibre } from "maplibre-gl";
import { fill } from "../map/zones";
import type { Incident } from "../service/shapes";
import { ageColor } from "./ageing";
import { fleet } from "./fleet/fleet";
import type { CoverageMarks, Proposal } from "./shapes";

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

/** Draws the route or flight of one proposal. */
export function drawRoute(map: MapLibre, proposal: Proposal | undefined): void {
  const geometry = proposal?.route;
  const { rank, unit, kind } = proposal ?? {};
  const properties = { rank, unit, kind };
  fill(map, "routes", geometry ? [{ type: "Feature", properties, geometry }] : []);
}

/** Rings officers where they are now. */
export function drawCrew(map: MapLibre, officers: readonly string[]): void {
  const features = officers.flatMap((officer): GeoJSON.Feature[] => {
    const where = fleet.at(officer);
    const geometry = where && { type: "Point" as const, coordinates: where.lonLat };
    return geometry ? [{ type: "Feature", properties: { officer }, geometry }] : [];
  });
  fill(map, "crew", features);
}
