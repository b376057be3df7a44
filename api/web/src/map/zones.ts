/** Zones on the map of every view, and how a source is filled. */

import type { GeoJSONSource, Map as MapLibre } from "maplibre-gl";
import { wake } from "./asleep";

const filled = new WeakSet<GeoJSONSource>();

/**
 * Shows features in a source; nothing happens between two styles.  What was empty and stays so is
 * left alone: every change of a source makes the map draw itself several times over.
 */
export function fill(map: MapLibre, source: string, features: GeoJSON.Feature[]): void {
  const drawn = map.getSource<GeoJSONSource>(source);
  if (!drawn || (features.length === 0 && !filled.has(drawn))) return;
  const was = filled.has(drawn);
  if (features.length === 0) filled.delete(drawn);
  else filled.add(drawn);
  if (was !== filled.has(drawn)) wake(map, source, !was);
  void drawn.setData({ type: "FeatureCollection", features });
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

const marked = new WeakMap<MapLibre, string>();

/** Tints one zone. */
export function markZone(map: MapLibre, code: string | null): void {
  const before = marked.get(map);
  if (before === undefined && code === null) return;
  if (before) map.setFeatureState({ source: "zones", id: before }, { selected: false });
  marked.delete(map);
  if (code === null) return;
  map.setFeatureState({ source: "zones", id: code }, { selected: true });
  marked.set(map, code);
}
