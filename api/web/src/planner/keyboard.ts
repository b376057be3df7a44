/** The keyboard of the planner: what is undone, done again, and which tool is in hand. */

import { dropRefused, step } from "./edits";
import { dragged, looking, refused, selected, sketch, tool, type Tool } from "./state";

const TOOLS: Record<string, Tool> = { v: "select", b: "brush", l: "lasso", c: "cut" };

/** Answers to keys wherever the focus is not in a field. */
export function listenToKeys(): void {
  window.addEventListener("keydown", (event) => {
    const on = event.target;
    const field = on instanceof HTMLElement && on.matches("input:not([type=range]), textarea, select");
    if (field || document.querySelector("dialog[open]")) return;
    if ((event.ctrlKey || event.metaKey) && !event.altKey) {
      if (stepBy(event.key.toLowerCase(), event.shiftKey)) event.preventDefault();
      return;
    }
    if (event.altKey) return;
    const wanted = TOOLS[event.key];
    if (wanted) tool.value = wanted;
    else if (event.key === "Escape") escape();
  });
}

function stepBy(key: string, shift: boolean): boolean {
  if (key === "z" && !shift) void step("undo");
  else if (key === "y" || (key === "z" && shift)) void step("redo");
  else return false;
  return true;
}

function escape(): void {
  sketch.value = [];
  if (refused.value) dropRefused();
  else if (looking.value) looking.value = null;
  else if (dragged.value.size === 0) selected.value = new Set();
}
