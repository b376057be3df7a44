/** What the service tells of, in the shapes of its HTTP interface; a view's own stand with the view. */

import type { LonLat, Reason } from "./ask";

/** Who is signed in, and what they may do. */
export interface Session {
  name: string;
  roles: string[];
  areas: string[];
  acts: string[];
  officer: string | null;
}

export interface City {
  code: string;
  name: string;
  name_en: string;
  invented: boolean;
  now: string;
  city_version: string;
  weight_version: string;
  degraded: Reason | null;
  bounds: [number, number, number, number];
  tiles: string;
  basemap?: Basemap | null;
}

/** A base map of the operator's network. */
export interface Basemap {
  tiles: string;
  crs: "wgs84" | "cgcs2000" | "gcj02";
  attribution: string;
}

/** The city as anybody may know it. */
export type PublicCity = Pick<
  City,
  "name" | "name_en" | "invented" | "now" | "bounds" | "tiles"
>;

export interface Named {
  code: string;
  name: string;
  name_en: string;
}

export interface Area extends Named {
  tier: "city" | "district" | "township" | "community";
}

export interface ZoneSummary extends Named {
  brigade: string | null;
  arrival_target_s: number;
}

export interface Place {
  lon_lat: LonLat;
  areas: Area[];
  zone: ZoneSummary | null;
  grid: string | null;
  remarks: Reason[];
}

export interface Matter extends Named {
  domain: string;
  kind: "penalty" | "compulsory";
  gravity: number;
}

export interface Unit extends Named {
  kind: string;
  parent: string | null;
  zone: string | null;
  mode: string | null;
  lon_lat: LonLat | null;
  call_sign: string | null;
  phone: string | null;
}

export type Status = "available" | "busy" | "en_route" | "on_scene" | "off_duty";

export interface Position {
  officer: string;
  time: string;
  lon: number;
  lat: number;
  speed_mps: number | null;
  heading_deg: number | null;
  /** Whether a person said so, and no terminal. */
  by_hand: boolean;
  status: Status;
}

export interface Officer {
  id: string;
  name: string;
  crew: string;
  certified: boolean;
  skills: string[];
  status: Status;
  /** Somebody else signed the officer on or off last. */
  by_hand: boolean;
}

export interface Incident {
  id: string;
  lon_lat: LonLat;
  matters: string[];
  kind: "report" | "visit";
  text: string;
  reported_at: string;
  state: State;
  may_follow: State[];
  scale: "daily" | "major" | null;
  case_number: string | null;
  version: number;
  deadlines: RunningDeadline[];
}

export type State =
  | "reported"
  | "accepted"
  | "dispatched"
  | "acknowledged"
  | "en_route"
  | "on_scene"
  | "handled"
  | "feedback"
  | "verified"
  | "closed"
  | "rated"
  | "returned"
  | "suspended"
  | "merged"
  | "handed_off"
  | "cancelled";

/** What is to be done by when, as it stands in every answer about its incident. */
export interface RunningDeadline {
  kind: "acknowledge" | "secure" | "arrive" | "handle" | "feed_back" | "verify" | "answer";
  due_at: string;
  state: "waiting" | "met" | "missed" | "cancelled";
  unit: string | null;
  about: string | null;
}
