/** Who was sent where, and all that is on record of the incident that is worked on. */

import { computed, signal } from "@preact/signals";
import type { Fetched } from "../frame/screen";
import { Refused, type Reason } from "../service/ask";
import { cases } from "./case_service";
import type { Assignment, Entry, SecondThought, Whistle } from "./case_shapes";
import { subject } from "./state";

/** Assignments by id: those that bind somebody, and all of the incident that is worked on. */
export const assignments = signal<ReadonlyMap<string, Assignment>>(new Map());

/** Reasons that an override may give. */
export const reasons = signal<readonly Reason[]>([]);

export interface CaseRecord {
  entries: Entry[];
  whistles: Whistle[];
}

/** What happened to the incident that is worked on. */
export const record = signal<Fetched<CaseRecord>>({ state: "idle" });

/** The newest second thought of each incident that was told since it was last looked at. */
export const secondThoughts = signal<ReadonlyMap<string, SecondThought>>(new Map());

const NOBODY: readonly Assignment[] = [];

/** Crews that are bound, by incident; the first to be sent stands first. */
export const crewsOf = computed<ReadonlyMap<string, readonly Assignment[]>>(() => {
  const found = new Map<string, Assignment[]>();
  for (const one of assignments.value.values()) {
    if (one.released_at !== null) continue;
    const of = found.get(one.incident);
    if (of) of.push(one);
    else found.set(one.incident, [one]);
  }
  for (const of of found.values()) of.sort((a, b) => a.decided_at.localeCompare(b.decided_at));
  return found;
});

/** Crews that are bound to an incident. */
export function crewsAt(incident: string): readonly Assignment[] {
  return crewsOf.value.get(incident) ?? NOBODY;
}

/** The assignment that binds one of these officers. */
export function boundBy(crew: readonly string[]): Assignment | undefined {
  const wanted = new Set(crew);
  return [...assignments.value.values()].find(
    (one) => one.released_at === null && one.crew.some((officer) => wanted.has(officer)),
  );
}

/** Takes an assignment as it was answered or told. */
export function takeAssignment(told: Assignment): void {
  const known = new Map(assignments.peek());
  const here = told.incident === subject.peek()?.incident;
  if (told.released_at === null || here) known.set(told.id, told);
  else known.delete(told.id);
  assignments.value = known;
}

/** Takes a second thought; it is shown until somebody asks anew. */
export function takeSecondThought(told: SecondThought): void {
  secondThoughts.value = new Map(secondThoughts.peek()).set(told.incident, told);
}

/** Forgets a second thought that was looked at. */
export function dropSecondThought(incident: string): void {
  const left = new Map(secondThoughts.peek());
  if (left.delete(incident)) secondThoughts.value = left;
}

/** Reads who is bound now. */
export async function readBound(): Promise<void> {
  const bound = await cases.bound();
  assignments.value = new Map(bound.map((one) => [one.id, one]));
}

/** Reads the reasons of overrides, which stay as they are while the service runs. */
export async function readReasons(): Promise<void> {
  if (reasons.peek().length === 0) reasons.value = await cases.reasons();
}

let turn = 0;

/** Reads all that is on record of an incident; only the newest answer counts. */
export async function readRecord(incident: string): Promise<void> {
  const mine = ++turn;
  if (record.peek().state !== "ready") record.value = { state: "loading" };
  try {
    const [entries, whistles, sent] = await Promise.all([
      cases.timeline(incident),
      cases.whistles(incident),
      cases.assignmentsOf(incident),
    ]);
    if (mine !== turn) return;
    const known = new Map(assignments.peek());
    for (const one of sent) known.set(one.id, one);
    assignments.value = known;
    record.value = { state: "ready", value: { entries, whistles } };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (mine === turn) record.value = { state: "refused", problem: error.problem };
  }
}

/** Forgets the record of the incident that was worked on. */
export function forgetRecord(): void {
  turn += 1;
  record.value = { state: "idle" };
}

const GATHER_MS = 150;
let waiting = 0;

/** Reads the record again soon, once for all that is told in one moment. */
export function readRecordSoon(incident: string): void {
  if (incident !== subject.peek()?.incident) return;
  window.clearTimeout(waiting);
  waiting = window.setTimeout(() => {
    if (incident === subject.peek()?.incident) void readRecord(incident);
  }, GATHER_MS);
}
