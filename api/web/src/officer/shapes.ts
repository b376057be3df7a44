/** What the service tells an officer's phone. */

import type { LonLat, Reason } from "../service/ask";
import type { Incident, Status } from "../service/shapes";

export interface MapApp {
  name: string;
  name_en: string;
  crs: string;
  lon_lat: LonLat;
  url: string;
}

export interface Duty {
  officer: string;
  status: Status;
  may_be_sent: boolean;
  obstacle: Reason | null;
  shift_to: string | null;
}

export interface Assignment {
  id: string;
  incident: string;
  unit: string;
  kind: string;
  clock: { due_at: string; dispatched_at: string };
  acknowledged_at: string | null;
  departed_at: string | null;
  arrived_at: string | null;
}

export interface Job {
  assignment: Assignment;
  incident: Incident;
  matters: { code: string; name: string; name_en: string; gravity: number }[];
  areas: string[];
  crew: { officer: string; name: string; certified: boolean }[];
  others: {
    unit: string;
    name: string;
    name_en: string;
    officers: number;
    arrived_at: string | null;
  }[];
  map_apps: MapApp[];
}

export interface OwnJob {
  now: string;
  officer: string | null;
  name: string | null;
  crew: string | null;
  mode: "car" | "ebike" | "foot" | null;
  duty: Duty | null;
  job: Job | null;
}

export interface Way {
  route: GeoJSON.LineString | null;
  travel_time_s: number | null;
  length_m: number | null;
  degraded: Reason | null;
  map_apps: MapApp[];
}
