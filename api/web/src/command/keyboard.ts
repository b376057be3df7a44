/** The keyboard: every part of the view brings its keys, one list answers them and is shown by `?`. */

import { ready } from "./actions";

/** Where a key stands in the list that `?` shows. */
export type KeyGroup = "moving" | "case" | "map" | "screen";

/** What a key does. */
export interface Key {
  /** As `KeyboardEvent.key` names them; the first is shown. */
  keys: readonly string[];
  group: KeyGroup;
  says: () => string;
  /** Whether it means something now; the first key that does is pressed. */
  when?: () => boolean;
  /** Stands in for another key while something else is done; the list does not show it. */
  standsIn?: boolean;
  press: () => void;
}

const all: Key[] = [];

/** Brings keys; called once by each part of the view, before the page is used. */
export function addKeys(keys: readonly Key[]): void {
  all.push(...keys);
}

/** Every key, in the order in which they were brought. */
export function knownKeys(): readonly Key[] {
  return all;
}

const FIELD = "input:not([type=checkbox], [type=radio]), textarea, select";

/** Answers to keys wherever the focus is not in a field, and no dialog is open. */
export function listenToKeys(): void {
  window.addEventListener("keydown", (event) => {
    if (!ready() || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (document.querySelector("dialog[open]")) return;
    const on = event.target instanceof HTMLElement ? event.target : null;
    if (on?.matches(FIELD)) {
      if (event.key === "Escape") on.blur();
    } else if (!pressesIt(on, event.key) && press(event.key)) event.preventDefault();
  });
}

/** Enter and the space bar on a button mean that button. */
function pressesIt(on: HTMLElement | null, key: string): boolean {
  return (key === "Enter" || key === " ") && (on?.matches("button, a, summary, input") ?? false);
}

function press(key: string): boolean {
  const meant = all.find((one) => one.keys.includes(key) && (one.when?.() ?? true));
  meant?.press();
  return meant !== undefined;
}
