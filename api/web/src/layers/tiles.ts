/** The open draft and what is published of its kind, as tiles of the OGC API. */

import type { ExpressionSpecification, Map as MapLibre } from "maplibre-gl";
import type { Palette } from "../map/palette";
import { Refused } from "../service/ask";
import { DRAWN_KINDS, keyOf } from "./kind_words";
import { layers } from "./service";
import type { Difference, LayerDraft } from "./shapes";
import { ABOVE_TILES } from "./style";

const DEEPEST_ZOOM = 15;

/** What is drawn stronger than the rest. */
export interface Marked {
  /** Codes of the finding, or of the difference, that is looked at. */
  chosen: readonly string[];
  difference: Difference | null;
}

/** One draft on the map, over what it would take the place of; made anew with each version. */
export class DraftTiles {
  private drawn: string[] = [];
  private ended = false;
  private marked: Marked = { chosen: [], difference: null };

  constructor(
    private readonly map: MapLibre,
    private readonly palette: Palette,
    private readonly draft: LayerDraft,
  ) {
    void this.begin();
  }

  private async begin(): Promise<void> {
    const { id, kind } = this.draft;
    if (DRAWN_KINDS.has(kind)) await this.add("published", kind, this.palette.zoneBorder, [3, 2]);
    await this.add("draft", `draft-${id}`, this.palette.route, null);
    this.mark(this.marked);
  }

  /** Draws stronger what is looked at, and what would be other than it is. */
  mark(marked: Marked): void {
    this.marked = marked;
    const { chosen, difference } = marked;
    const now = [...(difference?.added ?? []), ...(difference?.moved ?? []).map(({ code }) => code)];
    const was = [...(difference?.removed ?? [])];
    this.filter("draft-changed", now);
    this.filter("published-changed", was);
    this.filter("draft-chosen", chosen);
    this.filter("published-chosen", difference ? chosen : []);
  }

  end(): void {
    this.ended = true;
    for (const layer of this.drawn) if (this.map.getLayer(layer)) this.map.removeLayer(layer);
    for (const source of ["draft", "published"]) {
      if (this.map.getSource(source)) this.map.removeSource(source);
    }
    this.drawn = [];
  }

  /** Asks where a collection lies, for tiles beside it are not there. */
  private async add(
    source: string,
    collection: string,
    color: string,
    dashes: number[] | null,
  ): Promise<void> {
    const bounds = await boundsOf(collection);
    if (this.ended || bounds === null || this.map.getSource(source)) return;
    this.map.addSource(source, {
      type: "vector",
      tiles: [`${location.origin}/ogc/collections/${collection}/tiles/WebMercatorQuad/{z}/{y}/{x}`],
      bounds,
      maxzoom: DEEPEST_ZOOM,
    });
    const layer = { source, "source-layer": collection };
    const opacity = source === "draft" ? 0.85 : 0.6;
    const dashed = dashes === null ? {} : { "line-dasharray": dashes };
    this.draw({
      id: `${source}-line`,
      type: "line",
      ...layer,
      paint: { "line-color": color, "line-width": 1.2, "line-opacity": opacity, ...dashed },
    });
    this.draw({
      id: `${source}-point`,
      type: "circle",
      ...layer,
      filter: ["==", ["geometry-type"], "Point"],
      paint: { "circle-color": color, "circle-radius": 3, "circle-opacity": opacity },
    });
    const strong = source === "draft" ? this.palette.status.available : this.palette.noFly;
    for (const [name, tint, width] of [
      ["changed", strong, 2],
      ["chosen", source === "draft" ? this.palette.route : this.palette.noFly, 3.4],
    ] as const) {
      this.draw({
        id: `${source}-${name}-fill`,
        type: "fill",
        ...layer,
        filter: ["all", ["==", ["geometry-type"], "Polygon"], NOTHING],
        paint: { "fill-color": tint, "fill-opacity": name === "chosen" ? 0.1 : 0.2 },
      });
      this.draw({
        id: `${source}-${name}`,
        type: "line",
        ...layer,
        filter: NOTHING,
        paint: { "line-color": tint, "line-width": width, ...dashed },
      });
    }
  }

  private draw(layer: Parameters<MapLibre["addLayer"]>[0]): void {
    this.map.addLayer(layer, this.map.getLayer(ABOVE_TILES) ? ABOVE_TILES : undefined);
    this.drawn.push(layer.id);
  }

  private filter(layer: string, codes: readonly string[]): void {
    if (!this.map.getLayer(layer)) return;
    const wanted = among(keyOf(this.draft.kind), codes);
    this.map.setFilter(layer, wanted);
    this.map.setFilter(`${layer}-fill`, ["all", ["==", ["geometry-type"], "Polygon"], wanted]);
  }
}

const NOTHING: ExpressionSpecification = ["==", ["geometry-type"], "none"];

/** Whether a feature is one of those named; a lookup, for they may be thousands. */
function among(key: string, codes: readonly string[]): ExpressionSpecification {
  if (codes.length === 0) return ["==", ["get", key], "\u0000"];
  return ["match", ["to-string", ["get", key]], [...new Set(codes)], true, false];
}

async function boundsOf(collection: string): ReturnType<typeof layers.boundsOf> {
  try {
    return await layers.boundsOf(collection);
  } catch (error) {
    // Published or dropped a moment ago, or a kind that is not drawn: nothing to show.
    if (error instanceof Refused) return null;
    throw error;
  }
}
