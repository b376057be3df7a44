/** Questions of the planner view. */

import { all, ask, sending } from "../service/ask";
import type {
  Edit,
  EditMade,
  Evaluation,
  Gate,
  Handover,
  Plan,
  PlanFigures,
  Playback,
  ProposalJob,
  Simulation,
  TwoPlans,
  WholePlan,
  WholeProposal,
  WholeSimulation,
  ZoneOf,
} from "./shapes";

const PLANS = "/api/v1/plans";

/** What a draft begins from. */
export type Beginning =
  | { from: "published" }
  | { from: "csv"; csv: string }
  | { from: "plan"; plan: string }
  | { from: "zone_of"; zone_of: ZoneOf };

export interface SimulationAsked {
  plan: string | null;
  against: string | null;
  years: number;
  runs: number;
  seed: number;
}

export interface ProposalAsked {
  plan: string | null;
  balance: number;
  move_at_most: number | null;
  of_incidents: boolean;
  never_split: string[];
  seed: number;
}

export interface Publication {
  why: string;
  at?: string;
  override?: { by: string; reason: string };
}

const marked = (plan: Plan) => ({ etag: `"${plan.version}"` });
const hourly = (hour: number | null) => (hour === null ? "" : `?hour=${hour}`);

export const planner = {
  plans: () => all<Plan>(PLANS),
  plan: (id: string) => ask<WholePlan>(`${PLANS}/${id}`),
  begin: (name: string, beginning: Beginning) =>
    ask<WholePlan>(PLANS, sending("POST", { name, ...beginning })),
  close: (plan: Plan) => ask<Plan>(`${PLANS}/${plan.id}`, sending("DELETE")),
  edits: async (id: string) => (await ask<{ items: EditMade[] }>(`${PLANS}/${id}/edits`)).items,
  edit: (plan: Plan, edit: Edit) =>
    ask<WholePlan>(`${PLANS}/${plan.id}/edits`, sending("POST", edit, marked(plan))),
  step: (plan: Plan, way: "undo" | "redo") =>
    ask<WholePlan>(`${PLANS}/${plan.id}/${way}`, sending("POST", {}, marked(plan))),
  rebase: (plan: Plan, keep: "mine" | "theirs" | null) =>
    ask<WholePlan>(`${PLANS}/${plan.id}/rebase`, sending("POST", { keep }, marked(plan))),
  figures: (id: string, hour: number | null) =>
    ask<TwoPlans>(`${PLANS}/${id}/figures${hourly(hour)}`),
  tryOut: (id: string, zone_of: ZoneOf, hour: number | null) =>
    ask<PlanFigures>(`${PLANS}/${id}/figures`, sending("POST", { zone_of, hour })),
  evaluation: (id: string) => ask<Evaluation>(`${PLANS}/${id}/evaluation`),
  paper: (id: string, paper: "evaluation" | "handover", format: string) =>
    `${PLANS}/${id}/${paper}?format=${format}`,
  handover: (id: string) => ask<Handover>(`${PLANS}/${id}/handover`),
  gate: (id: string) => ask<Gate>(`${PLANS}/${id}/gate`),
  publish: (plan: Plan, said: Publication) =>
    ask<{ plan: Plan }>(`${PLANS}/${plan.id}/publications`, sending("POST", said, marked(plan))),
  callOff: (plan: Plan) => ask<Plan>(`${PLANS}/${plan.id}/publications`, sending("DELETE")),
  rollBack: (why: string) =>
    ask<{ number: number }>(`${PLANS}/rollback`, sending("POST", { why })),
  simulations: () => all<Simulation>("/api/v1/simulations"),
  simulation: (id: string) => ask<WholeSimulation>(`/api/v1/simulations/${id}`),
  simulate: (asked: SimulationAsked) =>
    ask<Simulation>("/api/v1/simulations", sending("POST", asked)),
  cancelSimulation: (id: string) =>
    ask<Simulation>(`/api/v1/simulations/${id}`, sending("DELETE")),
  playback: (id: string) => ask<Playback>(`/api/v1/simulations/${id}/playback`),
  proposals: () => all<ProposalJob>("/api/v1/proposals"),
  proposal: (id: string) => ask<WholeProposal>(`/api/v1/proposals/${id}`),
  propose: (asked: ProposalAsked) =>
    ask<ProposalJob>("/api/v1/proposals", sending("POST", asked)),
  cancelProposal: (id: string) => ask<ProposalJob>(`/api/v1/proposals/${id}`, sending("DELETE")),
};
