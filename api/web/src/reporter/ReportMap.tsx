import { effect } from "@preact/signals";
import { Marker, type Map as MapLibre } from "maplibre-gl";
import { BaseMap } from "../map/BaseMap";
import { bringIntoView } from "../map/camera";
import type { OwnStyle } from "../map/style";
import type { City } from "../service/shapes";
import { choosePlace } from "./actions";
import { place } from "./state";

/** Roads, water and parks: the map of whoever has no account. */
const BARE: OwnStyle = { bare: true, sources: {}, layers: () => [] };
const CLOSE = 15;

/** A map on which a place is chosen by a tap; the pin may be dragged. */
export function ReportMap({ city }: { city: City }) {
  return <BaseMap city={city} own={BARE} begin={begin} tie={() => []} />;
}

function begin(map: MapLibre): () => void {
  map.on("click", ({ lngLat }) => choosePlace([lngLat.lng, lngLat.lat]));
  const pin = new Marker({ color: "#d6336c", draggable: true });
  pin.on("dragend", () => {
    const { lng, lat } = pin.getLngLat();
    choosePlace([lng, lat]);
  });
  return effect(() => {
    const at = place.value;
    if (!at) {
      pin.remove();
      return;
    }
    pin.setLngLat(at.lonLat).addTo(map);
    if (map.getZoom() < CLOSE - 2) map.jumpTo({ center: at.lonLat, zoom: CLOSE });
    else bringIntoView(at.lonLat);
  });
}
