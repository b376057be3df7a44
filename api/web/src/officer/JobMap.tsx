import { effect } from "@preact/signals";
import type { Map as MapLibre } from "maplibre-gl";
import { BaseMap } from "../map/BaseMap";
import { fitRoute } from "../map/camera";
import { fill } from "../map/zones";
import type { LonLat } from "../service/ask";
import type { City } from "../service/shapes";
import { online } from "./outbox";
import { here, job, way } from "./state";
import { OFFICER_STYLE } from "./style";

const CLOSE = 14;

/** The place of the case, and the way there once it was asked for. */
export function JobMap({ city }: { city: City }) {
  return <BaseMap city={city} own={OFFICER_STYLE} begin={begin} tie={tie} />;
}

/** The camera goes to a new job and to a way that was asked for; never by itself. */
function begin(map: MapLibre): () => void {
  // Without a network parts of the map cannot come; what else goes wrong is said as ever.
  map.on("error", ({ error }) => {
    if (online.peek()) console.error(error);
  });
  let known: string | undefined;
  const goes = effect(() => {
    const now = job.value;
    if (!now || now.assignment.id === known) return;
    known = now.assignment.id;
    map.jumpTo({ center: now.incident.lon_lat, zoom: CLOSE });
  });
  const fits = effect(() => {
    if (way.value.state === "ready" && way.value.value.route) fitRoute(way.value.value.route);
  });
  return () => {
    goes();
    fits();
  };
}

function tie(map: MapLibre): (() => void)[] {
  return [
    effect(() => {
      const route = way.value.state === "ready" ? way.value.value.route : null;
      fill(map, "way", route ? [{ type: "Feature", properties: {}, geometry: route }] : []);
    }),
    effect(() => {
      const place = job.value?.incident.lon_lat;
      fill(map, "points", [
        ...(place ? [point(place, "place")] : []),
        ...(here.value ? [point(here.value, "here")] : []),
      ]);
    }),
  ];
}

function point(coordinates: LonLat, what: string): GeoJSON.Feature {
  return { type: "Feature", properties: { what }, geometry: { type: "Point", coordinates } };
}
