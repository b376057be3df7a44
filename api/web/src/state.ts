/** Everything the screen shows, as signals; components read it, actions write it. */

import { computed, signal } from "@preact/signals";
import type {
  City,
  CoverageMarks,
  Incident,
  LonLat,
  Matter,
  Named,
  Officer,
  Place,
  Position,
  Problem,
  Suggestion,
  Unit,
} from "./api";

export type Language = "zh" | "en";
export type Theme = "light" | "dark";
export type StreamState = "connecting" | "live" | "lost";

/** Where the dispatcher is working: a point on the map, or an incident of the queue. */
export interface Subject {
  lonLat: LonLat;
  incident: string | null;
}

/** One thing that is fetched: not asked for, on its way, there, or refused. */
export type Fetched<T> =
  | { state: "idle" }
  | { state: "loading" }
  | { state: "ready"; value: T }
  | { state: "refused"; problem: Problem };

/** As it was chosen last, here or on the sign-in page. */
export const language = signal<Language>(localStorage.getItem("language") === "en" ? "en" : "zh");
export const theme = signal<Theme>("light");

export const opening = signal<Fetched<City>>({ state: "loading" });
export const matters = signal<ReadonlyMap<string, Matter>>(new Map());
export const domains = signal<ReadonlyMap<string, Named>>(new Map());
export const units = signal<ReadonlyMap<string, Unit>>(new Map());
export const officers = signal<ReadonlyMap<string, Officer>>(new Map());
export const zones = signal<ReadonlyMap<string, Named>>(new Map());

export const incidents = signal<ReadonlyMap<string, Incident>>(new Map());
export const positions = signal<ReadonlyMap<string, Position>>(new Map());
export const stream = signal<StreamState>("connecting");

/** Since when the service's store has been down, so that what it says may be old. */
export const staleSince = signal<string | null>(null);

/** Milliseconds by which the service's clock is ahead of this screen's. */
export const clockAhead = signal(0);
export const now = signal(Date.now());

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

export const city = computed(() =>
  opening.value.state === "ready" ? opening.value.value : null,
);

const ENDED = new Set(["closed", "rated", "merged", "handed_off", "cancelled"]);

/** Incidents at which work is left to be done here. */
export const openIncidents = computed<ReadonlyMap<string, Incident>>(
  () => new Map([...incidents.value].filter(([, incident]) => !ENDED.has(incident.state))),
);

/** Open incidents, the oldest first: those that wait longest stand on top. */
export const queue = computed(() => {
  const wanted = queueFilter.value.trim().toLowerCase();
  const shown = [...openIncidents.value.values()].filter((incident) => matches(incident, wanted));
  return shown.sort(
    (left, right) =>
      left.reported_at.localeCompare(right.reported_at) || left.id.localeCompare(right.id),
  );
});

function matches(incident: Incident, wanted: string): boolean {
  if (!wanted) return true;
  const names = incident.matters.map((code) => {
    const matter = matters.value.get(code);
    return matter ? `${matter.name} ${matter.name_en}` : code;
  });
  return `${incident.id} ${incident.text} ${names.join(" ")}`.toLowerCase().includes(wanted);
}

export const proposals = computed(() =>
  suggestion.value.state === "ready" ? suggestion.value.value.proposals : [],
);
