/** Which base map lies below: the city's own roads, or the one of the operator's network. */

import { effect, signal } from "@preact/signals";

export type Base = "own" | "network";

const KEPT = "base-map";

export const base = signal<Base>(localStorage.getItem(KEPT) === "network" ? "network" : "own");

effect(() => localStorage.setItem(KEPT, base.value));
