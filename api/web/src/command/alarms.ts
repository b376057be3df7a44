/** Alarms: a new incident, one that is overdue, a stream that is lost; seen as well as heard. */

import { computed, effect, signal } from "@preact/signals";
import { now } from "../frame/screen";
import { stream } from "../frame/stream";
import { crewsAt } from "./cases";
import { dueOf, waits } from "./due";
import { openIncidents, subject } from "./state";
import type { Tune } from "./tones";

/** New incidents that nobody here has looked at. */
export const unseen = signal<ReadonlySet<string>>(new Set());

/** Open incidents at which somebody should be by now. */
export const overdue = computed<ReadonlySet<string>>(() => {
  const found = new Set<string>();
  const at = now.value;
  for (const [id, incident] of openIncidents.value) {
    const due = dueOf(incident);
    if (due && due.kind === "arrive" && due.at < at) found.add(id);
  }
  return found;
});

/** Puts the sign of new incidents away. */
export function seeAll(): void {
  unseen.value = new Set();
}

/** Watches for as long as the page stands; what is there when it is opened is no alarm. */
export function watchForAlarms(ring: (tune: Tune) => void): void {
  let known: ReadonlySet<string> | null = null;
  effect(() => {
    const present = new Set(openIncidents.value.keys());
    const before = known;
    known = present;
    if (before === null) return;
    const fresh = [...openIncidents.value.values()].filter(
      (one) => !before.has(one.id) && waits(one) && crewsAt(one.id).length === 0,
    );
    const own = subject.peek()?.incident;
    const others = fresh.filter((one) => one.id !== own);
    if (others.length === 0) return;
    unseen.value = new Set([...unseen.peek(), ...others.map((one) => one.id)]);
    ring("new");
  });
  let late: ReadonlySet<string> | null = null;
  effect(() => {
    const before = late;
    late = overdue.value;
    if (before !== null && [...late].some((id) => !before.has(id))) ring("overdue");
  });
  effect(() => {
    const id = subject.value?.incident;
    if (!id || !unseen.peek().has(id)) return;
    unseen.value = new Set([...unseen.peek()].filter((one) => one !== id));
  });
  let heard = false;
  effect(() => {
    if (stream.value === "live") heard = true;
    else if (stream.value === "lost" && heard) {
      heard = false;
      ring("lost");
    }
  });
}
