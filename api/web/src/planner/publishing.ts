/** How a plan comes into force: the gate, at once or at midnight, put on another base, and back. */

import { batch, signal } from "@preact/signals";
import { tell, tellProblem } from "../design/Notices";
import { now } from "../frame/screen";
import { service } from "../service/service";
import type { Problem } from "../service/ask";
import { attempt, openDraft, problemOf, readDrafts, takePlan } from "./actions";
import { askFigures } from "./figures";
import { layOut } from "./ground";
import { planner, type Publication } from "./service";
import type { Gate, Told } from "./shapes";
import { draft, ground } from "./state";
import { dayTime, say } from "./words";

export const gate = signal<Gate | null>(null);
/** Another plan was published since; the grids that both put elsewhere. */
export const moved = signal<Told[] | null>(null);
export const publishing = signal(false);

export async function readGate(): Promise<void> {
  const plan = draft.value;
  gate.value = null;
  if (!plan) return;
  const told = await attempt(() => planner.gate(plan.id));
  if (told && draft.value?.id === plan.id) gate.value = told;
}

/** The midnight that comes next in the city. */
export function nextMidnight(): string {
  const day = new Intl.DateTimeFormat("en-CA", { timeZone: "Asia/Shanghai" });
  return `${day.format(now.value + 24 * 3600 * 1000)}T00:00:00+08:00`;
}

/** Publishes the open draft; says whether it was taken. */
export async function publish(said: Publication): Promise<boolean> {
  const plan = draft.value;
  if (!plan) return false;
  publishing.value = true;
  try {
    const { plan: after } = await planner.publish(plan, said);
    moved.value = null;
    await showWhatIsPublished();
    await openDraft(after.id);
    tell(() => (said.at ? `${say("plannedNow")} ${dayTime(said.at)}` : `${say("publishedNow")} ${after.id}`));
    return true;
  } catch (error) {
    const problem = problemOf(error) as Problem & { errors?: Told[] };
    if (problem.code === "plan_base_moved") moved.value = problem.errors ?? [];
    else tellProblem(problem);
    return false;
  } finally {
    publishing.value = false;
  }
}

/** Puts the open draft on what is published by now. */
export async function rebase(keep: "mine" | "theirs" | null): Promise<void> {
  const plan = draft.value;
  if (!plan) return;
  const after = await attempt(() => planner.rebase(plan, keep));
  if (!after) return;
  await showWhatIsPublished();
  batch(() => {
    moved.value = null;
    takePlan(after);
  });
  tell(() => say("rebased"));
  await readGate();
}

export async function callOff(): Promise<void> {
  const plan = draft.value;
  if (!plan || !(await attempt(() => planner.callOff(plan)))) return;
  await openDraft(plan.id);
}

/** Takes the plan that was published last back. */
export async function rollBack(why: string): Promise<boolean> {
  const back = await attempt(() => planner.rollBack(why));
  if (!back) return false;
  await showWhatIsPublished();
  await Promise.all([readDrafts(), askFigures()]);
  tell(() => `${say("rolledBack")} · ${back.number}`);
  return true;
}

async function showWhatIsPublished(): Promise<void> {
  const layer = await attempt(() => service.layer("grids"));
  if (layer) ground.value = layOut(layer);
}
