/** What somebody does who reports without an account. */

import { batch, effect } from "@preact/signals";
import { whereNow, type Denial } from "../design/whereabouts";
import { newKey, Refused, type LonLat } from "../service/ask";
import { rounded } from "../map/BaseMap";
import { reporterService } from "./service";
import type { FoundPlace, KeptReceipt } from "./shapes";
import {
  asked,
  foundMatters,
  foundPlaces,
  joins,
  keepMine,
  matters,
  mine,
  name,
  nearby,
  phone,
  photos,
  place,
  progress,
  question,
  sent,
  tab,
  text,
  website,
} from "./state";

const PAUSE_MS = 350;
const DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const SECRET_LENGTH = 16;
const MOST_MATTERS = 3;

/** Follows what is typed and chosen with what may be meant by it. */
export function begin(): void {
  afterPause(
    () => question.value.trim(),
    async (asked, signal) => {
      if (!asked) {
        foundPlaces.value = { state: "idle" };
        return;
      }
      foundPlaces.value = { state: "ready", value: await reporterService.places(asked, signal) };
    },
    (error) => (foundPlaces.value = { state: "refused", problem: error.problem }),
  );
  afterPause(
    () => text.value.trim(),
    async (said, signal) => {
      foundMatters.value = said ? await reporterService.matters(said, signal) : [];
    },
  );
  afterPause(
    () => (place.value ? { at: place.value.lonLat, codes: matters.value.map(codeOf) } : null),
    async (where, signal) => {
      const found = where ? await reporterService.nearby(where.at, where.codes, signal) : [];
      batch(() => {
        nearby.value = found;
        if (!found.some(({ id }) => id === joins.value?.id)) joins.value = null;
      });
    },
  );
}

/** Asks once nothing has changed for a moment; what was asked before is of no interest any more. */
function afterPause<T>(
  read: () => T,
  then: (value: T, signal: AbortSignal) => Promise<void>,
  refused: (error: Refused) => void = () => undefined,
): void {
  let timer = 0;
  let asking: AbortController | null = null;
  effect(() => {
    const value = read();
    window.clearTimeout(timer);
    asking?.abort();
    const mine = new AbortController();
    asking = mine;
    timer = window.setTimeout(() => {
      then(value, mine.signal).catch((error: unknown) => {
        if (mine.signal.aborted) return;
        if (!(error instanceof Refused)) throw error;
        refused(error);
      });
    }, PAUSE_MS);
  });
}

function codeOf({ code }: { code: string }): string {
  return code;
}

export function choosePlace(lonLat: LonLat, named: FoundPlace | null = null): void {
  batch(() => {
    place.value = { lonLat: rounded(lonLat), named };
    question.value = "";
    foundPlaces.value = { state: "idle" };
  });
}

export async function useMyPosition(): Promise<Denial | null> {
  const found = await whereNow();
  if (typeof found === "string") return found;
  choosePlace(found);
  return null;
}

export function toggleMatter(code: string): void {
  const chosen = matters.value.some((one) => one.code === code);
  if (chosen) matters.value = matters.value.filter((one) => one.code !== code);
  else {
    const found = foundMatters.value.filter((one) => one.code === code);
    matters.value = [...matters.value, ...found].slice(-MOST_MATTERS);
  }
}

/** Eighty random bits in digits that people can copy: with the number they open the report. */
function drawSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(SECRET_LENGTH));
  return Array.from(bytes, (byte) => DIGITS[byte % DIGITS.length]).join("");
}

/** What is sent, and under which key: tried again, the same report is the same. */
let tried: { body: string; key: string; secret: string } | null = null;

function attempt(body: Record<string, unknown>): { body: unknown; key: string; secret: string } {
  const written = JSON.stringify(body);
  if (tried?.body !== written) tried = { body: written, key: newKey(), secret: drawSecret() };
  return { ...tried, body: { ...body, secret: tried.secret } };
}

function draft(at: LonLat): Record<string, unknown> {
  const contact = name.value.trim() || phone.value.trim();
  const body: Record<string, unknown> = {
    lon_lat: at,
    matters: matters.value.map(codeOf),
    text: text.value.trim(),
  };
  if (website.value) body["website"] = website.value;
  if (joins.value) body["joins"] = joins.value.id;
  else if (contact) body["reporter"] = { name: name.value.trim(), phone: phone.value.trim() };
  return body;
}

export async function send(): Promise<void> {
  const where = place.value;
  if (!where) return;
  const trial = attempt(draft(where.lonLat));
  sent.value = { state: "sending" };
  try {
    const { receipt, reported_at } = await reporterService.report(trial.body, trial.key);
    const kept = { receipt, secret: trial.secret, reported_at };
    keepMine([kept, ...mine.value]);
    await sendPhotos(kept, photos.value);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    sent.value = { state: "writing", problem: error.problem };
  }
}

/** Photos follow the report; those that do not get through may be sent again. */
export async function sendPhotos(receipt: KeptReceipt, wanted: readonly Blob[]): Promise<void> {
  if (wanted.length > 0) sent.value = { state: "photos", receipt };
  const missing: Blob[] = [];
  for (const photo of wanted) {
    try {
      await reporterService.photo(receipt, photo);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      missing.push(photo);
    }
  }
  sent.value = { state: "done", receipt, missing };
}

export function beginAnother(): void {
  tried = null;
  batch(() => {
    place.value = null;
    text.value = "";
    matters.value = [];
    foundMatters.value = [];
    photos.value = [];
    nearby.value = [];
    joins.value = null;
    sent.value = { state: "writing", problem: null };
  });
}

export async function follow(receipt: string, secret: string): Promise<void> {
  batch(() => {
    tab.value = "progress";
    asked.value = { receipt, secret };
    progress.value = { state: "loading" };
  });
  try {
    const value = await reporterService.progress(receipt.trim(), secret.trim());
    progress.value = { state: "ready", value };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    progress.value = { state: "refused", problem: error.problem };
  }
}

/** Rates; what the service refuses is handed back, and nothing typed is lost. */
export async function rate(rating: number, reason: string): Promise<Refused | null> {
  const { receipt, secret } = asked.value;
  try {
    const value = await reporterService.rate(receipt.trim(), secret.trim(), rating, reason);
    progress.value = { state: "ready", value };
    return null;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return error;
  }
}

export function forget(receipt: string): void {
  keepMine(mine.value.filter((one) => one.receipt !== receipt));
}
