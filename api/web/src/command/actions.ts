/** What a dispatcher does, and what the service then says. */

import { batch } from "@preact/signals";
import { city, matters, readMatters, readUnits } from "../frame/book";
import { Refused, type LonLat, type Problem } from "../service/ask";
import { service } from "../service/service";
import { readCoverage } from "./coverage";
import { readIncidents } from "./incidents";
import { command } from "./service";
import {
  chosenMatters,
  chosenProposal,
  hoveredProposal,
  incidents,
  place,
  proposals,
  queue,
  queueCursor,
  subject,
  suggestion,
} from "./state";

function problemOf(error: unknown): Problem {
  if (error instanceof Refused) return error.problem;
  throw error;
}

/** Loads what the view needs before it can be used. */
export async function open(): Promise<void> {
  await Promise.all([readMatters(), readUnits(), readIncidents(service.incidents)]);
}

/** Reads again what changes while the city stays: the stream could not tell what was missed. */
export async function readAgain(): Promise<void> {
  await Promise.all([readUnits(), readIncidents(service.incidents), readCoverage()]);
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
  workOn(lonLat, null, usualMatters());
}

/** Works on an incident of the queue. */
export function workOnIncident(id: string): void {
  const incident = incidents.value.get(id);
  if (!incident) return;
  queueCursor.value = id;
  workOn(incident.lon_lat, id, incident.matters);
}

function workOn(lonLat: LonLat, incident: string | null, about: readonly string[]): void {
  batch(() => {
    subject.value = { lonLat, incident };
    chosenMatters.value = about;
    place.value = { state: "loading" };
  });
  const signal = forgetQuestions();
  void resolvePlace(lonLat, signal);
  void suggest(signal);
}

/** Takes the pin off the map. */
export function leave(): void {
  forgetQuestions();
  batch(() => {
    const worked = subject.value?.incident ?? null;
    subject.value = null;
    place.value = { state: "idle" };
    suggestion.value = { state: "idle" };
    hoveredProposal.value = null;
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

async function suggest(signal: AbortSignal): Promise<void> {
  const at = subject.value;
  chosenProposal.value = 0;
  hoveredProposal.value = null;
  if (!at || chosenMatters.value.length === 0) {
    suggestion.value = { state: "idle" };
    return;
  }
  suggestion.value = { state: "loading" };
  try {
    const value = await command.suggest(at.lonLat, [...chosenMatters.value], signal);
    suggestion.value = { state: "ready", value };
  } catch (error) {
    if (!signal.aborted) suggestion.value = { state: "refused", problem: problemOf(error) };
  }
}

/** Says what the incident is about, and asks again. */
export function chooseMatters(codes: readonly string[]): void {
  chosenMatters.value = codes;
  if (!subject.value) return;
  const signal = forgetQuestions();
  if (place.value.state === "loading") void resolvePlace(subject.value.lonLat, signal);
  void suggest(signal);
}

/** Moves the mark in the queue, or among the proposals once there are some. */
export function step(by: 1 | -1): void {
  if (subject.value) {
    const last = proposals.value.length - 1;
    chosenProposal.value = Math.max(0, Math.min(last, chosenProposal.value + by));
    return;
  }
  const ids = queue.value.map((incident) => incident.id);
  const at = ids.indexOf(queueCursor.value ?? "");
  queueCursor.value = ids[Math.max(0, Math.min(ids.length - 1, at + by))] ?? null;
}

/** Whether the city is there to be worked on. */
export function ready(): boolean {
  return city.value !== null;
}
