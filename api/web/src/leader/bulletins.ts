/** The reports that were issued, and the one that is open. */

import { signal } from "@preact/signals";
import { tell, tellProblem } from "../design/Notices";
import type { Fetched } from "../frame/screen";
import { ask, Refused, sending, type Page } from "../service/ask";
import type { Bulletin, BulletinKind, BulletinRecord } from "./shapes";
import { say } from "./words";

const PATH = "/api/v1/reports";
const SHOWN = 12;

export const kind = signal<BulletinKind | "">("");
export const bulletins = signal<Fetched<Bulletin[]>>({ state: "idle" });
export const shown = signal<Fetched<BulletinRecord>>({ state: "idle" });
/** What is written beside a signature; a refusal loses nothing of it. */
export const note = signal("");
export const busy = signal(false);

/** Where a report is to be had on paper, or as a workbook. */
export function fileAt(number: string, form: "pdf" | "xlsx", language: string): string {
  return `${PATH}/${number}?${new URLSearchParams({ format: form, lang: language })}`;
}

let asked = new AbortController();

/** Reads the newest reports. */
export async function readBulletins(): Promise<void> {
  asked.abort();
  asked = new AbortController();
  const { signal: stop } = asked;
  if (bulletins.peek().state !== "ready") bulletins.value = { state: "loading" };
  const query = new URLSearchParams({ limit: String(SHOWN) });
  if (kind.peek()) query.set("kind", kind.peek());
  try {
    const page = await ask<Page<Bulletin>>(`${PATH}?${query}`, { signal: stop });
    bulletins.value = { state: "ready", value: page.items };
  } catch (error) {
    if (stop.aborted) return;
    if (!(error instanceof Refused)) throw error;
    bulletins.value = { state: "refused", problem: error.problem };
  }
}

/** Lists reports of one kind, or all. */
export function chooseKind(wanted: BulletinKind | ""): void {
  kind.value = wanted;
  void readBulletins();
}

/** Opens a report, or closes the one that is open. */
export async function openBulletin(number: string): Promise<void> {
  const open = shown.peek();
  note.value = "";
  if (open.state === "ready" && open.value.id === number) {
    shown.value = { state: "idle" };
    return;
  }
  shown.value = { state: "loading" };
  try {
    shown.value = { state: "ready", value: await ask<BulletinRecord>(`${PATH}/${number}`) };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    shown.value = { state: "refused", problem: error.problem };
  }
}

/** Signs what is open, by the digest of what was read. */
export async function signOpen(): Promise<void> {
  const open = shown.peek();
  if (open.state !== "ready" || busy.peek()) return;
  const { id, digest } = open.value;
  busy.value = true;
  try {
    const signed = await ask<Bulletin>(
      `${PATH}/${id}/signatures`,
      sending("POST", { digest, note: note.peek() }),
    );
    shown.value = { state: "ready", value: { ...open.value, signatures: signed.signatures } };
    note.value = "";
    tell(() => `${say("signedNow")} ${id}`);
    void readBulletins();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    tellProblem(error.problem);
  } finally {
    busy.value = false;
  }
}

/** Draws the pack for a consultation up as of now. */
export async function issueConsultation(): Promise<void> {
  if (busy.peek()) return;
  busy.value = true;
  try {
    const made = await ask<BulletinRecord>(PATH, sending("POST", { kind: "consultation" }));
    shown.value = { state: "ready", value: made };
    void readBulletins();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    tellProblem(error.problem);
  } finally {
    busy.value = false;
  }
}

