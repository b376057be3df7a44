/** Which list stands on the left: incidents, units, closures, operations, move-ups, handovers. */

import { signal } from "@preact/signals";

export const TABS = ["incidents", "units", "closures", "operations", "moveups", "handover"] as const;
export type Tab = (typeof TABS)[number];

export const tab = signal<Tab>("incidents");

/** Turns to the list beside the one that is shown. */
export function turnTab(by: 1 | -1): void {
  const at = TABS.indexOf(tab.peek()) + by;
  tab.value = TABS[(at + TABS.length) % TABS.length] as Tab;
}
