import { effect } from "@preact/signals";
import type { Map as MapLibre } from "maplibre-gl";
import { BaseMap } from "../map/BaseMap";
import { bringIntoView } from "../map/camera";
import { NOTHING, type OwnStyle } from "../map/style";
import { fill, markZone } from "../map/zones";
import type { LonLat } from "../service/ask";
import type { City } from "../service/shapes";
import { by, cases, group, line } from "./state";

const STYLE: OwnStyle = {
  sources: {
    cases: { type: "geojson", data: NOTHING },
    pointed: { type: "geojson", data: NOTHING },
  },
  layers: (palette) => [
    {
      id: "cases",
      type: "circle",
      source: "cases",
      paint: {
        // What counts is filled, what does not is a ring: the colour alone need not be told apart.
        "circle-color": ["case", ["get", "counts"], palette.status.available, "rgba(0,0,0,0)"],
        "circle-radius": ["interpolate", ["linear"], ["zoom"], 9, 2.6, 14, 6],
        "circle-stroke-color": ["case", ["get", "counts"], palette.routeCasing, palette.uncovered],
        "circle-stroke-width": ["case", ["get", "counts"], 0.8, 2],
      },
    },
    {
      id: "pointed",
      type: "circle",
      source: "pointed",
      paint: {
        "circle-color": "rgba(0,0,0,0)",
        "circle-radius": 12,
        "circle-stroke-color": palette.route,
        "circle-stroke-width": 3,
      },
    },
  ],
};

let shown: MapLibre | null = null;

/** Where the cases behind the open figure were. */
export function LeaderMap({ city }: { city: City }) {
  return <BaseMap city={city} own={STYLE} tie={tie} />;
}

/** Rings a case on the map. */
export function pointAt(lonLat: LonLat): void {
  if (!shown) return;
  fill(shown, "pointed", [pointOf(lonLat, {})]);
  bringIntoView(lonLat);
}

function tie(map: MapLibre): (() => void)[] {
  shown = map;
  return [
    effect(() => {
      const asked = cases.value;
      const items = asked.state === "ready" ? asked.value.items : [];
      fill(map, "cases", items.map(({ lon_lat, counts }) => pointOf(lon_lat, { counts })));
      fill(map, "pointed", []);
    }),
    effect(() => markZone(map, by.value === "zone" && line.value ? group.value : null)),
    () => {
      shown = null;
    },
  ];
}

function pointOf(lonLat: LonLat, properties: GeoJSON.GeoJsonProperties): GeoJSON.Feature {
  return { type: "Feature", properties, geometry: { type: "Point", coordinates: lonLat } };
}
