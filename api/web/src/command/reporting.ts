/** A new incident by hand: what is typed is kept until the service has taken it. */

import { signal } from "@preact/signals";
import { newKey } from "../service/ask";
import type { ReportAsk } from "./case_shapes";
import { chosenMatters, subject } from "./state";

export interface Draft {
  text: string;
  name: string;
  phone: string;
  /** A planned visit that checks several matters at once, and is never cross-domain. */
  visit: boolean;
}

function blank(): Draft {
  return { text: "", name: "", phone: "", visit: false };
}

export const draft = signal<Draft>(blank());

/** Notes that were typed and not sent, by incident. */
export const noteDrafts = signal<ReadonlyMap<string, string>>(new Map());

export function write(change: Partial<Draft>): void {
  draft.value = { ...draft.peek(), ...change };
}

let tried = { body: "", key: newKey() };

/** The key of a report: sent again after a lost answer it counts once, changed it is another. */
export function keyOf(report: ReportAsk): string {
  const body = JSON.stringify(report);
  if (tried.body !== body) tried = { body, key: newKey() };
  return tried.key;
}

export function forgetDraft(): void {
  draft.value = blank();
  tried = { body: "", key: newKey() };
}

export function writeNote(incident: string, text: string): void {
  noteDrafts.value = new Map(noteDrafts.peek()).set(incident, text);
}

/** The report of the place that is worked on; null while there is none. */
export function reportOf(): ReportAsk | null {
  const at = subject.peek();
  if (!at || at.incident !== null) return null;
  const { text, name, phone, visit } = draft.peek();
  return {
    lon_lat: at.lonLat,
    crs: "wgs84",
    matters: [...chosenMatters.peek()],
    text: text.trim(),
    kind: visit ? "visit" : "report",
    reporter: name.trim() || phone.trim() ? { name: name.trim(), phone: phone.trim() } : null,
  };
}
