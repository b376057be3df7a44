/**
 * What was asked for comes first: the map stays as it is for a moment, until the answer is there.
 *
 * A map that draws itself anew takes whole frames, where there is no graphics card most of a second;
 * an answer that comes meanwhile would be seen only after it.
 */

import { signal } from "@preact/signals";

/** Whether the map waits for an answer; what may wait draws nothing as long as it does. */
export const mapWaits = signal(false);

let waiting = 0;

/** Lets the map wait for an answer; one that takes longer is not worth a map that stands still. */
export function holdMap(longestMs: number): void {
  window.clearTimeout(waiting);
  waiting = window.setTimeout(freeMap, longestMs);
  mapWaits.value = true;
}

/** Lets the map go on once what has come is on the screen. */
export function freeMapSoon(): void {
  if (mapWaits.peek()) requestAnimationFrame(freeMap);
}

function freeMap(): void {
  window.clearTimeout(waiting);
  mapWaits.value = false;
}
