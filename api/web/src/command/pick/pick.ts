/** Places that are asked for by a click on the map, or typed: of a crew, a site, corners of a closure. */

import { signal } from "@preact/signals";
import type { LonLat } from "../../service/ask";

export interface Pick {
  /** What is to be clicked, in the language of the screen. */
  says: () => string;
  /** Takes a place; the picking goes on until `end` is called. */
  take: (lonLat: LonLat) => void;
  /** What closes it well, where several places are taken: a button with this word. */
  done?: { says: () => string; press: () => void; ready: () => boolean };
  /** Called when it is given up. */
  leave?: () => void;
}

export const pick = signal<Pick | null>(null);

/** Ends the picking. */
export function endPick(): void {
  pick.value = null;
}

/** Gives the picking up. */
export function leavePick(): void {
  const left = pick.peek();
  pick.value = null;
  left?.leave?.();
}

/** Reads a place that was typed as longitude and latitude, or nothing. */
export function typedPlace(text: string): LonLat | null {
  const [lon, lat, ...more] = text.split(/[\s,，]+/).filter(Boolean).map(Number);
  if (lon === undefined || lat === undefined || more.length > 0) return null;
  const sound = Math.abs(lon) <= 180 && Math.abs(lat) <= 90;
  return sound ? [lon, lat] : null;
}
