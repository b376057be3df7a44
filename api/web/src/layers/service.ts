/** Questions of the layers view. */

import { all, ask, askMarked, sending, type LonLat, type Page } from "../service/ask";
import type {
  ApiKey,
  Box,
  Checklist,
  CityPlan,
  CityVersion,
  Finding,
  KindName,
  LayerDraft,
  Report,
} from "./shapes";

interface Corners {
  lowerLeft: LonLat;
  upperRight: LonLat;
}

const LAYERS = "/api/v1/layers";
const VERSIONS = "/api/v1/city/versions";

export const layers = {
  drafts: () => all<LayerDraft>(LAYERS),
  draft: (id: string) => askMarked<LayerDraft>(`${LAYERS}/${id}`),
  report: (id: string, signal: AbortSignal) => ask<Report>(`${LAYERS}/${id}/report`, { signal }),
  takeFixes: (id: string, only: Finding[] | null, etag: string | null) =>
    ask<LayerDraft>(
      `${LAYERS}/${id}/fixes`,
      sending("POST", only === null ? {} : { only: only.map(named) }, { etag }),
    ),
  review: (id: string, remark: string, etag: string | null) =>
    ask<LayerDraft>(`${LAYERS}/${id}/review`, sending("POST", { remark }, { etag })),
  drop: (id: string) => ask<LayerDraft>(`${LAYERS}/${id}`, sending("DELETE")),
  checklist: () => ask<Checklist>("/api/v1/city/checklist"),
  versions: () => items<CityVersion>(VERSIONS),
  planned: () => items<CityPlan>(`${VERSIONS}/planned`),
  publish: (drafts: string[], why: string, key: string) =>
    ask<CityVersion>(VERSIONS, sending("POST", { drafts, why }, { key })),
  plan: (drafts: string[], why: string, at: string, key: string) =>
    ask<CityPlan>(`${VERSIONS}/planned`, sending("POST", { drafts, why, at }, { key })),
  callOff: (id: string) => ask<CityPlan>(`${VERSIONS}/planned/${id}`, sending("DELETE")),
  rollBack: (to: number | null, why: string) =>
    ask<CityVersion>(`${VERSIONS}/rollback`, sending("POST", { to, why })),
  makeKey: (account: string, label: string) =>
    ask<ApiKey>("/api/v1/api-keys", sending("POST", { account, label, scope: ["see_city"] })),
  /** Where the tiles of a collection lie; null where there are none. */
  boundsOf: async (collection: string): Promise<Box | null> => {
    const path = `/ogc/collections/${collection}/tiles/WebMercatorQuad?f=json`;
    const { boundingBox } = await ask<{ boundingBox?: Corners }>(path);
    return boundingBox ? [...boundingBox.lowerLeft, ...boundingBox.upperRight] : null;
  },
};

/** Where a published layer is to be had as a file. */
export function exportAddress(kind: KindName, format: string, version: string, crs: string): string {
  const asked = new URLSearchParams({ format });
  if (version) asked.set("version", version);
  if (crs) asked.set("crs", crs);
  return `${LAYERS}/${kind}/export?${asked.toString()}`;
}

function named({ code, feature, others }: Finding): Pick<Finding, "code" | "feature" | "others"> {
  return { code, feature, others };
}

async function items<T>(path: string): Promise<T[]> {
  return (await ask<Page<T>>(path)).items;
}
