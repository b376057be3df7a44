/** Questions of the list of units. */

import { ask, sending, type LonLat } from "../../service/ask";

export interface FixResults {
  accepted: number;
  results: { officer: string; accepted: boolean; remark: { code: string; zh: string; en: string } }[];
}

export const unitService = {
  reach: (code: string) =>
    ask<GeoJSON.FeatureCollection>(
      `/api/v1/units/${encodeURIComponent(code)}/reach?within=300,600,900`,
    ),
  place: (officers: readonly string[], [lon, lat]: LonLat, time: string) =>
    ask<FixResults>(
      "/api/v1/positions",
      sending(
        "POST",
        officers.map((officer) => ({ officer, time, lon, lat, by_hand: true })),
      ),
    ),
  duty: (officer: string, on: boolean) =>
    ask<unknown>(`/api/v1/officers/${encodeURIComponent(officer)}/duty`, sending("PUT", { on })),
};
