/** Which open incidents the queue shows, and in which order. */

import { computed, signal } from "@preact/signals";
import { matters, session } from "../frame/book";
import type { Incident, State } from "../service/shapes";
import { assignments, crewsAt } from "./cases";
import { dueOf, waits } from "./due";
import { openIncidents, queueFilter } from "./state";
import { zoneOf } from "./zone_of";

export type Whose = "everybody" | "unassigned" | "mine";
export type Order = "due" | "oldest" | "newest" | "gravity";

export const filterState = signal<State | "">("");
export const filterZone = signal("");
export const filterDomain = signal("");
export const filterWhose = signal<Whose>("everybody");
export const order = signal<Order>("due");
export const filtersShown = signal(false);

/** How many filters narrow the queue down. */
export const filtersSet = computed(
  () =>
    [filterState.value, filterZone.value, filterDomain.value].filter(Boolean).length +
    (filterWhose.value === "everybody" ? 0 : 1),
);

/** Shows all again. */
export function clearFilters(): void {
  filterState.value = "";
  filterZone.value = "";
  filterDomain.value = "";
  filterWhose.value = "everybody";
}

/** Incidents to which I have sent somebody who is still bound. */
const mine = computed(() => {
  const me = session.value?.name;
  const own = [...assignments.value.values()].filter((one) => one.decided_by === me);
  return new Set(own.map((one) => one.incident));
});

/** The open incidents that are shown, in the order that was chosen. */
export const queue = computed<readonly Incident[]>(() => {
  const wanted = queueFilter.value.trim().toLowerCase();
  const shown = [...openIncidents.value.values()].filter(
    (incident) => passes(incident) && matches(incident, wanted),
  );
  const key = KEYS[order.value];
  const keyed = shown.map((incident) => [key(incident), incident] as const);
  keyed.sort(([a, one], [b, other]) => a - b || one.id.localeCompare(other.id));
  return keyed.map(([, incident]) => incident);
});

const KEYS: Record<Order, (incident: Incident) => number> = {
  due: (incident) => dueOf(incident)?.at ?? Number.MAX_SAFE_INTEGER,
  oldest: (incident) => Date.parse(incident.reported_at),
  newest: (incident) => -Date.parse(incident.reported_at),
  gravity: (incident) => -Math.max(0, ...incident.matters.map(gravityOf)),
};

function gravityOf(code: string): number {
  return matters.value.get(code)?.gravity ?? 0;
}

function passes(incident: Incident): boolean {
  if (filterState.value && incident.state !== filterState.value) return false;
  if (filterZone.value && zoneOf(incident.lon_lat)?.code !== filterZone.value) return false;
  const domain = filterDomain.value;
  if (domain && !incident.matters.some((code) => matters.value.get(code)?.domain === domain)) {
    return false;
  }
  if (filterWhose.value === "mine") return mine.value.has(incident.id);
  if (filterWhose.value === "unassigned") {
    return waits(incident) && crewsAt(incident.id).length === 0;
  }
  return true;
}

function matches(incident: Incident, wanted: string): boolean {
  if (!wanted) return true;
  const names = incident.matters.map((code) => {
    const matter = matters.value.get(code);
    return matter ? `${matter.name} ${matter.name_en}` : code;
  });
  const text = `${incident.id} ${incident.text} ${incident.case_number ?? ""} ${names.join(" ")}`;
  return text.toLowerCase().includes(wanted);
}
