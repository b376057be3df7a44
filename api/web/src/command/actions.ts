/** What a dispatcher works on, and what the service then says. */

import { batch } from "@preact/signals";
import { city, matters, readMatters, readUnits } from "../frame/book";
import { freeMapSoon, holdMap } from "../frame/first";
import { Refused, type LonLat, type Problem } from "../service/ask";
import { service } from "../service/service";
import { cases } from "./case_service";
import {
  assignments,
  crewsAt,
  dropSecondThought,
  forgetRecord,
  readBound,
  readReasons,
  readRecord,
} from "./cases";
import { readCoverage } from "./coverage";
import { takesCrews } from "./due";
import { queue } from "./filters";
import { readIncidents } from "./incidents";
import { takeTarget } from "./merging";
import { command } from "./service";
import {
  chosenMatters,
  chosenProposal,
  hoveredProposal,
  incidents,
  place,
  proposals,
  queueCursor,
  subject,
  suggestion,
} from "./state";

export function problemOf(error: unknown): Problem {
  if (error instanceof Refused) return error.problem;
  throw error;
}

/** Loads what the view needs before it can be used. */
export async function open(): Promise<void> {
  await Promise.all([
    readMatters(),
    readUnits(),
    readIncidents(service.incidents),
    readBound(),
    readReasons(),
  ]);
}

/** Reads again what changes while the city stays: the stream could not tell what was missed. */
export async function readAgain(): Promise<void> {
  const incident = subject.peek()?.incident ?? null;
  await Promise.all([readIncidents(service.incidents), readBound()]);
  await Promise.all([
    readUnits(),
    readCoverage(),
    incident === null ? undefined : readRecord(incident),
  ]);
}

let asked = new AbortController();

function forgetQuestions(): AbortSignal {
  asked.abort();
  asked = new AbortController();
  return asked.signal;
}

/** The first matter of the list stands in until the dispatcher says what it is about. */
function usualMatters(): readonly string[] {
  if (chosenMatters.value.length > 0) return chosenMatters.value;
  const simple = [...matters.value.values()].find((matter) => matter.kind === "penalty");
  return simple ? [simple.code] : [];
}

/** Works on a point of the map; the matters chosen before stay. */
export function workOnPlace(lonLat: LonLat): void {
  void workOn(lonLat, null, subject.peek()?.incident ? [] : usualMatters());
}

/** Works on an incident of the queue, or takes it as the one that another is merged into. */
export function workOnIncident(id: string): void {
  const incident = incidents.value.get(id);
  if (!incident || takeTarget(id)) return;
  queueCursor.value = id;
  void workOn(incident.lon_lat, id, incident.matters).then(() => {
    if (subject.peek()?.incident === id) void readRecord(id);
  });
}

/** Works on the incident that a free place has just become; its suggestion stays. */
export function workOnReported(id: string): void {
  const at = subject.peek();
  if (!at || !incidents.peek().has(id)) return;
  batch(() => {
    subject.value = { ...at, incident: id };
    queueCursor.value = id;
  });
  void readRecord(id);
}

/** Ends when there are proposals, or soon: what is read after them does not keep them waiting. */
async function workOn(
  lonLat: LonLat,
  incident: string | null,
  about: readonly string[],
): Promise<void> {
  const asks = incident === null || asksAtOnce(incident);
  batch(() => {
    if (asks) holdMap(MAP_WAITS_MS);
    subject.value = { lonLat, incident };
    chosenMatters.value = about.length > 0 || incident !== null ? about : usualMatters();
    place.value = { state: "loading" };
    forgetRecord();
  });
  const signal = forgetQuestions();
  const asked = asks ? suggest(signal) : undefined;
  if (!asks) suggestion.value = { state: "idle" };
  void resolvePlace(lonLat, signal);
  await Promise.race([asked, pause(RECORD_WAITS_MS)]);
}

const MAP_WAITS_MS = 400;
const RECORD_WAITS_MS = 400;

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => window.setTimeout(resolve, ms));
}

/** Nobody asks who should go where somebody is going already, unless they want more. */
function asksAtOnce(id: string): boolean {
  const incident = incidents.value.get(id);
  return incident !== undefined && takesCrews(incident) && crewsAt(id).length === 0;
}

/** Takes the pin off the map. */
export function leave(): void {
  forgetQuestions();
  freeMapSoon();
  batch(() => {
    const worked = subject.value?.incident ?? null;
    subject.value = null;
    place.value = { state: "idle" };
    suggestion.value = { state: "idle" };
    hoveredProposal.value = null;
    forgetRecord();
    assignments.value = new Map(
      [...assignments.peek()].filter(([, one]) => one.released_at === null),
    );
    // Matters of an incident belong to it; those chosen for a free point stay for the next.
    if (worked) chosenMatters.value = [];
  });
}

async function resolvePlace(lonLat: LonLat, signal: AbortSignal): Promise<void> {
  try {
    place.value = { state: "ready", value: await service.place(lonLat, signal) };
  } catch (error) {
    if (!signal.aborted) place.value = { state: "refused", problem: problemOf(error) };
  }
}

/** Whether the matters that are chosen are those on record. */
export function mattersAsOnRecord(): boolean {
  const incident = incidents.value.get(subject.value?.incident ?? "");
  const chosen = chosenMatters.value;
  return (
    incident === undefined ||
    (incident.matters.length === chosen.length && incident.matters.every((code) => chosen.includes(code)))
  );
}

async function suggest(signal: AbortSignal): Promise<void> {
  const at = subject.value;
  batch(() => {
    chosenProposal.value = 0;
    hoveredProposal.value = null;
    const asks = at !== null && (at.incident !== null || chosenMatters.value.length > 0);
    suggestion.value = { state: asks ? "loading" : "idle" };
  });
  if (!at || suggestion.value.state === "idle") {
    freeMapSoon();
    return;
  }
  try {
    const value =
      at.incident !== null && mattersAsOnRecord()
        ? await cases.suggest(at.incident, signal)
        : await command.suggest(at.lonLat, [...chosenMatters.value], signal);
    suggestion.value = { state: "ready", value };
  } catch (error) {
    if (!signal.aborted) suggestion.value = { state: "refused", problem: problemOf(error) };
  }
  if (!signal.aborted) freeMapSoon();
}

/** Says what the incident is about, and asks again. */
export function chooseMatters(codes: readonly string[]): void {
  chosenMatters.value = codes;
  suggestAnew();
}

/** Asks again who should go. */
export function suggestAnew(): void {
  if (!subject.value) return;
  if (subject.value.incident !== null) dropSecondThought(subject.value.incident);
  const signal = forgetQuestions();
  if (place.value.state === "loading") void resolvePlace(subject.value.lonLat, signal);
  void suggest(signal);
}

/** Moves the mark in the queue. */
export function stepInQueue(by: 1 | -1): void {
  const ids = queue.value.map((incident) => incident.id);
  const at = ids.indexOf(queueCursor.value ?? "");
  queueCursor.value = ids[Math.max(0, Math.min(ids.length - 1, at + by))] ?? null;
}

/** Moves the mark among the proposals once there are some, or else in the queue. */
export function step(by: 1 | -1): void {
  const last = proposals.value.length - 1;
  if (!subject.value) stepInQueue(by);
  else if (last >= 0) {
    chosenProposal.value = Math.max(0, Math.min(last, chosenProposal.value + by));
  }
}

/** Whether the city is there to be worked on. */
export function ready(): boolean {
  return city.value !== null;
}
