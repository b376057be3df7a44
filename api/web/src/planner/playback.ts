/** Playback: the events of a simulated run on the map, at a time that goes on by itself. */

import { effect, signal } from "@preact/signals";
import type { Map as MapLibre } from "maplibre-gl";
import { fill } from "../map/zones";
import { attempt } from "./actions";
import { planner } from "./service";
import type { Playback, PlaybackEvent } from "./shapes";
import type { Point } from "./ground";

/** Simulated seconds that go by in one second on the screen. */
export const SPEED = 600;
const FRAME_MS = 50;

export const played = signal<Playback | null>(null);
export const playedAt_s = signal(0);
export const playing = signal(false);

let timer = 0;

/** Opens the events of a simulation, at the beginning. */
export async function openPlayback(id: string): Promise<void> {
  const found = await attempt(() => planner.playback(id));
  if (!found) return;
  played.value = found;
  playedAt_s.value = found.events[0] ? Math.max(0, found.events[0].at_s - 60) : 0;
}

export function closePlayback(): void {
  pause();
  played.value = null;
}

export function pause(): void {
  playing.value = false;
  window.clearInterval(timer);
}

/** Lets time go on, from the beginning if it was over. */
export function play(): void {
  const shown = played.value;
  if (!shown) return;
  const end_s = shown.hours * 3600;
  if (playedAt_s.value >= end_s) playedAt_s.value = 0;
  playing.value = true;
  window.clearInterval(timer);
  timer = window.setInterval(() => {
    const next = playedAt_s.value + (SPEED * FRAME_MS) / 1000;
    playedAt_s.value = Math.min(end_s, next);
    if (next >= end_s) pause();
  }, FRAME_MS);
}

export interface Scene {
  crews: { crew: string; at: Point; doing: "drives" | "works" | "home" }[];
  calls: { incident: number; at: Point; waits: boolean }[];
}

/** Where crews are at a time, and which incidents nobody has reached yet. */
export function sceneAt(events: readonly PlaybackEvent[], at_s: number): Scene {
  const crews = new Map<string, PlaybackEvent>();
  const calls = new Map<number, { at: Point; waits: boolean }>();
  for (const event of events) {
    if (event.at_s > at_s) break;
    if (event.crew !== null && event.event !== "secured") crews.set(event.crew, event);
    if (event.event === "waits") calls.set(event.incident, { at: event.to, waits: true });
    else if (event.event === "sent") calls.set(event.incident, { at: event.to, waits: false });
    else if (event.event === "arrived") calls.delete(event.incident);
  }
  return {
    crews: [...crews].map(([crew, event]) => ({ crew, ...whereIs(event, at_s) })),
    calls: [...calls].map(([incident, call]) => ({ incident, ...call })),
  };
}

/** Between the two ends of a way a crew is drawn along the straight line, as far as its time has gone. */
function whereIs(event: PlaybackEvent, at_s: number): Pick<Scene["crews"][number], "at" | "doing"> {
  if (event.event === "arrived") return { at: event.to, doing: "works" };
  if (event.event === "called_off" || !event.from) return { at: event.from ?? event.to, doing: "home" };
  const takes_s = (event.to_s ?? event.at_s) - event.at_s;
  const gone = takes_s <= 0 ? 1 : Math.min(1, (at_s - event.at_s) / takes_s);
  const [[ax, ay], [bx, by]] = [event.from, event.to];
  const at: Point = [ax + (bx - ax) * gone, ay + (by - ay) * gone];
  return { at, doing: event.event === "sent" ? "drives" : "home" };
}

/** Draws the scene whenever time goes on. */
export function followPlayback(map: MapLibre): (() => void)[] {
  return [
    effect(() => {
      const shown = played.value;
      const scene = shown ? sceneAt(shown.events, playedAt_s.value) : { crews: [], calls: [] };
      fill(map, "crews", scene.crews.map(({ crew, at, doing }) => point(at, { crew, doing })));
      fill(map, "calls", scene.calls.map(({ incident, at, waits }) => point(at, { incident, waits })));
    }),
  ];
}

function point(coordinates: Point, properties: Record<string, unknown>): GeoJSON.Feature {
  return { type: "Feature", properties, geometry: { type: "Point", coordinates } };
}
