/** Which layers of the map are shown; remembered for the next time. */

import { effect, signal } from "@preact/signals";

export const LAYERS = ["officers", "incidents", "closures", "zones"] as const;
export type MapLayer = (typeof LAYERS)[number];
export type LayersShown = Readonly<Record<MapLayer, boolean>>;

const KEPT = "command-layers";

const USUAL: LayersShown = { officers: true, incidents: true, closures: true, zones: true };

/** Layers of the style that a switch stands for. */
export const STYLED: Readonly<Record<Exclude<MapLayer, "officers">, readonly string[]>> = {
  incidents: ["incidents"],
  closures: ["closures", "closures-closed", "closures-slow"],
  zones: ["zone-border", "zone-tint", "zone-names"],
};

function remembered(): LayersShown {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT) ?? "{}") as Partial<LayersShown>;
    return { ...USUAL, ...kept };
  } catch {
    return USUAL;
  }
}

export const layersShown = signal<LayersShown>(remembered());

effect(() => localStorage.setItem(KEPT, JSON.stringify(layersShown.value)));

/** Shows or hides one layer. */
export function showLayer(layer: MapLayer, shown: boolean): void {
  layersShown.value = { ...layersShown.peek(), [layer]: shown };
}
