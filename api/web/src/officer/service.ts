/** What an officer's phone asks the service. */

import { ask, type LonLat } from "../service/ask";
import type { OwnJob, Way } from "./shapes";

export const officerService = {
  job: () => ask<OwnJob>("/api/v1/officers/me/job"),
  way: ([lon, lat]: LonLat) => ask<Way>(`/api/v1/officers/me/way?lon=${lon}&lat=${lat}`),
};
