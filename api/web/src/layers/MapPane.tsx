import { effect, untracked } from "@preact/signals";
import type { Map as MapLibre } from "maplibre-gl";
import { theme } from "../frame/screen";
import { BaseMap } from "../map/BaseMap";
import { PALETTES } from "../map/palette";
import { drawZones, fill } from "../map/zones";
import { service } from "../service/service";
import type { City } from "../service/shapes";
import { chooseFinding, quietly, shapesOf } from "./actions";
import { holdMap } from "./map_hold";
import type { Finding } from "./shapes";
import {
  chosenFeature,
  chosenFinding,
  draftTab,
  isOpen,
  opened,
  openedId,
  report,
  severity,
  uploading,
  versions,
} from "./state";
import { LAYERS_STYLE } from "./style";
import { DraftTiles } from "./tiles";
import { preview } from "./upload";

/** Places that are drawn; more can't be told apart. */
const MOST_PLACES = 3_000;

/** The map of the layers view. */
export function MapPane({ city }: { city: City }) {
  return <BaseMap city={city} own={LAYERS_STYLE} begin={begin} tie={followData} />;
}

function begin(map: MapLibre): () => void {
  map.on("click", (event) => {
    const layers = map.getLayer("places") ? ["places"] : [];
    const [hit] = map.queryRenderedFeatures(event.point, { layers });
    const at = hit?.properties["at"] as number | undefined;
    const told = report.peek();
    if (at === undefined || told.state !== "ready") return;
    draftTab.value = "findings";
    chooseFinding(told.value.findings[at] ?? null);
  });
  return holdMap(map);
}

function followData(map: MapLibre): (() => void)[] {
  return [
    effect(() => {
      fill(map, "preview", uploading.value ? (preview.value?.drawn.features ?? []) : []);
    }),
    effect(() => fill(map, "places", placesOf())),
    effect(() => fill(map, "remedy", remedyOf(chosenFinding.value))),
    followDraft(map),
    followCity(map),
  ];
}

/** The draft that is open, as tiles; drawn anew when it is another, or another version. */
function followDraft(map: MapLibre): () => void {
  let tiles: DraftTiles | null = null;
  let shown = "";
  const ends = [
    effect(() => {
      const draft = openedId.value !== null && opened.value.state === "ready" ? opened.value : null;
      const value = draft?.value.value;
      const wanted = value && isOpen(value) ? `${value.id} ${value.version}` : "";
      if (wanted === shown) return;
      shown = wanted;
      tiles?.end();
      tiles = null;
      const palette = PALETTES[theme.peek()];
      if (value && wanted) tiles = untracked(() => new DraftTiles(map, palette, value));
    }),
    effect(() => {
      void opened.value; // tiles of another version are marked anew
      const told = report.value;
      const differs = draftTab.value === "difference" && told.state === "ready";
      const difference = differs ? told.value.difference : null;
      tiles?.mark({ chosen: chosenCodes(), difference });
    }),
  ];
  return () => {
    for (const end of ends) end();
    tiles?.end();
  };
}

function chosenCodes(): string[] {
  if (chosenFeature.value !== null) return [chosenFeature.value];
  const finding = chosenFinding.value;
  return finding ? [finding.feature, ...finding.others].filter((code) => code !== null) : [];
}

/** Another version of the city has other zones; the camera stays where it is. */
function followCity(map: MapLibre): () => void {
  let drawn = versions.peek()[0]?.number;
  return effect(() => {
    const now = versions.value[0]?.number;
    if (now === drawn) return;
    drawn = now;
    void quietly(async () => {
      const zones = await service.layer("zones");
      if (map.getSource("zones")) drawZones(map, zones);
    });
  });
}

function placesOf(): GeoJSON.Feature[] {
  const told = report.value;
  if (openedId.value === null || told.state !== "ready") return [];
  const chosen = chosenFinding.value;
  const shown = draftTab.value === "findings" ? told.value.findings : [];
  return shown.slice(0, MOST_PLACES).flatMap((finding, at): GeoJSON.Feature[] => {
    const isChosen = finding === chosen;
    if (finding.where === null || (severity.value ?? finding.severity) !== finding.severity) return [];
    const properties = { at, severity: finding.severity, chosen: isChosen };
    const geometry: GeoJSON.Point = { type: "Point", coordinates: finding.where };
    return [{ type: "Feature", properties, geometry }];
  });
}

function remedyOf(finding: Finding | null): GeoJSON.Feature[] {
  if (finding === null) return [];
  return shapesOf(finding).map(({ as, shape }) => ({
    type: "Feature",
    properties: { as },
    geometry: shape,
  }));
}
