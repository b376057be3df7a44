/** What the planner draws on the city: grids in the colour of their zones, borders, names, marks. */

import type { ExpressionSpecification, LayerSpecification } from "maplibre-gl";
import { PALETTES, type Palette } from "../map/palette";
import { nameField, NOTHING, type OwnStyle } from "../map/style";
import type { Language } from "../frame/screen";
import { HUES } from "./colours";

const state = (name: string): ExpressionSpecification => ["feature-state", name];
const marked = (name: string): ExpressionSpecification => ["boolean", state(name), false];

function hueOf(palette: Palette): ExpressionSpecification {
  const hues = palette === PALETTES.dark ? HUES.dark : HUES.light;
  const cases = hues.flatMap((hue, at) => [at, hue]);
  return ["match", ["coalesce", state("hue"), -1], ...cases, "rgba(128,128,128,0.25)"] as never;
}

export const PLANNER_STYLE: OwnStyle = {
  sources: {
    "plan-grids": { type: "geojson", data: NOTHING, promoteId: "code" },
    "plan-borders": { type: "geojson", data: NOTHING },
    "published-borders": { type: "geojson", data: NOTHING },
    "plan-names": { type: "geojson", data: NOTHING },
    "plan-locks": { type: "geojson", data: NOTHING },
    sketch: { type: "geojson", data: NOTHING },
    crews: { type: "geojson", data: NOTHING },
    calls: { type: "geojson", data: NOTHING },
  },
  layers: (palette, language) => [
    ...grids(palette),
    ...borders(palette),
    ...marks(palette),
    ...playback(palette),
    ...names(palette, language),
  ],
};

function grids(palette: Palette): LayerSpecification[] {
  return [
    {
      id: "plan-fill",
      type: "fill",
      source: "plan-grids",
      paint: { "fill-color": hueOf(palette), "fill-opacity": 0.62 },
    },
    {
      id: "plan-missed",
      type: "fill",
      source: "plan-grids",
      paint: {
        "fill-color": ["match", ["coalesce", state("missed"), 0], 1, palette.uncovered, palette.label],
        "fill-opacity": ["match", ["coalesce", state("missed"), 0], 0, 0, 1, 0.55, 0.75],
      },
    },
    {
      id: "plan-grid-lines",
      type: "line",
      source: "plan-grids",
      paint: { "line-color": palette.routeCasing, "line-width": 0.7, "line-opacity": 0.6 },
    },
    {
      id: "plan-moved",
      type: "line",
      source: "plan-grids",
      paint: {
        "line-color": palette.label,
        "line-width": 2,
        "line-opacity": ["case", marked("moved"), 0.9, 0],
        "line-dasharray": [1.6, 1.4],
      },
    },
  ];
}

function borders(palette: Palette): LayerSpecification[] {
  return [
    {
      id: "published-borders",
      type: "line",
      source: "published-borders",
      layout: { "line-join": "round", "line-cap": "round" },
      paint: {
        "line-color": palette.noFly,
        "line-width": 1.6,
        "line-opacity": 0.75,
        "line-dasharray": [2.4, 2],
      },
    },
    {
      id: "plan-borders",
      type: "line",
      source: "plan-borders",
      layout: { "line-join": "round", "line-cap": "round" },
      paint: { "line-color": palette.label, "line-width": 2.6 },
    },
  ];
}

function marks(palette: Palette): LayerSpecification[] {
  return [
    {
      id: "plan-selected",
      type: "line",
      source: "plan-grids",
      paint: {
        "line-color": palette.route,
        "line-width": 3.5,
        "line-opacity": ["case", marked("selected"), 1, 0],
      },
    },
    {
      id: "plan-locks",
      type: "circle",
      source: "plan-locks",
      paint: {
        "circle-radius": 4,
        "circle-color": palette.label,
        "circle-stroke-color": palette.routeCasing,
        "circle-stroke-width": 1.5,
      },
    },
    {
      id: "sketch",
      type: "line",
      source: "sketch",
      layout: { "line-join": "round", "line-cap": "round" },
      paint: { "line-color": palette.route, "line-width": 3, "line-dasharray": [1.5, 1.2] },
    },
  ];
}

/** Simulated crews and incidents while a run is played. */
function playback(palette: Palette): LayerSpecification[] {
  const { status } = palette;
  return [
    {
      id: "calls",
      type: "circle",
      source: "calls",
      paint: {
        "circle-radius": ["case", ["get", "waits"], 8, 5.5],
        "circle-color": ["case", ["get", "waits"], palette.uncovered, palette.byOne],
        "circle-stroke-color": palette.routeCasing,
        "circle-stroke-width": 1.5,
      },
    },
    {
      id: "crews",
      type: "circle",
      source: "crews",
      paint: {
        "circle-radius": 5,
        "circle-color": [
          "match", ["get", "doing"], "drives", status.en_route, "works", status.on_scene,
          status.available,
        ],
        "circle-stroke-color": palette.label,
        "circle-stroke-width": 1.6,
      },
    },
  ];
}

/** The code of a zone always stands; its name does where there is room. */
function names(palette: Palette, language: Language): LayerSpecification[] {
  const paint = {
    "text-color": palette.label,
    "text-halo-color": palette.labelHalo,
    "text-halo-width": 1.8,
  };
  return [
    {
      id: "plan-codes",
      type: "symbol",
      source: "plan-names",
      layout: {
        "text-field": ["get", "code"],
        "text-size": ["interpolate", ["linear"], ["zoom"], 9, 11, 13, 15],
        "text-allow-overlap": true,
      },
      paint,
    },
    {
      id: "plan-names",
      type: "symbol",
      source: "plan-names",
      layout: {
        "text-field": nameField(language),
        "text-size": ["interpolate", ["linear"], ["zoom"], 9, 10, 13, 13],
        "text-max-width": 9,
        "text-anchor": "top",
        "text-offset": [0, 0.8],
        "text-padding": 1,
      },
      paint,
    },
  ];
}
