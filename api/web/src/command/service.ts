/** Questions of the command view. */

import { ask, sending, type LonLat } from "../service/ask";
import type { CoverageMarks, Suggestion } from "./shapes";

export const command = {
  coverage: () => ask<CoverageMarks>("/api/v1/coverage/marks"),
  suggest: (lonLat: LonLat, matters: string[], signal: AbortSignal) =>
    ask<Suggestion>(
      "/api/v1/suggestions",
      sending("POST", { lon_lat: lonLat, crs: "wgs84", matters }, { signal }),
    ),
};
