/** The live stream: positions once a second, incidents as they come in. */

import { batch } from "@preact/signals";
import { readCoverage } from "./coverage";
import { clockAhead, incidents, positions, stream } from "./state";
import type { Incident, Position } from "./api";

const SILENCE_MS = 20_000;

let source: EventSource | null = null;
let watchdog = 0;

/** Opens the stream and keeps it: every loss is shown, and a network that comes back is used. */
export function keepListening(): void {
  window.addEventListener("offline", lose);
  window.addEventListener("online", listen);
  listen();
}

function lose(): void {
  source?.close();
  stream.value = "lost";
}

function listen(): void {
  source?.close();
  source = new EventSource("/api/v1/events");
  source.addEventListener("open", heard);
  source.addEventListener("error", () => {
    stream.value = "lost";
  });
  source.addEventListener("beat", (event) => {
    heard();
    const { now } = JSON.parse(event.data) as { now: string };
    clockAhead.value = Date.parse(now) - Date.now();
  });
  source.addEventListener("positions", (event) => {
    heard();
    takePositions(JSON.parse(event.data) as { complete: boolean; items: Position[] });
  });
  source.addEventListener("coverage", () => {
    heard();
    void readCoverage();
  });
  source.addEventListener("incident", (event) => {
    heard();
    const incident = JSON.parse(event.data) as Incident;
    incidents.value = new Map(incidents.value).set(incident.id, incident);
  });
}

function takePositions({ complete, items }: { complete: boolean; items: Position[] }): void {
  batch(() => {
    const known = complete ? new Map<string, Position>() : new Map(positions.value);
    for (const item of items) known.set(item.officer, item);
    positions.value = known;
  });
}

/** A stream that stays silent is lost, even if the browser has not noticed. */
function heard(): void {
  stream.value = "live";
  window.clearTimeout(watchdog);
  watchdog = window.setTimeout(() => {
    stream.value = "lost";
    listen();
  }, SILENCE_MS);
}
