/** Which dialog stands open; one at a time. */

import { signal } from "@preact/signals";
import type { State } from "../service/shapes";
import type { Proposal } from "./shapes";

/** Whom a decision names: a proposal, or a unit that was not proposed. */
export type Choice = { proposal: Proposal } | { unit: string };

export type Open =
  | { dialog: "help" }
  | { dialog: "automation" }
  | { dialog: "send"; choice: Choice; reinforces: boolean }
  | { dialog: "report"; then: Choice | null }
  | { dialog: "move"; incident: string; to: State | null }
  | { dialog: "merge"; incident: string; into: string }
  | { dialog: "release"; assignment: string };

export const open = signal<Open | null>(null);

export function show(dialog: Open): void {
  open.value = dialog;
}

export function shut(): void {
  open.value = null;
}
