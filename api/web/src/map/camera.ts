/** The camera moves only when the person at the screen asks for it. */

import { LngLatBounds, type Map as MapLibre } from "maplibre-gl";
import type { LonLat } from "../api";

let map: MapLibre | null = null;

export function hold(held: MapLibre | null): void {
  map = held;
}

const PADDING = { top: 70, bottom: 60, left: 60, right: 60 };

/** Shows a whole route. */
export function fitRoute(route: GeoJSON.LineString): void {
  if (route.coordinates.length < 2) return;
  map?.fitBounds(boundsOf(route), { padding: PADDING, maxZoom: 15.5, duration: 500 });
}

/** Shows a route if part of it lies outside the view. */
export function keepInView(route: GeoJSON.LineString): void {
  const view = map?.getBounds();
  const seen = route.coordinates.every((point) => view?.contains(point as LonLat));
  if (!seen) fitRoute(route);
}

/** Brings a place into the view if it is outside. */
export function bringIntoView(lonLat: LonLat): void {
  if (map && !map.getBounds().contains(lonLat)) map.easeTo({ center: lonLat, duration: 500 });
}

function boundsOf(route: GeoJSON.LineString): LngLatBounds {
  const bounds = new LngLatBounds();
  for (const point of route.coordinates) bounds.extend(point as LonLat);
  return bounds;
}
