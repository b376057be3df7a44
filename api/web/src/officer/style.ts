/** What the officer's map draws: the way, the place of the case, and where the phone is. */

import { NOTHING, type OwnStyle } from "../map/style";

export const OFFICER_STYLE: OwnStyle = {
  sources: {
    way: { type: "geojson", data: NOTHING },
    points: { type: "geojson", data: NOTHING },
  },
  layers: (palette) => [
    {
      id: "way-casing",
      type: "line",
      source: "way",
      layout: { "line-cap": "round", "line-join": "round" },
      paint: { "line-color": palette.routeCasing, "line-width": 9 },
    },
    {
      id: "way",
      type: "line",
      source: "way",
      layout: { "line-cap": "round", "line-join": "round" },
      paint: { "line-color": palette.route, "line-width": 5 },
    },
    {
      id: "points",
      type: "circle",
      source: "points",
      paint: {
        "circle-color": ["match", ["get", "what"], "here", palette.route, palette.status.on_scene],
        "circle-radius": ["match", ["get", "what"], "here", 7, 10],
        "circle-stroke-color": palette.routeCasing,
        "circle-stroke-width": 3,
      },
    },
  ],
};
