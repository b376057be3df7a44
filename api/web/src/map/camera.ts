/** The camera moves only when the person at the screen asks for it. */

import { LngLatBounds, type Map as MapLibre } from "maplibre-gl";
import type { LonLat } from "../service/ask";

let map: MapLibre | null = null;

export function hold(held: MapLibre | null): void {
  map = held;
}

const READABLE_PX = 90;
const PADDING = { top: 70, bottom: 60, left: 60, right: 60 };

/** Shows a whole route. */
export function fitRoute(route: GeoJSON.LineString): void {
  if (route.coordinates.length < 2) return;
  map?.fitBounds(boundsOf(route), { padding: PADDING, maxZoom: 14.5, duration: 500 });
}

/** Shows a route if part of it lies outside the view, or if it is too small to be read. */
export function keepInView(route: GeoJSON.LineString): void {
  if (!map || route.coordinates.length < 2) return;
  const view = map.getBounds();
  const seen = route.coordinates.every((point) => view.contains(point as LonLat));
  if (!seen || sizeOnScreen(map, route) < READABLE_PX) fitRoute(route);
}

function sizeOnScreen(shown: MapLibre, route: GeoJSON.LineString): number {
  const bounds = boundsOf(route);
  const [one, other] = [shown.project(bounds.getNorthEast()), shown.project(bounds.getSouthWest())];
  return one.dist(other);
}

/** Takes the map to a place, near enough to read it. */
export function goTo(lonLat: LonLat): void {
  map?.easeTo({ center: lonLat, zoom: Math.max(map.getZoom(), 13.5), duration: 500 });
}

/** Brings a place into the view if it is outside. */
export function bringIntoView(lonLat: LonLat): void {
  if (map && !map.getBounds().contains(lonLat)) map.easeTo({ center: lonLat, duration: 500 });
}

/** Shows all of some ground. */
export function fitGround(ground: GeoJSON.FeatureCollection): void {
  const bounds = new LngLatBounds();
  for (const { geometry } of ground.features) {
    const rings =
      geometry.type === "Polygon"
        ? geometry.coordinates
        : geometry.type === "MultiPolygon"
          ? geometry.coordinates.flat()
          : [];
    for (const point of rings.flat()) bounds.extend(point as LonLat);
  }
  if (!bounds.isEmpty()) map?.fitBounds(bounds, { padding: PADDING, duration: 500 });
}

function boundsOf(route: GeoJSON.LineString): LngLatBounds {
  const bounds = new LngLatBounds();
  for (const point of route.coordinates) bounds.extend(point as LonLat);
  return bounds;
}
