/** Shift handovers: what would be handed over now, what was, and the two signatures. */

import { signal } from "@preact/signals";
import { tell } from "../../design/Notices";
import type { Fetched } from "../../frame/screen";
import { ask, newKey, Refused, sending, type Page, type Problem } from "../../service/ask";
import { say } from "./words";

export interface Sheet {
  since: string;
  at: string;
  until: string;
  incidents: { id: string; matters: string[]; zone: string | null; state: string; reported_at: string }[];
  promises: { incident: string; kind: string; unit: string | null; due_at: string; missed: boolean }[];
  units: { unit: string; incident: string; dispatched_at: string; arrived_at: string | null }[];
  closures: { id: string; kind: string; state: string; reason: string; starts: string; ends: string | null }[];
  overrides: { assignment: string; incident: string; unit: string; departure: string; reason: string | null; decided_by: string }[];
}

export interface Handover {
  id: string;
  since: string;
  at: string;
  by: string;
  notes: string;
  taken_at: string | null;
  taken_by: string | null;
}

export interface HandoverRecord extends Handover {
  sheet: Sheet;
}

const PATH = "/api/v1/handovers";

export const handovers = signal<Fetched<Handover[]>>({ state: "idle" });

/** The dialog: closed, the sheet before it is signed, or one that was. */
export type Open = { state: "closed" } | { state: "draft" } | { state: "signed"; number: string };
export const open = signal<Open>({ state: "closed" });

export const draft = signal<Fetched<Sheet>>({ state: "idle" });
export const kept = signal<Fetched<HandoverRecord>>({ state: "idle" });

/** Notes that have been typed: nothing of them is lost by a refusal or by closing the dialog. */
export const notes = signal("");
export const problem = signal<Problem | null>(null);
export const busy = signal(false);

let key = newKey();

/** Reads the newest handovers. */
export async function readHandovers(): Promise<void> {
  await into(handovers, async () => (await ask<Page<Handover>>(`${PATH}?limit=30`)).items);
}

/** Opens what would be handed over now. */
export async function openDraft(): Promise<void> {
  open.value = { state: "draft" };
  problem.value = null;
  draft.value = { state: "loading" };
  await into(draft, () => ask<Sheet>(`${PATH}/present`));
}

/** Opens a handover as it was signed. */
export async function openKept(number: string): Promise<void> {
  open.value = { state: "signed", number };
  problem.value = null;
  kept.value = { state: "loading" };
  await into(kept, () => ask<HandoverRecord>(`${PATH}/${number}`));
}

export function close(): void {
  open.value = { state: "closed" };
}

/** Address of the page to print. */
export function printAddress(number: string): string {
  return `${PATH}/${number}?format=pdf`;
}

/** Signs the shift off as whoever is signed in. */
export async function signOut(): Promise<void> {
  await orSay(async () => {
    const made = await ask<HandoverRecord>(PATH, sending("POST", { notes: notes.peek() }, { key }));
    key = newKey();
    notes.value = "";
    kept.value = { state: "ready", value: made };
    open.value = { state: "signed", number: made.id };
    tell(() => say("signedNow"));
    void readHandovers();
  });
}

/** Signs as whoever comes; a wrong password does not end the session of whoever leaves. */
export async function signIn(number: string, name: string, password: string, code: string): Promise<void> {
  await orSay(async () => {
    const asked = { name, password, code: code || null };
    const signed = await ask<HandoverRecord>(`${PATH}/${number}/signature`, {
      ...sending("POST", asked),
      anybody: true,
    });
    kept.value = { state: "ready", value: signed };
    tell(() => `${say("takenNow")} · ${signed.id}`);
    void readHandovers();
  });
}

async function orSay(deed: () => Promise<void>): Promise<void> {
  busy.value = true;
  problem.value = null;
  try {
    await deed();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    problem.value = error.problem;
  } finally {
    busy.value = false;
  }
}

async function into<T>(held: { value: Fetched<T> }, read: () => Promise<T>): Promise<void> {
  try {
    held.value = { state: "ready", value: await read() };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    held.value = { state: "refused", problem: error.problem };
  }
}
