/** Whose popup is shown on the map: by the pointer on it, or by the focus in a list. */

import { signal } from "@preact/signals";
import type { Map as MapLibre, MapMouseEvent } from "maplibre-gl";
import { fleet } from "./fleet";
import { radiusAt } from "./layer";
import { mercatorOf } from "./pack";

export interface Tip {
  officer: string;
  /** Where on the map, in pixels; kept up while the popup stands. */
  at: { x: number; y: number };
}

export const tip = signal<Tip | null>(null);

/** Pixels by which a pointer may miss a dot. */
const SLACK_PX = 4;

let shown: MapLibre | null = null;

/** Shows the popup of an officer, if their place is on the map now. */
export function showTip(officer: string | null): void {
  const where = officer === null ? undefined : fleet.at(officer);
  if (!shown || !where || !shown.getBounds().contains(where.lonLat)) {
    if (tip.peek() !== null) tip.value = null;
    return;
  }
  const { x, y } = shown.project(where.lonLat);
  tip.value = { officer: where.officer, at: { x, y } };
}

/** The officer under a point of the map, or nobody. */
export function officerAt(map: MapLibre, { lng, lat }: { lng: number; lat: number }): string | undefined {
  const zoom = map.getZoom();
  const within = (radiusAt(zoom) + SLACK_PX) / (512 * 2 ** zoom);
  return fleet.nearest(...mercatorOf(lng, lat), within);
}

/** Follows the pointer over a map; answers how to end it. */
export function followPointer(map: MapLibre): () => void {
  shown = map;
  let waiting = false;
  const look = (event: MapMouseEvent) => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      const officer = officerAt(map, event.lngLat);
      map.getCanvas().style.cursor = officer === undefined ? "" : "pointer";
      if (officer !== tip.peek()?.officer) showTip(officer ?? null);
    });
  };
  const hide = () => showTip(null);
  map.on("mousemove", look);
  map.on("mouseout", hide);
  map.on("movestart", hide);
  return () => {
    shown = null;
    tip.value = null;
  };
}
