/** Indicators as the service tells them. */

import type { LonLat } from "../service/ask";

export type Span = "week" | "month" | "year";
export type GroupBy = "zone" | "unit" | "matter" | "kind";

export interface Share {
  hits: number;
  of: number;
  share: number | null;
  interval: [number, number] | null;
}

export interface Indicator {
  code: string;
  zh: string;
  en: string;
  terms: string;
  of: { code: string; zh: string; en: string };
  found: Share;
  before: Share[];
  groups: Record<string, Share>;
}

export interface Arrivals {
  name: string;
  in_time: Share;
  unrecorded: number;
  percentiles: { level: number; value_s: number; interval_s: [number, number] }[];
}

export interface IndicatorReport {
  span: Span;
  since: string;
  until: string;
  now: string;
  reported: number[];
  indicators: Indicator[];
  arrivals: Arrivals | null;
  arrivals_before: Share[];
  arrival_groups: Arrivals[];
}

/** A case behind a figure. */
export interface Case {
  id: string | null;
  lon_lat: LonLat;
  reported_at: string;
  zone: string | null;
  unit: string | null;
  matter: string | null;
  counts: boolean;
}

export type BulletinKind = "weekly" | "monthly" | "yearly" | "consultation";

/** A report that was issued. */
export interface Bulletin {
  id: string;
  kind: BulletinKind;
  area: string;
  area_zh: string;
  area_en: string;
  since: string;
  until: string;
  issue: number;
  digest: string;
  signatures: { at: string; by: string; note: string }[];
}

/** Who stands where among their like. */
export interface Ranking {
  rows: { group: string; score: number | null; rank: number | null }[];
  red: string[];
  black: string[];
}

/** A report with what it says. */
export interface BulletinRecord extends Bulletin {
  content: {
    names: Partial<Record<"brigade" | "area", Record<string, { zh: string; en: string }>>>;
    rankings: Partial<Record<"brigade" | "area", Ranking>>;
    lists: { code: string; zh: string; en: string; cases: unknown[] }[];
  };
}
