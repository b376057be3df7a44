/** The layer of coverage: the unit grids are fetched when it is shown for the first time. */

import { effect } from "@preact/signals";
import type { Map as MapLibre } from "maplibre-gl";
import { service } from "../service/service";
import { coverage } from "./state";
import { drawCoverage } from "./draw";

let grids: Promise<GeoJSON.FeatureCollection> | null = null;

/** Draws what is covered whenever that changes; answers how to end it. */
export function followCoverage(map: MapLibre): () => void {
  let ended = false;
  const end = effect(() => {
    const marks = coverage.value;
    if (!marks) {
      drawCoverage(map, null, null);
      return;
    }
    grids ??= service.layer("grids");
    grids.then(
      (layer) => {
        if (!ended && coverage.peek() === marks) drawCoverage(map, layer, marks);
      },
      () => {
        grids = null; // fetched again with the next count
      },
    );
  });
  return () => {
    ended = true;
    end();
  };
}
