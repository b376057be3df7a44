/**
 * Layers without anything to show sleep.
 *
 * A layer is drawn tile by tile over the whole map, whatever its source holds; a style has more than
 * a dozen that are mostly empty.  They sleep by their range of zooms, so that whether somebody has
 * switched them off stays a matter of its own.
 */

import type { LayerSpecification, Map as MapLibre, StyleSpecification } from "maplibre-gl";
import { NOTHING } from "./nothing";

/** A zoom that no map of these pages reaches. */
const NEVER = 24;

interface Range {
  from: number;
  to: number;
}

/** The layers of a style, those asleep whose source begins with nothing. */
export function asleep(
  layers: readonly LayerSpecification[],
  sources: StyleSpecification["sources"],
): LayerSpecification[] {
  return layers.map((layer) => {
    const source = "source" in layer ? sources[layer.source] : undefined;
    if (source?.type !== "geojson" || source.data !== NOTHING) return layer;
    const range: Range = { from: layer.minzoom ?? 0, to: layer.maxzoom ?? NEVER };
    return { ...layer, minzoom: NEVER, maxzoom: NEVER, metadata: range };
  });
}

/** Wakes the layers of a source that holds something now, or puts them to sleep. */
export function wake(map: MapLibre, source: string, awake: boolean): void {
  for (const id of map.getLayersOrder()) {
    const layer = map.getLayer(id);
    if (layer?.source !== source || !layer.metadata) continue;
    const { from, to } = layer.metadata as Range;
    map.setLayerZoomRange(id, awake ? from : NEVER, awake ? to : NEVER);
  }
}
