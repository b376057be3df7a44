/** A joint operation: sites, the plan for them, and what became of each when it was sent. */

import { batch, computed, signal } from "@preact/signals";
import { tell } from "../../design/Notices";
import { matters, officers } from "../../frame/book";
import type { Fetched } from "../../frame/screen";
import { inWords } from "../../frame/words";
import { ask, newKey, Refused, sending, type LonLat } from "../../service/ask";
import type { Incident } from "../../service/shapes";
import type { Assignment } from "../case_shapes";
import { takeAssignment } from "../cases";
import { instantOf } from "../closures/instant";
import { takeIncident } from "../incidents";
import { endPick, pick } from "../pick/pick";
import type { Suggestion } from "../shapes";
import type { JointAsk, JointPlan, Party } from "./shapes";
import { say } from "./words";

export interface Site {
  id: string;
  lonLat: LonLat;
  officers: number;
  skill: string;
  withSkill: number;
}

/** What became of one site; a refusal can be tried again, under the same keys. */
export type Outcome =
  | { state: "sending" }
  | { state: "sent"; incident: string; assignment: string }
  | { state: "refused"; why: () => string };

export const sites = signal<readonly Site[]>([]);
export const arriveBy = signal("");
export const about = signal("");
export const plan = signal<Fetched<JointPlan>>({ state: "idle" });
export const outcomes = signal<ReadonlyMap<string, Outcome>>(new Map());

/** Skills that somebody has. */
export const skills = computed(() =>
  [...new Set([...officers.value.values()].flatMap((officer) => officer.skills))].sort(),
);

let made = 0;

/** Asks for sites by clicks, until it is said that these are all. */
export function askSites(): void {
  pick.value = {
    says: () => `${say("pickSite")} (${sites.value.length})`,
    take: addSite,
    done: { says: () => say("finish"), press: endPick, ready: () => sites.value.length > 0 },
  };
}

function addSite(lonLat: LonLat): void {
  made += 1;
  const site: Site = { id: String(made), lonLat, officers: 4, skill: "", withSkill: 1 };
  sites.value = [...sites.peek(), site];
  forgetPlan();
}

/** Changes one site; the plan made before is no longer for it. */
export function changeSite(id: string, change: Partial<Site>): void {
  sites.value = sites.peek().map((site) => (site.id === id ? { ...site, ...change } : site));
  forgetPlan();
}

export function dropSite(id: string): void {
  sites.value = sites.peek().filter((site) => site.id !== id);
  forgetPlan();
}

export function clearOperation(): void {
  batch(() => {
    sites.value = [];
    arriveBy.value = "";
    forgetPlan();
  });
}

export function forgetPlan(): void {
  keys.clear();
  plan.value = { state: "idle" };
  outcomes.value = new Map();
}

/** Asks who goes where, or what is missing. */
export async function makePlan(): Promise<void> {
  forgetPlan();
  plan.value = { state: "loading" };
  const asked: JointAsk = {
    arrive_by: instantOf(arriveBy.peek()),
    sites: sites.peek().map(({ id, lonLat, officers: count, skill, withSkill }) => ({
      id,
      lon_lat: lonLat,
      officers: count,
      skills: skill ? { [skill]: Math.min(withSkill, count) } : {},
    })),
  };
  try {
    const value = await ask<JointPlan>("/api/v1/joint-operations", sending("POST", asked));
    plan.value = { state: "ready", value };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    plan.value = { state: "refused", problem: error.problem };
  }
}

/** Matter of the operation: the one that was chosen, or the first penalty. */
export function matterOf(): string {
  const first = [...matters.peek().values()].find(({ kind }) => kind === "penalty");
  return about.peek() || first?.code || "";
}

/** Keys of what was sent for a site, so that a second try counts once. */
const keys = new Map<string, string>();

function keyOf(what: string): string {
  const known = keys.get(what) ?? newKey();
  keys.set(what, known);
  return known;
}

/** Sends everybody: an incident and an assignment for each site; those that were sent stay. */
export async function sendAll(): Promise<void> {
  const planned = plan.peek();
  if (planned.state !== "ready") return;
  for (const party of planned.value.parties) {
    if (outcomes.peek().get(party.site)?.state === "sent") continue;
    await sendParty(party);
  }
  const sent = [...outcomes.peek().values()].filter(({ state }) => state === "sent").length;
  tell(() => `${say("sent")} ${sent} / ${planned.value.parties.length}`);
}

async function sendParty(party: Party): Promise<void> {
  note(party.site, { state: "sending" });
  const site = sites.peek().find(({ id }) => id === party.site);
  if (!site) return;
  try {
    const { incident, assignment } = await dispatched(party, site);
    note(party.site, { state: "sent", incident, assignment });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const { problem } = error;
    note(party.site, { state: "refused", why: () => inWords(problem) });
  }
}

async function dispatched(
  party: Party,
  site: Site,
): Promise<{ incident: string; assignment: string }> {
  const text = `${say("operation")} · ${say("site")} ${site.id}`;
  const report = { lon_lat: site.lonLat, matters: [matterOf()], kind: "visit", text };
  const incident = await ask<Incident>(
    "/api/v1/incidents",
    sending("POST", report, { key: keyOf(`incident ${site.id}`) }),
  );
  takeIncident(incident);
  const suggestion = await ask<Suggestion>(
    `/api/v1/incidents/${incident.id}/suggestions`,
    sending("POST", {}, { key: keyOf(`suggestion ${site.id}`) }),
  );
  const crew = party.officers.flatMap(({ officer }) => officer ?? []);
  const order = { suggestion: suggestion.id, crew, reason: "ordered_from_above", note: text };
  const assignment = await ask<Assignment>(
    "/api/v1/assignments",
    sending("POST", order, { key: keyOf(`assignment ${site.id}`) }),
  );
  takeAssignment(assignment);
  return { incident: incident.id, assignment: assignment.id };
}

function note(site: string, outcome: Outcome): void {
  outcomes.value = new Map(outcomes.peek()).set(site, outcome);
}
