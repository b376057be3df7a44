/** Tiles that did not come: asked for again once the line, or whoever works there, is back. */

import { effect } from "@preact/signals";
import type { ErrorEvent, Map as MapLibre } from "maplibre-gl";
import { signingIn } from "../frame/again";
import { stream } from "../frame/stream";

/** What the library says of a failure that is a source's. */
type Failure = ErrorEvent & { sourceId?: string };

/** The library leaves gaps as they are; answers how to let it. */
export function fetchMissedTiles(map: MapLibre): () => void {
  const missed = new Set<string>();
  const note = ({ error, sourceId }: Failure): void => {
    if (sourceId === undefined) console.error(error);
    else missed.add(sourceId);
  };
  const fetchThem = (): void => {
    for (const id of missed) if (map.getSource(id)) map.refreshTiles(id);
    missed.clear();
  };
  map.on("error", note);
  window.addEventListener("online", fetchThem);
  const end = effect(() => {
    if (!signingIn.value && stream.value !== "lost") fetchThem();
  });
  return () => {
    end();
    window.removeEventListener("online", fetchThem);
    map.off("error", note);
  };
}
