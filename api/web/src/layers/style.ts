/** What the layers view draws on the city: the draft, the preview, findings and their remedies. */

import type { ExpressionSpecification, LayerSpecification } from "maplibre-gl";
import type { Palette } from "../map/palette";
import { NOTHING, type OwnStyle } from "../map/style";

export const LAYERS_STYLE: OwnStyle = {
  sources: {
    preview: { type: "geojson", data: NOTHING },
    remedy: { type: "geojson", data: NOTHING },
    places: { type: "geojson", data: NOTHING },
  },
  layers: (palette) => [
    ...shapes("preview", palette.status.en_route, palette),
    ...remedy(palette),
    places(palette),
  ],
};

/** Before this layer stands what is cut into tiles: below remedies, above the city. */
export const ABOVE_TILES = "preview-fill";

const IS_POINT: ExpressionSpecification = ["==", ["geometry-type"], "Point"];

function shapes(source: string, color: string, palette: Palette): LayerSpecification[] {
  return [
    {
      id: `${source}-fill`,
      type: "fill",
      source,
      filter: ["==", ["geometry-type"], "Polygon"],
      paint: { "fill-color": color, "fill-opacity": 0.15 },
    },
    {
      id: `${source}-line`,
      type: "line",
      source,
      filter: ["!", IS_POINT],
      paint: { "line-color": color, "line-width": 1.6 },
    },
    {
      id: `${source}-point`,
      type: "circle",
      source,
      filter: IS_POINT,
      paint: {
        "circle-color": color,
        "circle-radius": 4,
        "circle-stroke-color": palette.routeCasing,
        "circle-stroke-width": 1,
      },
    },
  ];
}

/** As it is in dashes, as it would be drawn through: told apart without colour, too. */
function remedy(palette: Palette): LayerSpecification[] {
  const as = (which: "from" | "to"): ExpressionSpecification => ["==", ["get", "as"], which];
  const polygon: ExpressionSpecification = ["==", ["geometry-type"], "Polygon"];
  return [
    {
      id: "remedy-to-fill",
      type: "fill",
      source: "remedy",
      filter: ["all", polygon, as("to")],
      paint: { "fill-color": palette.status.available, "fill-opacity": 0.22 },
    },
    {
      id: "remedy-to",
      type: "line",
      source: "remedy",
      filter: as("to"),
      paint: { "line-color": palette.status.available, "line-width": 3 },
    },
    {
      id: "remedy-from",
      type: "line",
      source: "remedy",
      filter: as("from"),
      paint: { "line-color": palette.noFly, "line-width": 2, "line-dasharray": [3, 2] },
    },
  ];
}

function places(palette: Palette): LayerSpecification {
  return {
    id: "places",
    type: "circle",
    source: "places",
    paint: {
      "circle-color": "rgba(0,0,0,0)",
      "circle-radius": ["case", ["get", "chosen"], 15, 5],
      "circle-stroke-color": [
        "match",
        ["get", "severity"],
        "error",
        palette.noFly,
        "warning",
        palette.byOne,
        palette.route,
      ],
      "circle-stroke-width": ["case", ["get", "chosen"], 3.5, 2],
    },
  };
}
