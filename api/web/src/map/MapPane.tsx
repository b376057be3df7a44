import { effect, untracked } from "@preact/signals";
import { Map as MapLibre, Marker, NavigationControl, ScaleControl, setWorkerUrl } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import { useEffect, useRef } from "preact/hooks";
import { nameZones, workOnIncident, workOnPlace } from "../actions";
import { service, type City, type LonLat } from "../api";
import {
  chosenProposal,
  hoveredProposal,
  language,
  now,
  openIncidents,
  place,
  positions,
  proposals,
  subject,
  theme,
} from "../state";
import { bringIntoView, hold, keepInView } from "./camera";
import { addHeadings } from "./icons";
import { OfficerFeed } from "./officers";
import { PALETTES } from "./palette";
import { followCoverage } from "./coverage";
import { drawIncidents, drawRoute, drawZones, markZone } from "./draw";
import { styleOf } from "./style";

setWorkerUrl(workerUrl);

/** The map; it lives outside the component tree and follows the signals. */
export function MapPane({ city }: { city: City }) {
  const holder = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!holder.current) return undefined;
    const map = makeMap(holder.current, city);
    const stop = follow(map, city);
    return () => {
      stop();
      hold(null);
      map.remove();
    };
  }, [city]);
  return <div ref={holder} class="map" data-testid="map" />;
}

function makeMap(container: HTMLDivElement, city: City): MapLibre {
  const map = new MapLibre({
    container,
    style: styleOf(city, theme.peek(), language.peek()),
    bounds: city.bounds,
    fitBoundsOptions: { padding: 24 },
    maxZoom: 18,
    minZoom: 8,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    // Without glyphs in the style every label is drawn with a font of this machine.
    localIdeographFontFamily: "'Noto Sans CJK SC', 'Microsoft YaHei', 'PingFang SC', sans-serif",
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disable();
  map.addControl(new NavigationControl({ showCompass: false }), "bottom-right");
  map.addControl(new ScaleControl({ maxWidth: 90 }), "bottom-left");
  map.on("click", (event) => {
    const layers = map.getLayer("incidents") ? ["incidents"] : []; // none between two styles
    const [hit] = map.queryRenderedFeatures(event.point, { layers });
    if (hit) workOnIncident(String(hit.properties["id"]));
    else workOnPlace(rounded([event.lngLat.lng, event.lngLat.lat]));
  });
  for (const moment of ["mouseenter", "mouseleave"] as const) {
    map.on(moment, "incidents", () => {
      map.getCanvas().style.cursor = moment === "mouseenter" ? "pointer" : "";
    });
  }
  hold(map);
  // The browser tests look at what is drawn.
  Object.assign(window, { gridDispatchMap: map });
  return map;
}

/** Six decimals are a tenth of a metre. */
function rounded([lon, lat]: LonLat): LonLat {
  return [Math.round(lon * 1e6) / 1e6, Math.round(lat * 1e6) / 1e6];
}

/** Ties the map to the signals; answers how to untie it. */
function follow(map: MapLibre, city: City): () => void {
  let dressed = `${theme.peek()} ${language.peek()}`;
  const data = new DataTies(map);
  const pin = followPin(map);
  // The dispatcher asked, so the camera may answer; live updates never come here.
  const answer = effect(() => {
    const first = proposals.value[0]?.route;
    if (first) untracked(() => keepInView(first));
  });
  const restyle = effect(() => {
    const wanted = `${theme.value} ${language.value}`;
    if (wanted === dressed) return;
    dressed = wanted;
    data.untie();
    map.setStyle(styleOf(city, theme.value, language.value), { diff: false });
  });
  return () => {
    data.untie();
    for (const end of [pin, answer, restyle]) end();
  };
}

/**
 * Ties the data to each style in turn, once it is loaded.  Between two styles there is nothing
 * to draw on, so the ties are cut before the old one goes, and what was begun for a style that
 * has gone meanwhile is dropped.
 */
class DataTies {
  private ends: (() => void)[] = [];
  private turn = 0;

  constructor(private readonly map: MapLibre) {
    map.on("style.load", () => void this.tie());
  }

  untie(): void {
    this.turn += 1;
    for (const end of this.ends.splice(0)) end();
  }

  private async tie(): Promise<void> {
    this.untie();
    const turn = this.turn;
    addHeadings(this.map, PALETTES[theme.peek()]);
    const layer = await service.layer("zones");
    if (turn !== this.turn) return;
    nameZones(layer);
    drawZones(this.map, layer);
    this.ends = followData(this.map);
  }
}

/** Draws every layer that changes, each when its own signals change. */
function followData(map: MapLibre): (() => void)[] {
  const feed = new OfficerFeed(map);
  return [
    effect(() => feed.show(positions.value)),
    followCoverage(map),
    effect(() => {
      // Ageing is a matter of minutes: the colours need no redrawing every second.
      drawIncidents(map, openIncidents.value, Math.floor(now.value / 15_000) * 15_000);
    }),
    effect(() => {
      drawRoute(map, proposals.value[hoveredProposal.value ?? chosenProposal.value]);
    }),
    effect(() => {
      const at = place.value;
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
  return effect(() => {
    const at = subject.value;
    if (at) {
      pin.setLngLat(at.lonLat).addTo(map);
      bringIntoView(at.lonLat);
    } else pin.remove();
  });
}
