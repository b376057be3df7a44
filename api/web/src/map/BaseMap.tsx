/** The map of every view: the city below, and whatever the view draws on it. */

import { effect } from "@preact/signals";
import { Map as MapLibre, NavigationControl, ScaleControl, setWorkerUrl } from "maplibre-gl";
import workerUrl from "map-worker";
import "maplibre-gl/dist/maplibre-gl.css";
import { useEffect, useRef } from "preact/hooks";
import { nameZones } from "../frame/book";
import { language, theme } from "../frame/screen";
import { Refused, type LonLat } from "../service/ask";
import { service } from "../service/service";
import type { City } from "../service/shapes";
import { base } from "./base_choice";
import { hold } from "./camera";
import { addHeadings } from "./icons";
import { fetchMissedTiles } from "./missed_tiles";
import { PALETTES } from "./palette";
import { styleOf, type OwnStyle } from "./style";
import { drawZones } from "./zones";

setWorkerUrl(workerUrl);

type End = () => void;

export interface BaseMapProps {
  city: City;
  /** What the view draws; one object for as long as the map stands. */
  own: OwnStyle;
  /** Ties what outlives a change of style, once: clicks, pins. */
  begin?: (map: MapLibre) => End;
  /** Ties the data to each style in turn, once it is loaded. */
  tie: (map: MapLibre) => End[];
}

/** The map; it lives outside the component tree and follows the signals. */
export function BaseMap({ city, own, begin, tie }: BaseMapProps) {
  const holder = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!holder.current) return undefined;
    const map = makeMap(holder.current, city, own);
    const ends = [begin?.(map), follow(map, city, own, tie), fetchMissedTiles(map)];
    return () => {
      for (const end of ends) end?.();
      hold(null);
      map.remove();
    };
  }, [city]);
  return <div ref={holder} class="map" data-testid="map" />;
}

function makeMap(container: HTMLDivElement, city: City, own: OwnStyle): MapLibre {
  const map = new MapLibre({
    container,
    style: styleOf(city, theme.peek(), language.peek(), own),
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
  hold(map);
  // The browser tests look at what is drawn.
  Object.assign(window, { gridDispatchMap: map });
  return map;
}

/** Six decimals are a tenth of a metre. */
export function rounded([lon, lat]: LonLat): LonLat {
  return [Math.round(lon * 1e6) / 1e6, Math.round(lat * 1e6) / 1e6];
}

/** Ties the map to the signals; answers how to untie it. */
function follow(map: MapLibre, city: City, own: OwnStyle, tie: BaseMapProps["tie"]): End {
  let dressed = `${theme.peek()} ${language.peek()} ${base.peek()}`;
  const data = new DataTies(map, tie, own.bare !== true);
  const restyle = effect(() => {
    const wanted = `${theme.value} ${language.value} ${base.value}`;
    if (wanted === dressed) return;
    dressed = wanted;
    data.untie();
    map.setStyle(styleOf(city, theme.value, language.value, own), { diff: false });
  });
  return () => {
    data.untie();
    restyle();
  };
}

/**
 * Ties the data to each style in turn, once it is loaded.  Between two styles there is nothing
 * to draw on, so the ties are cut before the old one goes, and what was begun for a style that
 * has gone meanwhile is dropped.
 */
class DataTies {
  private ends: End[] = [];
  private turn = 0;

  constructor(
    private readonly map: MapLibre,
    private readonly tieData: BaseMapProps["tie"],
    private readonly withZones: boolean,
  ) {
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
    if (this.withZones) {
      const layer = await zonesIfTheyCome();
      if (turn !== this.turn) return;
      if (layer) {
        nameZones(layer);
        drawZones(this.map, layer);
      }
    }
    this.ends = this.tieData(this.map);
  }
}

/** The zones; where they do not come, as without a network, all else is drawn without them. */
async function zonesIfTheyCome(): Promise<GeoJSON.FeatureCollection | null> {
  try {
    return await service.layer("zones");
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return null;
  }
}
