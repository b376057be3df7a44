/** The style of the map: built here, so that nothing is fetched from outside. */

import type {
  DataDrivenPropertyValueSpecification,
  ExpressionSpecification,
  LayerSpecification,
  StyleSpecification,
} from "maplibre-gl";
import type { City } from "../service/shapes";
import { asleep } from "./asleep";
import { base } from "./base_choice";
import { networkSource } from "./network_tiles";
import { NOTHING } from "./nothing";
import type { Language, Theme } from "../frame/screen";
import { PALETTES, type Palette } from "./palette";

export { NOTHING };

const BACKDROP = "/api/v1/layers/backdrop/published";
const PUBLIC_BACKDROP = "/api/v1/public/backdrop";

/** What only those see who have an account. */
const INSIDE: StyleSpecification["sources"] = {
  zones: { type: "geojson", data: NOTHING, promoteId: "code" },
  "zone-names": { type: "geojson", data: NOTHING },
  "no-fly": { type: "geojson", data: "/api/v1/layers/no-fly/published" },
};

const MAJOR = ["motorway", "motorway_link", "trunk", "trunk_link", "primary", "primary_link"];
const MIDDLE = ["secondary", "secondary_link", "tertiary", "tertiary_link"];

/** What a view draws on top of the city: its own sources, and layers from below to above. */
export interface OwnStyle {
  /** Without zones and no-fly areas, for whoever has no account. */
  bare?: true;
  sources: StyleSpecification["sources"];
  layers: (palette: Palette, language: Language) => LayerSpecification[];
}

/** Builds the whole style for one city, theme and language. */
export function styleOf(
  city: City,
  theme: Theme,
  language: Language,
  own: OwnStyle,
): StyleSpecification {
  const palette = PALETTES[theme];
  const network = base.peek() === "network" ? (city.basemap ?? null) : null;
  const sources: StyleSpecification["sources"] = {
    backdrop: { type: "geojson", data: own.bare ? PUBLIC_BACKDROP : BACKDROP },
    roads: { type: "vector", tiles: [location.origin + city.tiles], minzoom: 8, maxzoom: 15 },
    ...(own.bare ? {} : INSIDE),
    ...(network && { network: networkSource(network) }),
    ...own.sources,
  };
  const layers: LayerSpecification[] = [
    { id: "background", type: "background", paint: { "background-color": palette.land } },
    ...(network ? [NETWORK_LAYER] : [...backdrop(palette), ...roads(palette)]),
    ...(own.bare ? [] : [...zones(palette), ...noFly(palette)]),
    ...own.layers(palette, language),
    ...(own.bare ? [] : [zoneNames(palette, language)]),
  ];
  return { version: 8, sources, layers: asleep(layers, sources) };
}

const NETWORK_LAYER: LayerSpecification = { id: "network", type: "raster", source: "network" };

/** The property of a name in one language, falling back to Chinese. */
export function nameField(language: Language): ExpressionSpecification {
  return language === "zh" ? ["get", "name"] : ["coalesce", ["get", "name_en"], ["get", "name"]];
}

function backdrop(palette: Palette): LayerSpecification[] {
  const is = (...kinds: string[]): ExpressionSpecification => [
    "in",
    ["get", "kind"],
    ["literal", kinds],
  ];
  return [
    {
      id: "parks",
      type: "fill",
      source: "backdrop",
      filter: is("park"),
      paint: { "fill-color": palette.park },
    },
    {
      id: "water",
      type: "fill",
      source: "backdrop",
      filter: is("sea", "bay", "river"),
      paint: { "fill-color": palette.sea },
    },
  ];
}

type Width = DataDrivenPropertyValueSpecification<number>;

function width(thin: number, wide: number): Width {
  return ["interpolate", ["exponential", 1.5], ["zoom"], 9, thin, 16, wide];
}

function roads(palette: Palette): LayerSpecification[] {
  const ofClass = (classes: string[]): ExpressionSpecification => [
    "in",
    ["get", "class"],
    ["literal", classes],
  ];
  const minor: ExpressionSpecification = ["!", ofClass([...MAJOR, ...MIDDLE, "ferry"])];
  const line = (
    id: string,
    filter: ExpressionSpecification,
    color: string,
    lineWidth: Width,
  ): LayerSpecification => ({
    id,
    type: "line",
    source: "roads",
    "source-layer": "roads",
    filter,
    layout: { "line-cap": "round", "line-join": "round" },
    paint: { "line-color": color, "line-width": lineWidth },
  });
  return [
    line("minor-casing", minor, palette.roadCasing, width(0.4, 8)),
    line("middle-casing", ofClass(MIDDLE), palette.roadCasing, width(1, 13)),
    line("minor", minor, palette.road, width(0.2, 6)),
    line("middle", ofClass(MIDDLE), palette.road, width(0.6, 10.5)),
    line("major-casing", ofClass(MAJOR), palette.roadMajorCasing, width(1.6, 17)),
    line("major", ofClass(MAJOR), palette.roadMajor, width(1, 14)),
    {
      id: "ferry",
      type: "line",
      source: "roads",
      "source-layer": "roads",
      filter: ofClass(["ferry"]),
      paint: { "line-color": palette.ferry, "line-width": 1.6, "line-dasharray": [4, 3] },
    },
  ];
}

function zones(palette: Palette): LayerSpecification[] {
  const selected: ExpressionSpecification = ["boolean", ["feature-state", "selected"], false];
  return [
    {
      id: "zone-tint",
      type: "fill",
      source: "zones",
      paint: {
        "fill-color": palette.zoneTint,
        "fill-opacity": [
          "interpolate",
          ["linear"],
          ["zoom"],
          10,
          ["case", selected, 0.13, 0],
          14,
          ["case", selected, 0.03, 0],
        ],
      },
    },
    {
      id: "zone-border",
      type: "line",
      source: "zones",
      layout: { "line-join": "round" },
      paint: {
        "line-color": palette.zoneBorder,
        "line-opacity": ["case", selected, 0.95, 0.5],
        "line-width": ["case", selected, 2.4, 1.5],
      },
    },
  ];
}

function noFly(palette: Palette): LayerSpecification[] {
  return [
    {
      id: "no-fly",
      type: "fill",
      source: "no-fly",
      paint: { "fill-color": palette.noFly, "fill-opacity": 0.08 },
    },
    {
      id: "no-fly-border",
      type: "line",
      source: "no-fly",
      paint: {
        "line-color": palette.noFly,
        "line-opacity": 0.7,
        "line-width": 1.3,
        "line-dasharray": [3, 2],
      },
    },
  ];
}

function zoneNames(palette: Palette, language: Language): LayerSpecification {
  return {
    id: "zone-names",
    type: "symbol",
    source: "zone-names",
    maxzoom: 14.5,
    layout: {
      "text-field": nameField(language),
      "text-size": ["interpolate", ["linear"], ["zoom"], 9, 11, 13, 15],
      "text-max-width": 9,
      "text-padding": 4,
    },
    paint: {
      "text-color": palette.label,
      "text-halo-color": palette.labelHalo,
      "text-halo-width": 1.6,
      "text-opacity": 0.92,
    },
  };
}
