/** A duplicate is merged into another incident, which is picked on the map or in the queue. */

import { signal } from "@preact/signals";
import { show } from "./dialogs";
import { queueFilter } from "./state";

/** The duplicate, while the other incident is being picked. */
export const merging = signal<string | null>(null);

/** Begins to pick the incident that this one duplicates; the search that found it hides no other. */
export function beginMerging(incident: string): void {
  merging.value = incident;
  queueFilter.value = "";
}

export function endMerging(): void {
  merging.value = null;
}

/** Takes an incident as the one that is merged into; false where nobody is merging. */
export function takeTarget(into: string): boolean {
  const incident = merging.peek();
  if (incident === null) return false;
  if (into !== incident) {
    merging.value = null;
    show({ dialog: "merge", incident, into });
  }
  return true;
}
