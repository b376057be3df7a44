/** Draws on the map what the lists on the left hold: closures, drawings, reach, sites, moves. */

import { effect } from "@preact/signals";
import type { Map as MapLibre } from "maplibre-gl";
import { units } from "../../frame/book";
import { fill } from "../../map/zones";
import type { LonLat } from "../../service/ask";
import { chosenClosure, drawing, listedClosures } from "../closures/closures";
import { groundOf } from "../closures/ground";
import { layersShown, STYLED } from "../layers_shown";
import { moveUps } from "../operations/moveups";
import { sites } from "../operations/operation";
import { reach } from "../units/actions";
import { placeOf } from "../units/crews";
import { tab } from "./tab";

/** Ties the lists to the map; each layer follows its own signals. */
export function followLists(map: MapLibre): (() => void)[] {
  return [
    effect(() => fill(map, "reach", reach.value?.bands.features ?? [])),
    effect(() => fill(map, "closures", listedClosures.value.flatMap(closureFeature))),
    effect(() => fill(map, "drawing", drawingFeatures())),
    effect(() => fill(map, "sites", sites.value.map(siteFeature))),
    effect(() => fill(map, "moves", tab.value === "moveups" ? moveFeatures() : [])),
    effect(() => {
      for (const [switched, layers] of Object.entries(STYLED)) {
        const shown = layersShown.value[switched as keyof typeof STYLED];
        for (const layer of layers) {
          if (map.getLayer(layer)) map.setLayoutProperty(layer, "visibility", shown ? "visible" : "none");
        }
      }
    }),
  ];
}

function closureFeature(one: (typeof listedClosures.value)[number]): GeoJSON.Feature[] {
  const { id, kind, state, geometry } = one;
  const properties = { id, kind, state, chosen: chosenClosure.value === id };
  return geometry ? [{ type: "Feature", properties, geometry }] : [];
}

function drawingFeatures(): GeoJSON.Feature[] {
  const held = drawing.value;
  if (!held) return [];
  const properties = {};
  const places = held.places.map(
    (coordinates): GeoJSON.Feature => ({
      type: "Feature",
      properties,
      geometry: { type: "Point", coordinates },
    }),
  );
  const ground = groundOf(held.as, held.places);
  const line: GeoJSON.Geometry = ground ?? { type: "LineString", coordinates: [...held.places] };
  return held.places.length > 1 || ground
    ? [...places, { type: "Feature", properties, geometry: line }]
    : places;
}

function siteFeature({ id, lonLat }: (typeof sites.value)[number]): GeoJSON.Feature {
  return { type: "Feature", properties: { id }, geometry: { type: "Point", coordinates: lonLat } };
}

function moveFeatures(): GeoJSON.Feature[] {
  const asked = moveUps.value;
  if (asked.state !== "ready") return [];
  return asked.value.moves.flatMap(({ crew, lon_lat: to }) => {
    const unit = units.value.get(crew);
    const from = unit ? placeOf(unit) : null;
    return from ? [arrow(crew, from, to)] : [];
  });
}

const HEAD = 0.12;

/** An arrow as one line: to the post, and the two sides of its head. */
function arrow(crew: string, from: LonLat, to: LonLat): GeoJSON.Feature {
  const [east, north] = [to[0] - from[0], to[1] - from[1]];
  const side = (turn: 1 | -1): LonLat => [
    to[0] - HEAD * (east + turn * north * 0.6),
    to[1] - HEAD * (north - turn * east * 0.6),
  ];
  return {
    type: "Feature",
    properties: { crew },
    geometry: { type: "MultiLineString", coordinates: [[from, to], [side(1), to, side(-1)]] },
  };
}
