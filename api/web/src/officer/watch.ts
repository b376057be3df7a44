/** The phone's position, sent while on duty to whoever dispatches; only once that was agreed to. */

import { effect, signal } from "@preact/signals";
import { denialOf, type Denial } from "../design/whereabouts";
import { clockAhead } from "../frame/screen";
import { ask, Refused } from "../service/ask";
import { here, onDuty, own } from "./state";

const SEND_EVERY_MS = 10_000;
const MOST_IN_BATCH = 50;
/** An hour of fixes at one in ten seconds: older ones are of no use to anybody. */
const MOST_KEPT = 360;
const BETWEEN_FIXES_MS = 5_000;
const AGREED = "officer-shares-position";

interface Fix {
  officer: string;
  time: string;
  lon: number;
  lat: number;
  accuracy_m: number;
  speed_mps: number | null;
  heading_deg: number | null;
}

export const agreed = signal(localStorage.getItem(AGREED) === "yes");
export const lastSent = signal<number | null>(null);
export const kept = signal(0);
export const trouble = signal<Denial | null>(null);

let fixes: Fix[] = [];
let watching: number | null = null;
let timer = 0;

export function agree(yes: boolean): void {
  agreed.value = yes;
  localStorage.setItem(AGREED, yes ? "yes" : "no");
}

/** Watches while it is agreed to and the officer is on duty, and ends with either. */
export function beginWatching(): void {
  effect(() => {
    if (agreed.value && onDuty.value && own.value?.officer) start();
    else stop();
  });
}

function start(): void {
  if (watching !== null) return;
  if (!("geolocation" in navigator)) {
    trouble.value = "unavailable";
    return;
  }
  watching = navigator.geolocation.watchPosition(take, fail, {
    enableHighAccuracy: true,
    maximumAge: 5_000,
  });
  timer = window.setInterval(() => void sendBatch(), SEND_EVERY_MS);
}

function stop(): void {
  if (watching === null) return;
  navigator.geolocation.clearWatch(watching);
  window.clearInterval(timer);
  watching = null;
  fixes = [];
  kept.value = 0;
}

function fail(error: GeolocationPositionError): void {
  trouble.value = denialOf(error);
}

function take({ coords, timestamp }: GeolocationPosition): void {
  const officer = own.peek()?.officer;
  if (!officer) return;
  trouble.value = null;
  here.value = [coords.longitude, coords.latitude];
  const before = fixes.at(-1);
  if (before && timestamp + clockAhead.peek() - Date.parse(before.time) < BETWEEN_FIXES_MS) return;
  fixes = [
    ...fixes,
    {
      officer,
      time: new Date(timestamp + clockAhead.peek()).toISOString(),
      lon: coords.longitude,
      lat: coords.latitude,
      accuracy_m: coords.accuracy,
      speed_mps: coords.speed,
      heading_deg: Number.isFinite(coords.heading) ? coords.heading : null,
    },
  ].slice(-MOST_KEPT);
  kept.value = fixes.length;
  if (lastSent.peek() === null) void sendBatch();
}

/** Sends what was gathered; without a network it waits, and the latest is sent for sure. */
async function sendBatch(): Promise<void> {
  const batch = fixes.slice(0, MOST_IN_BATCH);
  if (batch.length === 0) return;
  try {
    await ask("/api/v1/positions", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(batch),
    });
    lastSent.value = Date.now() + clockAhead.peek();
    fixes = fixes.filter((fix) => !batch.includes(fix));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  }
  kept.value = fixes.length;
}
