/** What only the command view shows. */

import type { Reason } from "../service/ask";

export interface Proposal {
  rank: number;
  unit: string;
  brigade: string | null;
  crew: string[];
  kind: "grid" | "specialist" | "secure" | "first_look";
  eta_s: number;
  eta_p90_s: number | null;
  p_in_target: number | null;
  coverage_price: { value: number; unit: string } | null;
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
