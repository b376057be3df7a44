/** A file on its way to a draft: chosen, previewed, kept; a refusal keeps all that was entered. */

import { batch, signal } from "@preact/signals";
import { Refused, type Problem } from "../service/ask";
import { openDraft, quietly, refresh } from "./actions";
import { sendForm, type Sending } from "./sending_files";
import type { KindName, LayerDraft, Preview } from "./shapes";
import { chosenFinding, openedId, uploading } from "./state";
import { showBox } from "./map_hold";

export type Doing = "previewing" | "keeping" | null;

/** How long somebody may type before the preview is asked for anew, milliseconds. */
const TYPING_MS = 600;

export const file = signal<File | null>(null);
export const kind = signal<KindName | "">("");
export const crs = signal("");
export const seven = signal("");
export const layerName = signal("");
export const source = signal("");
/** Our columns to those of the file, as they were chosen by hand. */
export const said = signal<Readonly<Record<string, string>>>({});

export const preview = signal<Preview | null>(null);
export const doing = signal<Doing>(null);
/** Share of the file that has been sent, 0 to 1. */
export const sent = signal(0);
export const problem = signal<Problem | null>(null);

let under: Sending<unknown> | null = null;
let waiting = 0;

/** Opens the pane on the right for a file. */
export function beginUpload(): void {
  batch(() => {
    uploading.value = true;
    openedId.value = null;
    chosenFinding.value = null;
  });
}

/** Takes a file; what was said of the one before is forgotten, but whom it comes from. */
export function takeFile(taken: File): void {
  beginUpload();
  batch(() => {
    file.value = taken;
    kind.value = "";
    crs.value = "";
    seven.value = "";
    layerName.value = "";
    said.value = {};
    preview.value = null;
    problem.value = null;
  });
  void look();
}

/** Puts the file away. */
export function discard(): void {
  under?.stop();
  window.clearTimeout(waiting);
  batch(() => {
    file.value = null;
    preview.value = null;
    problem.value = null;
    doing.value = null;
    uploading.value = false;
  });
}

/** Stops what is on its way; what was entered stays. */
export function stop(): void {
  under?.stop();
}

/** Asks for the preview anew once nobody has typed for a moment. */
export function lookSoon(): void {
  window.clearTimeout(waiting);
  waiting = window.setTimeout(() => void look(), TYPING_MS);
}

export function sayColumn(column: string, theirs: string): void {
  said.value = { ...said.value, [column]: theirs };
  lookSoon();
}

/** Another kind has other columns. */
export function sayKind(chosen: KindName): void {
  kind.value = chosen;
  said.value = {};
  void look();
}

export function readAs(datum: string): void {
  crs.value = datum;
  void look();
}

/** Has the service look at the file; nothing of it is kept. */
export async function look(): Promise<void> {
  window.clearTimeout(waiting);
  const first = preview.peek() === null;
  const seen = await send<Preview>("/api/v1/layers/preview", "previewing", form());
  if (seen === null) return;
  preview.value = seen;
  if (kind.peek() === "") kind.value = seen.kind;
  if (seen.bounds && (first || crs.peek() !== "")) showBox(seen.bounds);
}

/** Keeps the file as a draft, and opens it. */
export async function keep(): Promise<void> {
  const seen = preview.peek();
  if (!seen) return;
  const kept = form();
  kept.set("kind", kind.peek() || seen.kind);
  const draft = await send<LayerDraft>("/api/v1/layers", "keeping", kept);
  if (draft === null) return;
  discard();
  await quietly(refresh);
  openDraft(draft.id, { look: true });
}

function form(): FormData {
  const told = new FormData();
  const texts = { kind, crs, seven, layer: layerName, source };
  for (const [name, { value }] of Object.entries(texts)) {
    if (value.trim()) told.set(name, value.trim());
  }
  for (const [ours, theirs] of Object.entries(said.peek())) {
    if (theirs) told.append("map", `${ours}=${theirs}`);
  }
  const chosen = file.peek();
  if (chosen) told.set("file", chosen);
  return told;
}

/** Sends a form in the place of one that is still under way; null where it is refused or stopped. */
async function send<T>(path: string, what: Doing, told: FormData): Promise<T | null> {
  if (file.peek() === null) return null;
  under?.stop();
  const sending = sendForm<T>(path, told, (share) => {
    if (under === sending) sent.value = share;
  });
  under = sending;
  batch(() => {
    doing.value = what;
    sent.value = 0;
    problem.value = null;
  });
  try {
    return await sending.done;
  } catch (error) {
    if (error instanceof Refused && under === sending) problem.value = error.problem;
    return null;
  } finally {
    if (under === sending) {
      under = null;
      doing.value = null;
    }
  }
}
