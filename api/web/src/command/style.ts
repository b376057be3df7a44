/** What the command view draws on the city: coverage, closures, reach, routes, incidents, sites, moves. */

import type { ExpressionSpecification, LayerSpecification } from "maplibre-gl";
import type { Palette } from "../map/palette";
import { NOTHING, type OwnStyle } from "../map/style";

export const COMMAND_STYLE: OwnStyle = {
  sources: {
    grids: { type: "geojson", data: NOTHING, promoteId: "code" },
    routes: { type: "geojson", data: NOTHING },
    reach: { type: "geojson", data: NOTHING },
    closures: { type: "geojson", data: NOTHING, promoteId: "id" },
    drawing: { type: "geojson", data: NOTHING },
    moves: { type: "geojson", data: NOTHING },
    sites: { type: "geojson", data: NOTHING },
    crew: { type: "geojson", data: NOTHING },
    incidents: { type: "geojson", data: NOTHING, promoteId: "id" },
  },
  layers: (palette) => [
    coverage(palette),
    ...reach(palette),
    ...closures(palette),
    ...routes(palette),
    ...moves(palette),
    ...people(palette),
    ...sites(palette),
  ],
};

/** Ground that a crew reaches: the sooner, the stronger. */
function reach(palette: Palette): LayerSpecification[] {
  return [
    {
      id: "reach",
      type: "fill",
      source: "reach",
      paint: { "fill-color": palette.route, "fill-opacity": 0.13 },
    },
    {
      id: "reach-border",
      type: "line",
      source: "reach",
      paint: { "line-color": palette.route, "line-width": 1, "line-opacity": 0.7 },
    },
  ];
}

/** Closed ground is hatched by its border, slow ground dashed; what is to come is paler. */
function closures(palette: Palette): LayerSpecification[] {
  const slow: ExpressionSpecification = ["==", ["get", "kind"], "slow"];
  const color: ExpressionSpecification = ["case", slow, palette.byOne, palette.uncovered];
  const strength: ExpressionSpecification = ["case", ["==", ["get", "state"], "planned"], 0.45, 1];
  const border = (id: string, dashed: boolean): LayerSpecification => ({
    id,
    type: "line",
    source: "closures",
    filter: dashed ? slow : ["!", slow],
    paint: {
      "line-color": color,
      "line-opacity": strength,
      "line-width": ["case", ["get", "chosen"], 4.5, 2.5],
      ...(dashed && { "line-dasharray": [2, 1.5] }),
    },
  });
  return [
    {
      id: "closures",
      type: "fill",
      source: "closures",
      paint: { "fill-color": color, "fill-opacity": ["*", 0.25, strength] },
    },
    border("closures-closed", false),
    border("closures-slow", true),
    {
      id: "drawing",
      type: "line",
      source: "drawing",
      paint: { "line-color": palette.uncovered, "line-width": 2.5, "line-dasharray": [2, 1] },
    },
    {
      id: "drawing-places",
      type: "circle",
      source: "drawing",
      filter: ["==", ["geometry-type"], "Point"],
      paint: {
        "circle-radius": 4.5,
        "circle-color": palette.routeCasing,
        "circle-stroke-color": palette.uncovered,
        "circle-stroke-width": 2.5,
      },
    },
  ];
}

/** Moves as arrows: a line with its head at the post. */
function moves(palette: Palette): LayerSpecification[] {
  return [
    {
      id: "moves",
      type: "line",
      source: "moves",
      layout: { "line-cap": "round", "line-join": "round" },
      paint: { "line-color": palette.zoneBorder, "line-width": 3 },
    },
  ];
}

/** Sites of a joint operation, numbered. */
function sites(palette: Palette): LayerSpecification[] {
  return [
    {
      id: "sites",
      type: "circle",
      source: "sites",
      paint: {
        "circle-radius": 11,
        "circle-color": palette.route,
        "circle-stroke-color": palette.routeCasing,
        "circle-stroke-width": 2,
      },
    },
    {
      id: "site-numbers",
      type: "symbol",
      source: "sites",
      layout: { "text-field": ["get", "id"], "text-size": 13, "text-allow-overlap": true },
      paint: { "text-color": palette.routeCasing },
    },
  ];
}

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
  return [
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
      source: "crew",
      paint: {
        "circle-color": "rgba(0,0,0,0)",
        "circle-radius": ["interpolate", ["linear"], ["zoom"], 9, 6, 14, 11],
        "circle-stroke-color": palette.route,
        "circle-stroke-width": 2.5,
      },
    },
  ];
}
