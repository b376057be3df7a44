/** What an officer's phone shows: the job as the service tells it, and what was done since. */

import { computed, signal } from "@preact/signals";
import type { Fetched } from "../frame/screen";
import type { LonLat } from "../service/ask";
import { queued } from "./outbox";
import type { Job, OwnJob, Way } from "./shapes";

export const own = signal<OwnJob | null>(null);
export const way = signal<Fetched<Way>>({ state: "idle" });
/** Where the phone was when the way was asked for, or as it is shared. */
export const here = signal<LonLat | null>(null);
export const dialog = signal<"decline" | "result" | null>(null);

/** The job, unless the officer has said on this phone that it is over. */
export const job = computed<Job | null>(() => {
  const known = own.value?.job ?? null;
  return known && !pending(known).has("declined") && !isDone(known) ? known : null;
});

const STAGES = ["sent", "acknowledged", "en_route", "on_scene"] as const;
export type Stage = (typeof STAGES)[number];

/** How far the crew is, by what the service knows and what waits to be sent. */
export const stage = computed<Stage>(() => {
  const known = job.value;
  if (known === null) return "sent";
  const { acknowledged_at, departed_at, arrived_at } = known.assignment;
  const told = arrived_at ? 3 : departed_at ? 2 : acknowledged_at ? 1 : 0;
  const words = [...pending(known)];
  const waiting = words.map((word) => STAGES.indexOf(word as Stage));
  return STAGES[Math.max(told, ...waiting)] as Stage;
});

/** Whether on duty, by what the service knows and what waits to be sent. */
export const onDuty = computed(() => {
  const last = queued.value.findLast(({ word }) => word === "dutyOn" || word === "dutyOff");
  if (last) return last.word === "dutyOn";
  const duty = own.value?.duty;
  return duty !== null && duty !== undefined && duty.status !== "off_duty";
});

function pending(known: Job): Set<string> {
  const mine = queued.value.filter((act) => act.assignment === known.assignment.id);
  return new Set(mine.map((act) => act.word));
}

function isDone(known: Job): boolean {
  return pending(known).has("handled");
}
