/** What only the planner view shows, in the shapes of the HTTP interface. */

import type { Reason } from "../service/ask";

/** Zone of each unit grid by its code; null for none. */
export type ZoneOf = Record<string, string | null>;

export type PlanState = "draft" | "planned" | "published" | "closed";

export interface Plan {
  id: string;
  name: string;
  state: PlanState;
  version: number;
  base: string;
  digest: string;
  step: number;
  steps: number;
  hands: string[];
  made_at: string;
  made_by: string;
  changed_at: string;
  changed_by: string;
  override: { by: string; reason: string } | null;
  planned_version: string | null;
  city_version: number | null;
}

export interface Locks {
  grids: string[];
  zones: string[];
  together: [string, string][];
  apart: [string, string][];
}

export interface Terms {
  name: string | null;
  name_en: string | null;
  brigade: string | null;
  arrival_target_s: number | null;
}

export interface WholePlan extends Plan {
  zone_of: ZoneOf;
  locks: Locks;
  terms: Record<string, Terms>;
  moved: Record<string, [string | null, string | null]>;
}

/** An edit that may leave a zone in pieces; the service may be asked to mend that. */
export type ShapedEdit =
  | { op: "assign"; grids: string[]; zone: string | null; repair?: boolean }
  | { op: "cut"; zone: string; new_zone: string; line: [number, number][]; repair?: boolean }
  | { op: "split"; zone: string; new_zone: string; repair?: boolean }
  | { op: "merge"; zones: string[]; into: string; repair?: boolean };

export interface LockEdit {
  op: "lock" | "unlock";
  grids?: string[];
  zones?: string[];
}

/** One edit, as the service takes it. */
export type Edit = ShapedEdit | LockEdit;

export interface EditMade {
  number: number;
  edit: { op: string; grids?: string[]; zone?: string | null; zones?: string[] };
  at: string;
  by: string;
}

export interface ZoneFigures {
  zone: string;
  grids: number;
  incidents: number;
  officer_h: number;
  potential: number | null;
  available: number | null;
  worst_s: number | null;
  pieces: number;
  hour_potential: number | null;
  hour_available: number | null;
}

export interface HourFigures {
  hour_of_week: number;
  late: string[];
  unreachable: string[];
  nobody: string[];
  incidents_share: number;
}

export interface PlanFigures {
  figures: Record<string, number | null>;
  zones: ZoneFigures[];
  hour: HourFigures | null;
}

export interface TwoPlans {
  plan: PlanFigures;
  published: PlanFigures;
}

export type Unit = "share" | "s" | "officer_h" | "km" | "ratio" | "count";

export interface FigureRow extends Reason {
  unit: Unit;
  aim: "more" | "less" | "neither";
  values: (number | null)[];
  differences: (number | null)[];
}

export interface Evaluation {
  side_by_side: FigureRow[];
  assumptions: Reason[];
}

export interface Handed {
  grid: string;
  loses: string | null;
  gains: string | null;
  loses_brigade: string | null;
  gains_brigade: string | null;
  incidents_per_year: number | null;
  minutes_per_year: number | null;
  open_incidents: string[];
}

export interface Handover {
  rows: Handed[];
  renamed: { before: string; after: string }[];
}

export interface Gate extends Reason {
  passed: boolean;
  threshold: number;
  zone: string | null;
  share: number | null;
  lower: number | null;
  upper: number | null;
  simulation: string | null;
}

export type JobState = "waiting" | "running" | "done" | "failed" | "cancelled";

/** Something that runs beside the service. */
export interface Job {
  id: string;
  plan: string | null;
  digest: string;
  state: JobState;
  progress: number;
  left_s: number | null;
  said: string | null;
  made_at: string;
  made_by: string;
}

/** A figure with its interval at 95 %; null where too little is known. */
export interface Interval {
  value: number | null;
  low: number | null;
  high: number | null;
}

export interface Difference extends Interval {
  name?: string;
  significant?: boolean;
}

export interface SimulationResult {
  incidents: number;
  in_time: Interval;
  response: Record<"p50_s" | "p90_s" | "p95_s", Interval>;
  mean_wait_s: Interval;
  mean_travel_s: Interval;
  by_zone: { name: string; incidents: number; in_time: Interval }[];
  late_grids: { grid: string }[];
  against?: SimulationResult;
  difference?: { in_time: Difference; by_zone: (Difference & { name: string })[] };
}

export interface Simulation extends Job {
  asked: { against: string | null; runs: number; years: number; seed: number };
}

export interface WholeSimulation extends Simulation {
  result: SimulationResult | null;
}

export interface PlaybackEvent {
  /** Seconds from the beginning. */
  at_s: number;
  event: "sent" | "arrived" | "done" | "secured" | "waits" | "called_off";
  incident: number;
  crew: string | null;
  from: [number, number] | null;
  to: [number, number];
  to_s: number | null;
}

export interface Playback {
  start: string;
  hours: number;
  events: PlaybackEvent[];
}

export interface OptionFigures {
  travel_min: number;
  mean_travel_min: number;
  max_deviation: number;
  moved_grids: number;
  moved_share_of_grids: number;
  moved_share_of_incidents: number;
  border_km: number;
  split_townships: number;
}

export interface ProposalOption {
  option: Reason;
  balance: number;
  feasible: boolean;
  why_not: Reason[];
  moves: ZoneOf | null;
  figures: OptionFigures | null;
  gap: number | null;
}

export interface ProposalResult {
  today: OptionFigures;
  options: ProposalOption[];
  bound_holds_for: Reason | { zh: string; en: string };
}

export interface ProposalJob extends Job {
  asked: { balance: number; move_at_most: number | null };
}

export interface WholeProposal extends ProposalJob {
  result: ProposalResult | null;
}

/** What stands in the answer where the service refuses with reasons. */
export interface Told {
  where: string;
  message: string;
  zh?: string;
}
