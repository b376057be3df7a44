/** Puts the officers on each style in turn, and keeps them up with the stream. */

import { effect } from "@preact/signals";
import type { Map as MapLibre } from "maplibre-gl";
import { mapWaits } from "../../frame/first";
import { theme } from "../../frame/screen";
import { layersShown } from "../layers_shown";
import { PALETTES } from "../../map/palette";
import type { Fleet } from "./fleet";
import { fleetTold } from "./fleet";
import { FleetLayer } from "./layer";
import { mercatorOf } from "./pack";

/** Below which layer officers are drawn. */
const ABOVE = "incidents";

/** Draws the officers; answers how to end it. */
export function followFleet(map: MapLibre, fleet: Fleet): () => void {
  const { lng, lat } = map.getCenter();
  const layer = new FleetLayer(fleet, PALETTES[theme.peek()], mercatorOf(lng, lat));
  map.addLayer(layer, map.getLayer(ABOVE) ? ABOVE : undefined);
  return effect(() => {
    void fleetTold.value;
    if (mapWaits.value) return;
    layer.show(layersShown.value.officers);
  });
}
