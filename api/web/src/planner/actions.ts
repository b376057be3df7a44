/** What a planner does with drafts as a whole: lists, opens, begins and closes them. */

import { batch } from "@preact/signals";
import { tell, tellProblem } from "../design/Notices";
import { nameZones } from "../frame/book";
import { Refused, type Problem } from "../service/ask";
import { service } from "../service/service";
import { askFigures } from "./figures";
import { layOut } from "./ground";
import { planner, type Beginning } from "./service";
import type { WholePlan } from "./shapes";
import {
  conflict,
  cutLine,
  draft,
  drafts,
  dragged,
  edits,
  figures,
  ground,
  looking,
  refused,
  selected,
  swipe,
  target,
  trial,
} from "./state";
import { say } from "./words";

export function problemOf(error: unknown): Problem {
  if (error instanceof Refused) return error.problem;
  throw error;
}

/** Does something, and says why it was refused. */
export async function attempt<T>(doing: () => Promise<T>): Promise<T | null> {
  try {
    return await doing();
  } catch (error) {
    tellProblem(problemOf(error));
    return null;
  }
}

/** Loads what the view needs before it can be used, and the draft that the address names. */
export async function open(): Promise<void> {
  const [grids, zones] = await Promise.all([service.layer("grids"), service.layer("zones")]);
  nameZones(zones);
  ground.value = layOut(grids);
  await readDrafts();
  const named = location.hash.slice(1);
  const known = drafts.value.state === "ready" && drafts.value.value.some(({ id }) => id === named);
  if (known) await openDraft(named);
}

export async function readDrafts(): Promise<void> {
  if (drafts.value.state !== "ready") drafts.value = { state: "loading" };
  try {
    drafts.value = { state: "ready", value: await planner.plans() };
  } catch (error) {
    drafts.value = { state: "refused", problem: problemOf(error) };
  }
}

/** Opens a draft on the map. */
export async function openDraft(id: string): Promise<void> {
  const plan = await attempt(() => planner.plan(id));
  if (!plan) return;
  leaveDraft();
  takePlan(plan);
  history.replaceState(null, "", `#${plan.id}`);
}

/** Goes back to the list; what was dragged and not taken is dropped with the draft. */
export function leaveDraft(): void {
  batch(() => {
    draft.value = null;
    edits.value = [];
    dragged.value = new Map();
    selected.value = new Set();
    trial.value = null;
    figures.value = { state: "idle" };
    refused.value = null;
    conflict.value = null;
    cutLine.value = null;
    looking.value = null;
    swipe.value = null;
    target.value = null;
  });
  history.replaceState(null, "", location.pathname);
}

/** Shows a plan as the service has it now. */
export function takePlan(plan: WholePlan): void {
  batch(() => {
    draft.value = plan;
    const listed = drafts.value;
    if (listed.state === "ready") {
      const others = listed.value.filter(({ id }) => id !== plan.id);
      drafts.value = { state: "ready", value: [plan, ...others].sort(newestFirst) };
    }
  });
  void askFigures();
  void readEdits(plan);
}

function newestFirst(one: { id: string }, other: { id: string }): number {
  return other.id.localeCompare(one.id);
}

async function readEdits(plan: WholePlan): Promise<void> {
  const made = await attempt(() => planner.edits(plan.id));
  if (made && draft.value?.id === plan.id) edits.value = made;
}

/** Begins a draft; says whether it was begun. */
export async function beginDraft(name: string, beginning: Beginning): Promise<Problem | null> {
  try {
    const plan = await planner.begin(name, beginning);
    leaveDraft();
    takePlan(plan);
    history.replaceState(null, "", `#${plan.id}`);
    tell(() => `${say("begun")} ${plan.id}`);
    return null;
  } catch (error) {
    return problemOf(error);
  }
}

/** Closes the open draft for good; it stays for the record. */
export async function closeDraft(): Promise<void> {
  const plan = draft.value;
  if (!plan) return;
  const closed = await attempt(() => planner.close(plan));
  if (!closed) return;
  leaveDraft();
  tell(() => `${say("closed")} ${closed.id}`);
  await readDrafts();
}
