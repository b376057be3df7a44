/** Questions about a case, and what is done to it. */

import { all, ask, askMarked, sending, type LonLat, type Reason, type Sent } from "../service/ask";
import type { Incident } from "../service/shapes";
import type {
  Assignment,
  Diversions,
  Entry,
  FoundPlace,
  MoveAsk,
  Outcome,
  ReportAsk,
  ReporterTold,
  SendAsk,
  Whistle,
  WhyNot,
} from "./case_shapes";
import type { Suggestion } from "./shapes";

const INCIDENTS = "/api/v1/incidents";
const ASSIGNMENTS = "/api/v1/assignments";
const SUGGESTIONS = "/api/v1/suggestions";

export const cases = {
  incident: (id: string) => ask<Incident>(`${INCIDENTS}/${id}`),
  suggest: (id: string, signal: AbortSignal) =>
    ask<Suggestion>(`${INCIDENTS}/${id}/suggestions`, sending("POST", {}, { signal })),
  report: (report: ReportAsk, sent: Sent) =>
    ask<Incident>(INCIDENTS, sending("POST", report, sent)),
  move: (id: string, move: MoveAsk) =>
    ask<Incident>(`${INCIDENTS}/${id}/transitions`, sending("POST", move)),
  note: (id: string, text: string) =>
    ask<Entry>(`${INCIDENTS}/${id}/notes`, sending("POST", { text })),
  correctMatters: async (id: string, matters: readonly string[], reason: string) => {
    const { etag } = await askMarked<Incident>(`${INCIDENTS}/${id}`);
    return ask<Incident>(`${INCIDENTS}/${id}`, sending("PATCH", { matters, reason }, { etag }));
  },
  timeline: (id: string) => ask<Entry[]>(`${INCIDENTS}/${id}/timeline`),
  reporter: (id: string) => ask<ReporterTold>(`${INCIDENTS}/${id}/reporter`),
  whistles: (id: string) => all<Whistle>(`/api/v1/whistles?incident=${id}`),
  whistle: (incident: string, by: string) =>
    ask<Whistle>("/api/v1/whistles", sending("POST", { incident, by })),
  bound: () => all<Assignment>(`${ASSIGNMENTS}?bound=true`),
  assignmentsOf: (id: string) => all<Assignment>(`${ASSIGNMENTS}?incident=${id}`),
  reasons: () => ask<Reason[]>(`${ASSIGNMENTS}/reasons`),
  send: (asked: SendAsk) => ask<Assignment>(ASSIGNMENTS, sending("POST", asked)),
  arrive: (id: string) => ask<Assignment>(`${ASSIGNMENTS}/${id}/arrival`, sending("POST")),
  release: (id: string, outcome: Outcome, reason: string) =>
    ask<Assignment>(`${ASSIGNMENTS}/${id}/release`, sending("POST", { outcome, reason })),
  whyNot: (suggestion: string, unit: string, signal: AbortSignal) =>
    ask<WhyNot>(`${SUGGESTIONS}/${suggestion}/why-not/${unit}`, { signal }),
  diversions: (suggestion: string) =>
    ask<Diversions>(`${SUGGESTIONS}/${suggestion}/diversions`, sending("POST")),
  places: (words: string, near: LonLat | null, signal: AbortSignal) => {
    const by = near ? `&near=${near.join(",")}` : "";
    const path = `/api/v1/places?limit=8&q=${encodeURIComponent(words)}${by}`;
    return ask<{ items: FoundPlace[] }>(path, { signal });
  },
};
