/**
 * The live stream: how it stands now, and what happens as it happens.
 *
 * A browser that reconnects by itself is sent what it missed.  What cannot be told any more
 * (`reset`), and what a stream that is opened anew has not heard, is read again as lists.
 */

import { batch } from "@preact/signals";
import { readAgain } from "./actions";
import { Refused, service, type Incident, type Position } from "./api";
import { readCoverage } from "./coverage";
import { dropIncident, takeIncident } from "./incidents";
import { clockAhead, positions, staleSince, stream } from "./state";

const SILENCE_MS = 20_000;
const REOPEN_MS = 3_000;

interface Beat {
  now: string;
  stale_since: string | null;
}

interface Positions {
  complete: boolean;
  items: Position[];
}

/** What the screen does with each kind that it shows; every other kind is passed over. */
const KINDS: Record<string, (told: never) => void> = {
  beat: takeBeat,
  reset: () => void catchUp(),
  positions: takePositions,
  incident: (incident: Incident) => takeIncident(incident),
  incident_gone: ({ id }: { id: string }) => dropIncident(id),
  coverage: () => void readCoverage(),
};

let source: EventSource | null = null;
let watchdog = 0;
let behind = false;

/** Opens the stream and keeps it: every loss is shown, and a network that comes back is used. */
export function keepListening(): void {
  window.addEventListener("offline", lose);
  window.addEventListener("online", reopen);
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
  const opened = new EventSource("/api/v1/events");
  source = opened;
  opened.addEventListener("open", heard);
  opened.addEventListener("error", () => {
    stream.value = "lost";
    // A refusal ends the stream for good; a line that broke is taken up again by the browser.
    if (opened.readyState !== EventSource.CLOSED) return;
    reopenIn(REOPEN_MS);
    void lookWhetherSignedIn();
  });
  for (const [kind, take] of Object.entries(KINDS)) {
    opened.addEventListener(kind, (event: MessageEvent<string>) => {
      heard();
      take(JSON.parse(event.data) as never);
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

function takePositions({ complete, items }: Positions): void {
  batch(() => {
    const known = complete ? new Map<string, Position>() : new Map(positions.value);
    for (const item of items) known.set(item.officer, item);
    positions.value = known;
  });
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
    reopen();
  }, wait);
}
