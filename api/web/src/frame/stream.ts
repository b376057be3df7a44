/**
 * The live stream: how it stands now, and what happens as it happens.
 *
 * A browser that reconnects by itself is sent what it missed.  What cannot be told any more
 * (`reset`), and what a stream that is opened anew has not heard, is read again as lists.
 */

import { signal } from "@preact/signals";
import { Refused } from "../service/ask";
import { service } from "../service/service";
import { signingIn } from "./again";
import { clockAhead, staleSince } from "./screen";

const SILENCE_MS = 5_000;
const REOPEN_MS = 1_000;
const OPENING_MS = 4_000;

export type StreamState = "connecting" | "live" | "lost";

export const stream = signal<StreamState>("connecting");

interface Beat {
  now: string;
  stale_since: string | null;
}

/** What a view listens to: the browser's own event source, or one that a worker reads. */
export interface Source {
  readonly readyState: number;
  addEventListener: (kind: string, listener: (event: MessageEvent<string>) => void) => void;
  close: () => void;
}

export type OpenSource = (address: string, kinds: string[]) => Source;

/** What a view does with each kind that it shows; every other kind is passed over. */
export type Kinds = Record<string, (told: never) => void>;

let kinds: Kinds = {};
let readAgain: () => Promise<void> = async () => undefined;
let openSource: OpenSource = (address) => new EventSource(address);
let source: Source | null = null;
let watchdog = 0;
let behind = false;

/**
 * Opens the stream and keeps it: every loss is shown, and a network that comes back is used.
 *
 * What a stream could not tell, `again` reads as lists.  What `open` reads for a view may hand on
 * data that it has unpacked already.
 */
export function keepListening(taken: Kinds, again: () => Promise<void>, open = openSource): void {
  openSource = open;
  kinds = { ...taken, beat: takeBeat, reset: () => void catchUp() };
  readAgain = again;
  window.addEventListener("offline", lose);
  window.addEventListener("online", reopen);
  let waited = false;
  signingIn.subscribe((waits) => {
    if (waited && !waits) reopen();
    waited = waits;
  });
  listen();
}

function lose(): void {
  source?.close();
  stream.value = "lost";
}

/** A stream that is opened anew does not resume: what was missed is read again. */
function reopen(): void {
  behind = true;
  listen();
}

function listen(): void {
  source?.close();
  const opened = openSource("/api/v1/events", Object.keys(kinds));
  source = opened;
  reopenIn(OPENING_MS); // a line on which nobody answers is as lost as one that is silent
  let stood = false;
  opened.addEventListener("open", () => {
    stood = true;
    heard();
  });
  opened.addEventListener("error", () => {
    const broke = stood && opened.readyState !== EventSource.CLOSED;
    stood = false;
    stream.value = "lost";
    // A line that broke is taken up again by the browser, but it waits long if nobody answers then.
    if (broke) return;
    reopenIn(REOPEN_MS);
    // A refusal ends the stream for good.
    if (opened.readyState === EventSource.CLOSED && !signingIn.peek()) void lookWhetherSignedIn();
  });
  for (const [kind, take] of Object.entries(kinds)) {
    opened.addEventListener(kind, ({ data }: MessageEvent<unknown>) => {
      heard();
      take((typeof data === "string" ? JSON.parse(data) : data) as never);
    });
  }
}

/** A stream doesn't say why it is refused; the answer to a question does. */
async function lookWhetherSignedIn(): Promise<void> {
  try {
    await service.session();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  }
}

function takeBeat({ now, stale_since }: Beat): void {
  clockAhead.value = Date.parse(now) - Date.now();
  staleSince.value = stale_since;
  if (behind) void catchUp();
}

/** Reads everything again that is shown; what fails is tried again at the next beat. */
async function catchUp(): Promise<void> {
  behind = false;
  try {
    await readAgain();
  } catch (error) {
    behind = true;
    if (!(error instanceof Refused)) throw error;
  }
}

/** A stream that stays silent is lost, even if the browser has not noticed. */
function heard(): void {
  stream.value = "live";
  reopenIn(SILENCE_MS);
}

function reopenIn(wait: number): void {
  window.clearTimeout(watchdog);
  watchdog = window.setTimeout(() => {
    stream.value = "lost";
    if (signingIn.peek()) reopenIn(REOPEN_MS);
    else reopen();
  }, wait);
}
