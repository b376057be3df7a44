/** Colours of zones: neighbours never share one, and a zone keeps its own for as long as it can. */

import type { Theme } from "../frame/screen";
import type { Ground } from "./ground";
import type { ZoneOf } from "./shapes";

/** Told apart by lightness as well as hue, so that they do not need colour vision. */
export const HUES: Record<Theme, readonly string[]> = {
  light: ["#4e9fd1", "#f2a65a", "#6bb27a", "#c98bbd", "#e8d35c", "#8f8fd0", "#d9776c", "#74c5bf"],
  dark: ["#2f78a8", "#b8742e", "#3f8450", "#985a8c", "#a8932a", "#62629f", "#a44c43", "#3c8f89"],
};

let kept = new Map<string, number>();

/** Gives each zone the number of a colour. */
export function colour(ground: Ground, zoneOf: ZoneOf): ReadonlyMap<string, number> {
  const beside = neighbours(ground, zoneOf);
  const given = new Map<string, number>();
  // Those with many neighbours choose first, as far as they have no colour yet.
  const zones = [...beside.keys()].sort(
    (one, other) =>
      Number(kept.has(other)) - Number(kept.has(one)) ||
      beside.get(other)!.size - beside.get(one)!.size ||
      one.localeCompare(other),
  );
  for (const zone of zones) {
    const taken = new Set([...beside.get(zone)!].map((other) => given.get(other)));
    const before = kept.get(zone);
    given.set(zone, before !== undefined && !taken.has(before) ? before : firstFree(taken));
  }
  kept = new Map([...kept, ...given]);
  return given;
}

function neighbours(ground: Ground, zoneOf: ZoneOf): Map<string, Set<string>> {
  const beside = new Map<string, Set<string>>();
  for (const zone of Object.values(zoneOf)) if (zone) beside.set(zone, new Set());
  for (const [one, other] of ground.pairs) {
    const [a, b] = [zoneOf[one], zoneOf[other]];
    if (!a || !b || a === b) continue;
    beside.get(a)!.add(b);
    beside.get(b)!.add(a);
  }
  return beside;
}

function firstFree(taken: ReadonlySet<number | undefined>): number {
  const count = HUES.light.length;
  for (let at = 0; at < count; at += 1) if (!taken.has(at)) return at;
  return count - 1;
}

/** The colours that were given last. */
export function coloured(): ReadonlyMap<string, number> {
  return kept;
}

/** The number of the colour that a zone has. */
export function colourOf(zone: string): number {
  return kept.get(zone) ?? 0;
}
