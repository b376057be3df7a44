/** What an officer does on the phone. */

import { effect } from "@preact/signals";
import { tellProblem } from "../design/Notices";
import { whereNow, type Denial } from "../design/whereabouts";
import { keepListening } from "../frame/stream";
import { Refused } from "../service/ask";
import { keepPage } from "./kept_page";
import { act, beginSending, dismiss } from "./outbox";
import { officerService } from "./service";
import type { Act } from "./shelf";
import { dialog, here, job, onDuty, own, way, type Stage } from "./state";
import { beginWatching } from "./watch";

/** Reads the job; what cannot be read stays as it was known last. */
export async function readJob(): Promise<void> {
  own.value = await officerService.job();
}

async function readAgain(): Promise<void> {
  try {
    await readJob();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  }
}

let soon = 0;

/** What is told of cases may be told of several at once: one look is enough. */
function lookSoon(): void {
  window.clearTimeout(soon);
  soon = window.setTimeout(() => void readAgain(), 250);
}

export function begin(): void {
  void beginSending(readAgain);
  keepListening(
    { assignment: lookSoon, incident: lookSoon, incident_gone: lookSoon, duty: lookSoon },
    readJob,
  );
  beginWatching();
  void keepPage();
  // Another job is another way.
  let known: string | undefined;
  effect(() => {
    const now = job.value?.assignment.id;
    if (now !== known) way.value = { state: "idle" };
    known = now;
  });
}

export async function signDuty(on: boolean): Promise<void> {
  const officer = own.value?.officer;
  if (!officer || on === onDuty.value) return;
  const path = `/api/v1/officers/${encodeURIComponent(officer)}/duty`;
  const word = on ? "dutyOn" : "dutyOff";
  await act({ method: "PUT", path, body: { on }, word, assignment: null });
}

/** Accepted, set out, or arrived: a step of this crew. */
export async function step(to: Exclude<Stage, "sent">): Promise<void> {
  const known = job.value;
  if (!known) return;
  const { id, incident } = known.assignment;
  const body = { to, assignment: id, reason: "", ...place() };
  await act({ path: `/api/v1/incidents/${incident}/transitions`, body, word: to, assignment: id });
}

function place(): { lon_lat?: [number, number] } {
  return here.value ? { lon_lat: here.value } : {};
}

export async function decline(reason: string): Promise<void> {
  const known = job.value;
  if (!known) return;
  dialog.value = null;
  const { id } = known.assignment;
  const body = { outcome: "refused", reason };
  await act({ path: `/api/v1/assignments/${id}/release`, body, word: "declined", assignment: id });
}

/** Photos first, then that it is dealt with, then the result: each only counts after the other. */
export async function handIn(text: string, photos: readonly Blob[]): Promise<void> {
  const known = job.value;
  if (!known) return;
  dialog.value = null;
  const { id, incident } = known.assignment;
  const path = `/api/v1/incidents/${incident}`;
  const sent = photos.map(
    (photo) =>
      ({ path: `${path}/attachments`, photo, word: "photo", assignment: id }) as const,
  );
  if (known.others.length > 0) {
    // The others go on: this crew alone is done.
    const body = { outcome: "done", reason: text };
    const release = `/api/v1/assignments/${id}/release`;
    await act(...sent, { path: release, body, word: "handled", assignment: id });
    return;
  }
  const to = (state: "handled" | "feedback") =>
    ({
      path: `${path}/transitions`,
      body: { to: state, reason: text },
      word: state,
      assignment: id,
    }) as const;
  await act(...sent, to("handled"), to("feedback"));
}

/** Looks for the way from where the phone is. */
export async function showWay(): Promise<Denial | null> {
  way.value = { state: "loading" };
  const found = await whereNow();
  if (typeof found === "string") {
    way.value = { state: "idle" };
    return found;
  }
  here.value = found;
  try {
    way.value = { state: "ready", value: await officerService.way(found) };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    way.value = { state: "refused", problem: error.problem };
  }
  return null;
}

export async function putAway(refusedAct: Act): Promise<void> {
  await dismiss(refusedAct);
  try {
    await readJob();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    tellProblem(error.problem);
  }
}
