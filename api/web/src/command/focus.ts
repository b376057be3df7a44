/** Where a key leads: to a field that stands there already, or that is drawn in a moment. */

import { tab } from "./left/tab";

/** Goes to what was just asked for, once it is drawn: before the next key is typed. */
export function goTo(id: string, act: (element: HTMLElement) => void): void {
  queueMicrotask(() => {
    if (document.getElementById(id)) reach(id, act);
    else window.requestAnimationFrame(() => reach(id, act));
  });
}

function reach(id: string, act: (element: HTMLElement) => void): void {
  const element = document.getElementById(id);
  if (element) act(element);
}

export function focusOn(id: string): void {
  goTo(id, (element) => element.focus());
}

/** Looks for an incident, whichever list stands there; what was looked for before is typed over. */
export function searchQueue(): void {
  tab.value = "incidents";
  goTo("queue-search", (element) => {
    element.focus();
    if (element instanceof HTMLInputElement) element.select();
  });
}
