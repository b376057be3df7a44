/** What is told of a case: who was sent, what happened, who was called, why not somebody else. */

import type { LonLat, Reason } from "../service/ask";
import type { State } from "../service/shapes";
import type { Proposal } from "./shapes";

export type Purpose = Proposal["kind"];
export type Outcome = "done" | "called_off" | "refused" | "silent" | "mistake" | "merged";

export interface Assignment {
  id: string;
  incident: string;
  suggestion: string;
  kind: Purpose;
  unit: string;
  crew: string[];
  departure: string;
  rank: number | null;
  eta_s: number | null;
  decided_at: string;
  decided_by: string;
  by_rule: boolean;
  reason: string | null;
  note: string;
  clock: { received_at: string; dispatched_at: string; target_s: number; due_at: string };
  reinforces: boolean;
  acknowledged_at: string | null;
  departed_at: string | null;
  arrived_at: string | null;
  released_at: string | null;
  outcome: Outcome | null;
}

/** Whom an assignment names, and why. */
export interface SendAsk {
  suggestion: string;
  rank?: number;
  unit?: string;
  kind?: Purpose;
  incident?: string;
  reason?: string;
  note?: string;
  reinforces?: boolean;
  calls_off?: string;
}

export interface ReportAsk {
  lon_lat: LonLat;
  crs: "wgs84";
  matters: string[];
  text: string;
  kind: "report" | "visit";
  reporter: { name: string; phone: string } | null;
}

export interface MoveAsk {
  to: State;
  reason?: string;
  assignment?: string;
  into?: string;
  partner?: string;
  rating?: number;
}

export interface Entry {
  at: string;
  by: string | null;
  said: Reason;
  about: string;
  because: Reason[];
  state: State | null;
  reason: string;
}

export interface Whistle {
  id: string;
  incident: string;
  by: string;
  units: string[];
  bodies: string[];
  answer_by: string;
  state: string;
  answers: { party: string; says: "comes" | "refuses"; late: boolean }[];
  closed_at: string | null;
}

export interface WhyNot {
  suggestion: string;
  unit: string;
  proposed: { kind: Purpose; rank: number }[];
  reasons: Reason[];
  arrival_s: number | null;
  later_s: number | null;
}

export interface Diversion {
  calls_off: string;
  incident: string;
  unit: string;
  eta_s: number;
  left_eta_s: number;
  left_due_s: number;
  replacement: string | null;
  replacement_eta_s: number | null;
  said: Reason;
}

export interface Diversions {
  offers: Diversion[];
  let_alone: { assignment: string; unit: string; why: Reason }[];
}

export interface ReporterTold {
  name: string;
  phone: string;
  text: string;
  masked: boolean;
}

export interface SecondThought {
  incident: string;
  why: Reason[];
  new_suggestion: string;
}

export interface FoundPlace {
  code: string;
  name: string;
  name_en: string;
  address: string;
  lon_lat: LonLat;
}
