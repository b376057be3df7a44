/** Everything the screen shows, as signals; components read it, actions write it. */

import { computed, signal } from "@preact/signals";
import type { Fetched } from "../frame/screen";
import type { LonLat } from "../service/ask";
import type { Incident, Place, State } from "../service/shapes";
import type { CoverageMarks, Suggestion } from "./shapes";

/** Where the dispatcher is working: a point on the map, or an incident of the queue. */
export interface Subject {
  lonLat: LonLat;
  incident: string | null;
}

export const incidents = signal<ReadonlyMap<string, Incident>>(new Map());

/** Whether coverage is drawn, and what is covered as far as it is known. */
export const coverageShown = signal(false);
export const coverage = signal<CoverageMarks | null>(null);

export const queueFilter = signal("");
export const queueCursor = signal<string | null>(null);

export const subject = signal<Subject | null>(null);
export const place = signal<Fetched<Place>>({ state: "idle" });
export const chosenMatters = signal<readonly string[]>([]);
export const suggestion = signal<Fetched<Suggestion>>({ state: "idle" });
export const chosenProposal = signal(0);
export const hoveredProposal = signal<number | null>(null);

const ENDED: ReadonlySet<State> = new Set(["closed", "rated", "merged", "handed_off", "cancelled"]);

/** Incidents at which work is left to be done here. */
export const openIncidents = computed<ReadonlyMap<string, Incident>>(
  () => new Map([...incidents.value].filter(([, incident]) => !ENDED.has(incident.state))),
);

export const proposals = computed(() =>
  suggestion.value.state === "ready" ? suggestion.value.value.proposals : [],
);
