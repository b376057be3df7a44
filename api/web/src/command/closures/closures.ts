/** Closures in force and to come, and the one that is being drawn. */

import { computed, signal } from "@preact/signals";
import { tell } from "../../design/Notices";
import { may } from "../../frame/book";
import { all, ask, Refused, sending, type LonLat } from "../../service/ask";
import { bringIntoView } from "../../map/camera";
import { endPick, pick } from "../pick/pick";
import { orTell } from "../units/actions";
import { groundOf, LEAST, type Drawing } from "./ground";
import type { Closure, ClosureAsk } from "./shapes";
import { say } from "./words";

export const closures = signal<ReadonlyMap<string, Closure> | null>(null);
export const chosenClosure = signal<string | null>(null);

/** What is being drawn: how, and the places so far. */
export const drawing = signal<{ as: Drawing; places: readonly LonLat[] } | null>(null);

/** Whether what is drawn is whole, and its particulars are asked for. */
export const drawn = signal(false);

/** In force first, then those to come, the soonest first. */
export const listedClosures = computed(() =>
  [...(closures.value?.values() ?? [])]
    .filter(({ state }) => state !== "over")
    .sort((a, b) => a.state.localeCompare(b.state) || a.starts.localeCompare(b.starts)),
);

export const mayClose = () => may("close_streets");

const path = "/api/v1/closures";

/** Reads all that is in force or to come. */
export async function readClosures(): Promise<void> {
  try {
    const listed = await all<Closure>(`${path}?over=false`);
    closures.value = new Map(listed.map((one) => [one.id, one]));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    // What was known stays; the header says that the service does not answer.
  }
}

/** Takes a closure as it was answered or told. */
export function takeClosure(told: Closure): void {
  closures.value = new Map(closures.peek() ?? []).set(told.id, told);
}

/** Begins to draw. */
export function draw(as: Drawing): void {
  drawing.value = { as, places: [] };
  drawn.value = false;
  const word = { polygon: "pickPolygon", line: "pickLine", point: "pickPoint" } as const;
  pick.value = {
    says: () => say(word[as]),
    take: (lonLat) => {
      const places = [...(drawing.peek()?.places ?? []), lonLat];
      drawing.value = { as, places };
      if (as === "point") finish();
    },
    ...(as !== "point" && {
      done: {
        says: () => say("finish"),
        press: finish,
        ready: () => (drawing.value?.places.length ?? 0) >= LEAST[as],
      },
    }),
    leave: leaveDrawing,
  };
}

function finish(): void {
  endPick();
  drawn.value = true;
}

/** Drops what was drawn. */
export function leaveDrawing(): void {
  drawing.value = null;
  drawn.value = false;
}

/** Enters what was drawn; it stays on the map where the service refuses it. */
export async function enterClosure(particulars: Omit<ClosureAsk, "geometry">): Promise<void> {
  const held = drawing.peek();
  const geometry = held && groundOf(held.as, held.places);
  if (!geometry) return;
  await orTell(async () => {
    const made = await ask<Closure>(path, sending("POST", { ...particulars, geometry }));
    takeClosure(made);
    chosenClosure.value = made.id;
    leaveDrawing();
    tell(() => `${say("entered")} ${made.id}`);
  });
}

/** Lifts a closure. */
export async function liftClosure(id: string): Promise<void> {
  await orTell(async () => {
    takeClosure(await ask<Closure>(`${path}/${id}`, sending("DELETE")));
    tell(() => `${say("lifted")} ${id}`);
  });
}

/** Shows a closure on the map. */
export function chooseClosure(one: Closure): void {
  chosenClosure.value = one.id;
  const corner = one.geometry?.coordinates[0]?.[0]?.[0];
  if (corner) bringIntoView(corner as LonLat);
}
