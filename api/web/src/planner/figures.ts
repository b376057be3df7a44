/** Figures of the draft, and of a grid that is being dragged: one question at a time, the last. */

import { effect } from "@preact/signals";
import { freeMapSoon } from "../frame/first";
import { Refused } from "../service/ask";
import { planner } from "./service";
import { draft, dragged, figures, hour, lastTrialMs, trial } from "./state";

/** Asks for the figures of the open draft beside those of the published plan. */
export async function askFigures(): Promise<void> {
  const plan = draft.value;
  if (!plan) {
    figures.value = { state: "idle" };
    return;
  }
  const asked = `${plan.id} ${plan.version} ${hour.value}`;
  if (figures.value.state !== "ready") figures.value = { state: "loading" };
  try {
    const value = await planner.figures(plan.id, hour.value);
    if (asked === nowOpen()) figures.value = { state: "ready", value };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (asked === nowOpen()) figures.value = { state: "refused", problem: error.problem };
  }
}

function nowOpen(): string {
  const plan = draft.peek();
  return plan ? `${plan.id} ${plan.version} ${hour.peek()}` : "";
}

let asking = false;
let again = false;

/** Follows what is dragged: while one answer is awaited the later drags wait as one. */
export function followDrags(): void {
  effect(() => {
    if (dragged.value.size === 0) trial.value = null;
    else void askTrial();
  });
  let before = hour.peek();
  effect(() => {
    const wanted = hour.value;
    if (wanted === before) return;
    before = wanted;
    void askFigures();
  });
}

async function askTrial(): Promise<void> {
  again = true;
  if (asking) return;
  asking = true;
  while (again) {
    again = false;
    await askOnce();
  }
  asking = false;
}

async function askOnce(): Promise<void> {
  const [plan, moving] = [draft.peek(), dragged.peek()];
  if (!plan || moving.size === 0) return;
  const began = performance.now();
  try {
    const told = await planner.tryOut(plan.id, Object.fromEntries(moving), hour.peek());
    if (draft.peek()?.id !== plan.id || dragged.peek().size === 0) return;
    trial.value = told;
    freeMapSoon();
    requestAnimationFrame(() => (lastTrialMs.value = performance.now() - began));
  } catch (error) {
    // The next drag asks again; what the service takes in the end is what counts.
    if (!(error instanceof Refused)) throw error;
  }
}
