/** What the layers view is told, in the shapes of the HTTP interface. */

import type { LonLat, Problem, Reason } from "../service/ask";

/** Kinds of layer, in the order of the service. */
export const KINDS = [
  "boundary",
  "areas",
  "zones",
  "grids",
  "roads",
  "closures",
  "units",
  "bases",
  "officers",
  "rosters",
  "calendars",
  "matters",
  "authority",
  "places",
  "demand",
  "no-fly",
] as const;

export type KindName = (typeof KINDS)[number];

export const SEVERITIES = ["error", "warning", "note"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** A sentence in both languages. */
export interface Said {
  zh: string;
  en: string;
}

export interface LayerDraft {
  id: string;
  kind: KindName;
  file: string;
  source: string;
  state: "draft" | "reviewed" | "published" | "dropped";
  crs: string;
  rows: number;
  counts: Record<Severity, number>;
  may_be_published: boolean;
  loaded_at: string;
  loaded_by: string;
  version: number;
  edited_by: string[];
  review: { at: string; by: string; remark: string } | null;
}

/** One cell or shape as it is and as it would be. */
export interface Change {
  feature: string | null;
  column: string | null;
  from: string | GeoJSON.Geometry | null;
  to: string | GeoJSON.Geometry | null;
}

export interface Finding {
  code: string;
  severity: Severity;
  feature: string | null;
  others: string[];
  where: LonLat | null;
  message: Said;
  fix: Change[] | null;
}

export interface Difference {
  added: string[];
  removed: string[];
  moved: { code: string; by_m: number }[];
  altered: { code: string; column: string; from: string; to: string }[];
}

interface Covered {
  untold: Reason | null;
  points: number | null;
  points_in_time: number | null;
  points_unreachable: number | null;
  share: number | null;
}

export interface CoverageChange {
  before: Covered;
  after: Covered;
  lost: { count: number; codes: string[] };
  gained: { count: number; codes: string[] };
  rows_left_out: number;
}

export interface Report {
  file: string;
  kind: KindName;
  rows: number;
  crs: string;
  columns: { column: string; theirs: string; found: Found; sample: string[] }[];
  missing: string[];
  unused: string[];
  findings: Finding[];
  counts: Record<Severity, number>;
  may_be_published: boolean;
  against: string | null;
  difference: Difference | null;
  rezoned: { incident: string; from: string | null; to: string | null }[];
  coverage: CoverageChange | null;
}

export type Found = "said" | "same" | "called" | "cut" | "saved";

export interface Preview {
  file: string;
  layer: string;
  layers: string[];
  kind: KindName;
  kinds: { kind: KindName; columns: number; usable: boolean }[];
  rows: number;
  encoding: string | null;
  crs_said: boolean;
  crs: string | null;
  unplaced: Said | null;
  remarks: Reason[];
  columns: {
    column: string;
    means: Said;
    needed: boolean;
    theirs: string | null;
    found: Found | null;
  }[];
  theirs: { name: string; sample: string[] }[];
  datum: DatumGuess | null;
  bounds: Box | null;
  drawn: GeoJSON.FeatureCollection;
}

export interface DatumGuess {
  datum: string | null;
  sureness: "high" | "fair" | "undecided";
  shift_m: number;
  features: number;
  tried: { datum: string; distance_m: number }[];
}

/** West, south, east, north. */
export type Box = [number, number, number, number];

export interface ChecklistRow {
  kind: KindName;
  name: Said;
  state: "missing" | "draft" | "published";
  count: number;
  needed: boolean;
  drafts: string[];
  next: Said | null;
}

export interface Checklist {
  city: string;
  complete: boolean;
  parts: ChecklistRow[];
}

export interface CityVersion {
  number: number;
  city_version: string;
  drafts: string[];
  why: string;
  published_at: string;
  published_by: string;
  back_to: number | null;
}

export interface CityPlan {
  id: string;
  drafts: string[];
  why: string;
  due_at: string;
  state: string;
  said: string | null;
  version: number | null;
  planned_at: string;
  planned_by: string;
}

export interface ApiKey {
  number: number;
  account: string;
  label: string;
  key: string | null;
}

/** A refusal that names every single thing that stands against it. */
export interface FlawedProblem extends Problem {
  errors?: { where: string; message: string; zh?: string }[];
}
