/** What the service says, in the shapes of its HTTP interface, and how it is asked. */

import { staleSince } from "./state";

export type LonLat = [number, number];

export interface Reason {
  code: string;
  zh: string;
  en: string;
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
}

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
  status: Status;
}

export interface Officer {
  id: string;
  name: string;
  crew: string;
  certified: boolean;
}

export interface Incident {
  id: string;
  lon_lat: LonLat;
  matters: string[];
  kind: "report" | "visit";
  text: string;
  reported_at: string;
  state: string;
  version: number;
}

export interface Proposal {
  rank: number;
  unit: string;
  brigade: string | null;
  crew: string[];
  kind: "grid" | "specialist" | "secure" | "first_look";
  eta_s: number;
  meets_target: boolean;
  travel_time_s: number;
  length_m: number | null;
  position_age_s: number | null;
  mutual_aid: boolean;
  reasons: Reason[];
  route: GeoJSON.LineString | null;
}

export interface PassedOver {
  unit: string;
  reason: Reason;
}

export interface Holder {
  matter: string | null;
  unit: string | null;
  acting_body: string | null;
  row: string | null;
  rule: Reason;
}

export interface Suggestion {
  id: string;
  city_version: string;
  weight_version: string;
  policy: string;
  degraded: { code: string; why: string } | null;
  zone: string | null;
  arrival_target_s: number;
  routing: Reason;
  holder: Holder;
  other_holders: Holder[];
  grounds: Reason[];
  findings: Reason[];
  proposals: Proposal[];
  passed_over: PassedOver[];
  passed_over_count: Record<string, number>;
}

/** What is covered now, for a map that has the unit grids. */
export interface CoverageMarks {
  now: string;
  share: number;
  zones: { zone: string; share: number }[];
  uncovered: string[];
  by_one: string[];
}

export interface Problem {
  status: number;
  code: string;
  zh: string;
  en: string;
}

/** The service answered with problem details, or did not answer at all. */
export class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(problem.en);
  }
}

const UNREACHABLE: Problem = {
  status: 0,
  code: "unreachable",
  zh: "无法连接服务，请检查服务是否在运行。",
  en: "The service does not answer; check that it is running.",
};

/** Asks the service; whoever is no longer signed in signs in again, and comes back to here. */
async function ask<T>(path: string, init?: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Refused(UNREACHABLE);
  }
  const stale = response.headers.get("x-stale-since");
  if (stale !== null) staleSince.value = stale;
  if (response.status === 401) location.assign(`/sign-in${location.hash}`);
  if (!response.ok) throw new Refused(await problemOf(response));
  return (await response.json()) as T;
}

async function problemOf(response: Response): Promise<Problem> {
  const type = response.headers.get("content-type") ?? "";
  if (type.includes("problem+json")) return (await response.json()) as Problem;
  return { ...UNREACHABLE, status: response.status };
}

/** A key by which the service knows a request again if it has to be sent twice. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

interface Page<T> {
  items: T[];
  next: string | null;
}

/** Reads a list to its end, page by page. */
async function all<T>(path: string): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const query: string = cursor ? `&cursor=${encodeURIComponent(cursor)}` : "";
    const page: Page<T> = await ask<Page<T>>(`${path}?limit=1000${query}`);
    items.push(...page.items);
    cursor = page.next;
  }
  return items;
}

export const service = {
  session: () => ask<unknown>("/api/v1/session"),
  city: () => ask<City>("/api/v1/city"),
  matters: () => all<Matter>("/api/v1/matters"),
  domains: () => all<Named>("/api/v1/domains"),
  units: () => all<Unit>("/api/v1/units"),
  officers: () => all<Officer>("/api/v1/officers"),
  incidents: () => all<Incident>("/api/v1/incidents"),
  layer: (kind: string) => ask<GeoJSON.FeatureCollection>(`/api/v1/layers/${kind}/published`),
  coverage: () => ask<CoverageMarks>("/api/v1/coverage/marks"),
  place: ([lon, lat]: LonLat, signal: AbortSignal) =>
    ask<Place>(`/api/v1/places/at?lon=${lon}&lat=${lat}`, { signal }),
  suggest: (lonLat: LonLat, matters: string[], signal: AbortSignal) =>
    ask<Suggestion>("/api/v1/suggestions", {
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": newKey() },
      body: JSON.stringify({ lon_lat: lonLat, crs: "wgs84", matters }),
      signal,
    }),
};
