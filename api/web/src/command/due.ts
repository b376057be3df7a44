/** What is due next of an incident: the arrival, and after that whatever deadline runs. */

import type { Incident, RunningDeadline, State } from "../service/shapes";
import { crewsAt } from "./cases";
import { zoneOf } from "./zone_of";

/** Seconds from report to arrival where no zone says otherwise. */
export const USUAL_TARGET_S = 900;

export interface Due {
  /** Instant, in milliseconds. */
  at: number;
  kind: RunningDeadline["kind"];
}

const WAITS: ReadonlySet<State> = new Set(["reported", "accepted", "returned"]);

/** Whether nobody has been sent yet. */
export function waits(incident: Incident): boolean {
  return WAITS.has(incident.state);
}

/** Whether a crew may be sent to it as it stands. */
export function takesCrews({ state }: Incident): boolean {
  return WAITS.has(state) || ["dispatched", "acknowledged", "en_route", "on_scene"].includes(state);
}

/** What is due next; of one that waits, the arrival as if its clock had begun with the report. */
export function dueOf(incident: Incident): Due | null {
  const crews = crewsAt(incident.id).filter((crew) => crew.kind !== "first_look");
  if (waits(incident) && crews.length === 0) {
    const target = zoneOf(incident.lon_lat)?.arrivalTargetS ?? USUAL_TARGET_S;
    return { at: Date.parse(incident.reported_at) + target * 1000, kind: "arrive" };
  }
  const coming = crews.filter((crew) => crew.arrived_at === null);
  if (coming.length > 0 && coming.length === crews.length) {
    return { at: Math.min(...coming.map((crew) => Date.parse(crew.clock.due_at))), kind: "arrive" };
  }
  return soonest(incident.deadlines);
}

function soonest(deadlines: readonly RunningDeadline[]): Due | null {
  let found: Due | null = null;
  for (const { kind, due_at } of deadlines) {
    const at = Date.parse(due_at);
    if (found === null || at < found.at) found = { at, kind };
  }
  return found;
}
