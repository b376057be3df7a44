/** The keyboard: j, k, Enter, slash and Esc do what they do in every command centre tool. */

import { leave, ready, step, workOnIncident } from "./actions";
import { fitRoute } from "../map/camera";
import { chosenProposal, proposals, queueCursor, subject } from "./state";

/** Answers to keys wherever the focus is not in a field. */
export function listenToKeys(): void {
  window.addEventListener("keydown", (event) => {
    if (!ready() || event.ctrlKey || event.metaKey || event.altKey) return;
    const field = event.target instanceof HTMLElement && event.target.matches("input, textarea");
    if (event.key === "Escape") escape(event.target);
    else if (!field && !pressesIt(event) && press(event.key)) event.preventDefault();
  });
}

/** Enter on a button means that button. */
function pressesIt(event: KeyboardEvent): boolean {
  const on = event.target instanceof HTMLElement && event.target.matches("button, a, summary");
  return on && event.key === "Enter";
}

function escape(target: EventTarget | null): void {
  if (target instanceof HTMLInputElement) target.blur();
  else if (subject.value) leave();
  else queueCursor.value = null;
}

function press(key: string): boolean {
  if (key === "j" || key === "ArrowDown") step(1);
  else if (key === "k" || key === "ArrowUp") step(-1);
  else if (key === "Enter") enter();
  else if (key === "/") search();
  else if (/^[1-9]$/.test(key) && subject.value) choose(Number(key) - 1);
  else return false;
  return true;
}

function choose(index: number): void {
  if (index < proposals.value.length) chosenProposal.value = index;
}

function enter(): void {
  if (!subject.value) {
    if (queueCursor.value) workOnIncident(queueCursor.value);
    return;
  }
  const route = proposals.value[chosenProposal.value]?.route;
  if (route) fitRoute(route);
}

function search(): void {
  const wanted = subject.value ? "matter-search" : "queue-search";
  document.getElementById(wanted)?.focus();
}
