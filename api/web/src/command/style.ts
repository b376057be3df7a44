/** What the command view draws on the city: coverage, routes, people, incidents. */

import type { ExpressionSpecification, LayerSpecification } from "maplibre-gl";
import type { Palette } from "../map/palette";
import { NOTHING, type OwnStyle } from "../map/style";

export const COMMAND_STYLE: OwnStyle = {
  sources: {
    grids: { type: "geojson", data: NOTHING, promoteId: "code" },
    routes: { type: "geojson", data: NOTHING },
    officers: { type: "geojson", data: NOTHING, promoteId: "officer" },
    incidents: { type: "geojson", data: NOTHING, promoteId: "id" },
  },
  layers: (palette) => [coverage(palette), ...routes(palette), ...people(palette)],
};

function coverage(palette: Palette): LayerSpecification {
  return {
    id: "coverage",
    type: "fill",
    source: "grids",
    paint: {
      "fill-color": ["case", ["get", "uncovered"], palette.uncovered, palette.byOne],
      "fill-opacity": 0.35,
    },
  };
}

/** Ways by road are drawn through, flights of drones as dashes. */
function routes(palette: Palette): LayerSpecification[] {
  const flies: ExpressionSpecification = ["==", ["get", "kind"], "first_look"];
  const line = (id: string, color: string, lineWidth: number): LayerSpecification => ({
    id,
    type: "line",
    source: "routes",
    filter: ["!", flies],
    layout: { "line-cap": "round", "line-join": "round" },
    paint: { "line-color": color, "line-width": lineWidth },
  });
  return [
    line("route-casing", palette.routeCasing, 9),
    line("route", palette.route, 5),
    {
      id: "flight",
      type: "line",
      source: "routes",
      filter: flies,
      paint: { "line-color": palette.route, "line-width": 3.5, "line-dasharray": [2.5, 1.5] },
    },
  ];
}

function people(palette: Palette): LayerSpecification[] {
  const { status } = palette;
  const color: ExpressionSpecification = [
    "match",
    ["get", "status"],
    "available",
    status.available,
    "busy",
    status.busy,
    "en_route",
    status.en_route,
    "on_scene",
    status.on_scene,
    status.off_duty,
  ];
  const onDuty: ExpressionSpecification = ["!=", ["get", "status"], "off_duty"];
  return [
    {
      id: "officers",
      type: "circle",
      source: "officers",
      layout: { "circle-sort-key": ["case", onDuty, 1, 0] },
      paint: {
        "circle-color": color,
        "circle-radius": ["interpolate", ["linear"], ["zoom"], 9, 1.8, 12, 3.4, 16, 6.5],
        "circle-stroke-color": palette.routeCasing,
        "circle-stroke-width": ["interpolate", ["linear"], ["zoom"], 9, 0.4, 13, 1.4],
        "circle-opacity": ["case", onDuty, 1, 0.65],
      },
    },
    {
      id: "headings",
      type: "symbol",
      source: "officers",
      minzoom: 12.5,
      filter: ["all", onDuty, [">=", ["get", "heading"], 0]],
      layout: {
        "icon-image": ["concat", "heading-", ["get", "status"]],
        "icon-rotate": ["get", "heading"],
        "icon-rotation-alignment": "map",
        "icon-allow-overlap": true,
        "icon-ignore-placement": true,
      },
    },
    {
      id: "incidents",
      type: "circle",
      source: "incidents",
      paint: {
        "circle-color": ["get", "color"],
        "circle-radius": ["interpolate", ["linear"], ["zoom"], 9, 4, 14, 7.5],
        "circle-stroke-color": palette.routeCasing,
        "circle-stroke-width": 2,
      },
    },
    {
      id: "crew",
      type: "circle",
      source: "officers",
      filter: ["in", ["get", "officer"], ["literal", []]],
      paint: {
        "circle-color": "rgba(0,0,0,0)",
        "circle-radius": ["interpolate", ["linear"], ["zoom"], 9, 6, 14, 11],
        "circle-stroke-color": palette.route,
        "circle-stroke-width": 2.5,
      },
    },
  ];
}
