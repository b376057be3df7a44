/** How the service is asked, and what it answers where it refuses. */

import { lastHere, signInAgain } from "../frame/again";
import { staleSince } from "../frame/screen";

export type LonLat = [number, number];

export interface Reason {
  code: string;
  zh: string;
  en: string;
}

export interface Problem {
  status: number;
  code: string;
  zh: string;
  en: string;
}

/** The service answered with problem details, or did not answer at all. */
export class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(problem.en);
  }
}

const UNREACHABLE: Problem = {
  status: 0,
  code: "unreachable",
  zh: "无法连接服务，请检查服务是否在运行。",
  en: "The service does not answer; check that it is running.",
};

/** What is asked; `anybody` may ask it without having signed in. */
export interface Asked extends RequestInit {
  anybody?: boolean;
}

/** Asks the service; whoever is no longer signed in signs in again, and what was asked goes on. */
export async function ask<T>(path: string, init?: Asked): Promise<T> {
  return (await read<T>(await answerTo(path, init))) as T;
}

/** Asks the service for a thing with the mark of its version, which an edit has to name. */
export async function askMarked<T>(path: string, init?: Asked): Promise<Marked<T>> {
  const response = await answerTo(path, init);
  return { value: (await read<T>(response)) as T, etag: response.headers.get("etag") };
}

export interface Marked<T> {
  value: T;
  etag: string | null;
}

/** Reads what was answered; nothing where the answer has no content. */
async function read<T>(response: Response): Promise<T | undefined> {
  return response.status === 204 ? undefined : ((await response.json()) as T);
}

const MOST_TRIES = 4;
const LONGEST_WAIT_S = 5;

/** Asks; a service that has too much to do is asked again when it said, a few times. */
async function answered(path: string, init?: Asked): Promise<Response> {
  for (let tries = 1; ; tries += 1) {
    const response = await fetch(path, init);
    const wait = Number(response.headers.get("retry-after") ?? NaN);
    const busy = response.status === 503 && wait <= LONGEST_WAIT_S;
    // What changes something carries a key, so that it counts once however often it is sent.
    if (!busy || tries === MOST_TRIES) return response;
    await new Promise((resolve) => window.setTimeout(resolve, 1000 * wait));
    init?.signal?.throwIfAborted();
  }
}

async function answerTo(path: string, init?: Asked): Promise<Response> {
  let response: Response;
  try {
    response = await answered(path, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Refused(UNREACHABLE);
  }
  const stale = response.headers.get("x-stale-since");
  if (stale !== null) staleSince.value = stale;
  if (response.status === 401 && init?.anybody !== true) {
    if (lastHere.peek() === null) signIn();
    else {
      await signInAgain();
      return answerTo(path, init);
    }
  }
  if (!response.ok) throw new Refused(await problemOf(response));
  return response;
}

/** Goes to the sign-in page, which leads back to here. */
function signIn(): void {
  const view = location.pathname === "/" ? "" : `?to=${location.pathname}`;
  location.assign(`/sign-in${view}${location.hash}`);
}

async function problemOf(response: Response): Promise<Problem> {
  const type = response.headers.get("content-type") ?? "";
  if (type.includes("problem+json")) return (await response.json()) as Problem;
  return { ...UNREACHABLE, status: response.status };
}

/** A key by which the service knows a request again if it has to be sent twice. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export interface Page<T> {
  items: T[];
  next: string | null;
}

/** Reads a list to its end, page by page. */
export async function all<T>(path: string): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const query: string = cursor ? `&cursor=${encodeURIComponent(cursor)}` : "";
    const page: Page<T> = await ask<Page<T>>(`${path}${path.includes("?") ? "&" : "?"}limit=1000${query}`);
    items.push(...page.items);
    cursor = page.next;
  }
  return items;
}

/** What goes with a request that changes something. */
export interface Sent {
  signal?: AbortSignal;
  /** The mark of the version that is edited, as `askMarked` gave it. */
  etag?: string | null;
  /** The key of an earlier try, where this is the same request sent again. */
  key?: string;
}

/** How something is sent that changes the service's mind: with a key, so that it counts once. */
export function sending(method: "POST" | "PUT" | "PATCH" | "DELETE", body?: unknown, sent: Sent = {}): Asked {
  const headers: Record<string, string> = { "idempotency-key": sent.key ?? newKey() };
  if (sent.etag) headers["if-match"] = sent.etag;
  const asked: Asked = { method, headers };
  if (sent.signal) asked.signal = sent.signal;
  if (body instanceof FormData) asked.body = body;
  else if (body !== undefined) {
    headers["content-type"] = "application/json";
    asked.body = JSON.stringify(body);
  }
  return asked;
}
