import { effect, untracked } from "@preact/signals";
import { Marker, type Map as MapLibre } from "maplibre-gl";
import { mapWaits } from "../frame/first";
import { BaseMap, rounded } from "../map/BaseMap";
import { bringIntoView, keepInView } from "../map/camera";
import { markZone } from "../map/zones";
import type { City } from "../service/shapes";
import { workOnIncident, workOnPlace } from "./actions";
import { followCoverage } from "./coverage_layer";
import { drawCrew, drawIncidents, drawRoute } from "./draw";
import { fleet, fleetTold } from "./fleet/fleet";
import { followFleet } from "./fleet/follow";
import { followPointer } from "./fleet/tip";
import { followLists } from "./left/follow";
import { pick } from "./pick/pick";
import { quarterMinute } from "./quarter_minute";
import {
  chosenProposal,
  hoveredProposal,
  openIncidents,
  place,
  proposals,
  subject,
} from "./state";
import { COMMAND_STYLE } from "./style";
import { selectedOfficers } from "./units/crews";

/** The map of the command view. */
export function MapPane({ city }: { city: City }) {
  return <BaseMap city={city} own={COMMAND_STYLE} begin={begin} tie={followData} />;
}

/** Ties clicks, the pin and the camera. */
function begin(map: MapLibre): () => void {
  listenToClicks(map);
  const pin = followPin(map);
  const pointer = followPointer(map);
  // The dispatcher asked, so the camera may answer; live updates never come here.
  const answer = effect(() => {
    const first = proposals.value[0]?.route;
    if (first) untracked(() => keepInView(first));
  });
  return () => {
    pin();
    answer();
    pointer();
  };
}

function listenToClicks(map: MapLibre): void {
  map.on("click", (event) => {
    const at = rounded([event.lngLat.lng, event.lngLat.lat]);
    if (pick.value) {
      pick.value.take(at);
      return;
    }
    const layers = map.getLayer("incidents") ? ["incidents"] : []; // none between two styles
    const [hit] = map.queryRenderedFeatures(event.point, { layers });
    if (hit) workOnIncident(String(hit.properties["id"]));
    else workOnPlace(at);
  });
  for (const moment of ["mouseenter", "mouseleave"] as const) {
    map.on(moment, "incidents", () => {
      map.getCanvas().style.cursor = moment === "mouseenter" ? "pointer" : "";
    });
  }
}

/** Draws every layer that changes, each when its own signals change. */
function followData(map: MapLibre): (() => void)[] {
  return [
    followFleet(map, fleet),
    ...followLists(map),
    followCoverage(map),
    effect(() => {
      // Ageing is a matter of minutes: the colours need no redrawing every second.
      drawIncidents(map, openIncidents.value, quarterMinute.value);
    }),
    effect(() => {
      drawRoute(map, proposals.value[hoveredProposal.value ?? chosenProposal.value]);
    }),
    effect(() => {
      void fleetTold.value;
      const proposed = proposals.value[hoveredProposal.value ?? chosenProposal.value]?.crew ?? [];
      drawCrew(map, [...proposed, ...selectedOfficers.value]);
    }),
    effect(() => {
      const at = place.value;
      if (mapWaits.value) return;
      markZone(map, at.state === "ready" ? (at.value.zone?.code ?? null) : null);
    }),
  ];
}

/** The pin of the place that is worked on; dragging it asks anew. */
function followPin(map: MapLibre): () => void {
  const pin = new Marker({ color: "#d6336c", draggable: true });
  pin.on("dragend", () => {
    const { lng, lat } = pin.getLngLat();
    workOnPlace(rounded([lng, lat]));
  });
  const sets = effect(() => {
    const at = subject.value;
    if (at) pin.setLngLat(at.lonLat).addTo(map);
    else pin.remove();
  });
  let seen: typeof subject.value = null;
  const shows = effect(() => {
    const at = subject.value;
    if (mapWaits.value || at === seen) return;
    seen = at;
    if (at) bringIntoView(at.lonLat);
  });
  return () => {
    sets();
    shows();
  };
}
