/** Edits of the open draft: sent, refused with a way out, undone, and in conflict with others'. */

import { batch } from "@preact/signals";
import { tellProblem } from "../design/Notices";
import { Refused } from "../service/ask";
import { problemOf, takePlan } from "./actions";
import { planner } from "./service";
import type { Edit, ShapedEdit, WholePlan } from "./shapes";
import {
  conflict,
  cutLine,
  draft,
  dragged,
  editable,
  type RefusedEdit,
  refused,
  selected,
  sendingEdit,
  shownZones,
} from "./state";

const OUTDATED = 412;
const CONFLICT = 409;

/** Sends an edit; what is refused is kept with the reasons until somebody decides. */
export async function sendEdit(edit: Edit): Promise<boolean> {
  const plan = draft.value;
  if (!plan || !editable.value || sendingEdit.value) return false;
  sendingEdit.value = true;
  try {
    settle(await planner.edit(plan, edit));
    return true;
  } catch (error) {
    const problem = problemOf(error);
    if (problem.status === OUTDATED) await seeWhatTheyDid(plan, { problem, edit });
    else refused.value = { problem, edit };
    return false;
  } finally {
    sendingEdit.value = false;
  }
}

/** What was dragged has been taken, or was dropped. */
function settle(plan: WholePlan): void {
  batch(() => {
    dragged.value = new Map();
    refused.value = null;
    cutLine.value = null;
    takePlan(plan);
  });
}

/** Takes the edit with the repair that was offered. */
export function repairRefused(): void {
  const edit = refused.value?.edit;
  if (edit && isShaped(edit)) void sendEdit({ ...edit, repair: true });
}

/** Drops an edit that was not taken; the map shows the draft again. */
export function dropRefused(): void {
  batch(() => {
    refused.value = null;
    dragged.value = new Map();
    cutLine.value = null;
  });
}

/** Takes the last edit back, or does it again. */
export async function step(way: "undo" | "redo"): Promise<void> {
  const plan = draft.value;
  if (!plan || !editable.value || sendingEdit.value || !canStep(way)) return;
  sendingEdit.value = true;
  try {
    settle(await planner.step(plan, way));
  } catch (error) {
    const problem = problemOf(error);
    if (problem.status === OUTDATED) await seeWhatTheyDid(plan, null);
    else tellProblem(problem);
  } finally {
    sendingEdit.value = false;
  }
}

/** Whether there is an edit to take back, or to do again. */
export function canStep(way: "undo" | "redo"): boolean {
  const plan = draft.value;
  if (!plan) return false;
  return way === "undo" ? plan.step > 0 : plan.step < plan.steps;
}

/** Reads what somebody else has done to the draft since it was read here. */
async function seeWhatTheyDid(before: WholePlan, mine: RefusedEdit | null): Promise<void> {
  try {
    const [plan, made] = await Promise.all([planner.plan(before.id), planner.edits(before.id)]);
    const theirs = made.filter(({ number }) => number > before.step && number <= plan.step);
    conflict.value = { mine, theirs, by: plan.changed_by };
    const moving = dragged.value;
    takePlan(plan);
    dragged.value = moving;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    tellProblem(error.problem);
  }
}

/** Goes on from what they did: with one's own edit on top, without it, or with it still to decide. */
export async function resolve(way: "mine" | "theirs" | "later"): Promise<void> {
  const mine = conflict.value?.mine ?? null;
  conflict.value = null;
  if (way === "mine" && mine) await sendEdit(mine.edit);
  else if (way === "later") refused.value = mine;
  else dragged.value = new Map();
}

/** Sends an edit once more that failed for a reason that may be over, as it was. */
export function sendAgain(): void {
  const edit = refused.value?.edit;
  if (edit) void sendEdit(edit);
}

/** Puts grids into a zone; the draft on the screen shows them there at once. */
export function assign(grids: readonly string[], zone: string | null): void {
  const plan = draft.value;
  if (!plan || !editable.value) return;
  const moving = grids.filter((grid) => plan.zone_of[grid] !== zone);
  if (moving.length === 0) {
    dragged.value = new Map();
    return;
  }
  dragged.value = new Map(moving.map((grid) => [grid, zone]));
  selected.value = new Set();
  void sendEdit({ op: "assign", grids: moving, zone });
}

/** The next code that no zone has: Z15 after Z14. */
export function freshCode(): string {
  const last = shownZones.value.filter((code) => /\d+$/.test(code)).at(-1) ?? "Z00";
  const digits = /\d+$/.exec(last)?.[0] ?? "00";
  return last.slice(0, -digits.length) + String(Number(digits) + 1).padStart(digits.length, "0");
}

/** Whether what the service said of an edit is a refusal that a repair may mend. */
export function mayRepair(): boolean {
  const left = refused.value;
  if (!left || left.problem.status !== CONFLICT || left.problem.code !== "edit_refused") return false;
  if (!isShaped(left.edit) || left.edit.repair) return false;
  return left.problem.en.includes("with its repair");
}

function isShaped(edit: Edit): edit is ShapedEdit {
  return edit.op !== "lock" && edit.op !== "unlock";
}
