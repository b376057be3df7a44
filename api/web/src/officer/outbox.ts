/**
 * Acts on their way: each is kept on the phone first, then sent in order under its key.
 *
 * Without a network they wait and are shown as queued.  What the service refuses later stays to be
 * read until it is put away; what was done after it is sent all the same.
 */

import { computed, signal } from "@preact/signals";
import { session } from "../frame/book";
import { clockAhead } from "../frame/screen";
import { wallClock } from "../frame/words";
import { ask, newKey, Refused, sending, type Problem } from "../service/ask";
import { allActs, dropAct, keepAct, type Act } from "./shelf";
import { say, type OfficerWord } from "./words";

const AGAIN_MS = 8_000;

/** Answers that mean: not now. */
const LATER = new Set([0, 408, 425, 429, 500, 502, 503, 504]);

export const acts = signal<readonly Act[]>([]);
export const queued = computed(() => acts.value.filter((act) => act.problem === null));
export const refused = computed(() => acts.value.filter((act) => act.problem !== null));
export const online = signal(navigator.onLine);

let sendingNow = false;
let timer = 0;
let afterwards: () => Promise<void> = async () => undefined;

/** Begins to send what was left from before, and whatever comes; `settled` follows each round. */
export async function beginSending(settled: () => Promise<void>): Promise<void> {
  afterwards = settled;
  window.addEventListener("online", () => {
    online.value = true;
    void flush();
  });
  window.addEventListener("offline", () => (online.value = false));
  await look();
  void flush();
}

export interface Wish {
  method?: "POST" | "PUT";
  path: string;
  body?: unknown;
  photo?: Blob;
  word: OfficerWord;
  assignment: string | null;
}

/** Keeps acts in their order, then sends them as soon as that is possible. */
export async function act(...wishes: Wish[]): Promise<void> {
  for (const wish of wishes) {
    const at = new Date(Date.now() + clockAhead.value).toISOString();
    await keepAct({
      by: session.value?.name ?? "",
      key: newKey(),
      method: wish.method ?? "POST",
      path: wish.path,
      body: bodyOf(wish, at),
      photo: wish.photo ?? null,
      word: wish.word,
      assignment: wish.assignment,
      at,
      problem: null,
    });
  }
  await look();
  await flush();
}

/** Puts away what was refused. */
export async function dismiss(done: Act): Promise<void> {
  await dropAct(done);
  await look();
}

async function look(): Promise<void> {
  const name = session.value?.name;
  acts.value = (await allActs()).filter((one) => one.by === name);
}

async function flush(): Promise<void> {
  if (sendingNow) return;
  sendingNow = true;
  window.clearTimeout(timer);
  let some = false;
  try {
    for (let next = queued.value[0]; next; next = queued.value[0]) {
      if (!(await send(next))) {
        timer = window.setTimeout(() => void flush(), AGAIN_MS);
        break;
      }
      some = true;
      await look();
    }
  } finally {
    sendingNow = false;
  }
  if (some) await afterwards();
}

/** Sends one act; answers whether the service has judged it. */
async function send(next: Act): Promise<boolean> {
  try {
    await ask(next.path, sending(next.method, contentOf(next), { key: next.key }));
    online.value = true;
    await dropAct(next);
    return true;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (isForLater(error.problem)) {
      online.value = error.problem.status !== 0;
      return false;
    }
    await keepAct({ ...next, problem: error.problem });
    return true;
  }
}

function isForLater(problem: Problem): boolean {
  return LATER.has(problem.status) || problem.status === 401 || problem.code === "in_flight";
}

function contentOf(next: Act): unknown {
  if (!next.photo) return next.body ?? undefined;
  const form = new FormData();
  form.append("file", next.photo, "photo.jpg");
  return form;
}

/**
 * The body as it will be sent; without a network it says when it was done, since the service notes
 * when it comes.  It is written once: sent again under its key it has to say the same.
 */
function bodyOf(wish: Wish, at: string): unknown {
  const body = wish.body ?? null;
  if (online.value || body === null || typeof body !== "object" || !("reason" in body)) return body;
  const late = `${say("doneOffline")} ${wallClock(Date.parse(at))}`;
  return { ...body, reason: body.reason ? `${String(body.reason)}（${late}）` : late };
}
