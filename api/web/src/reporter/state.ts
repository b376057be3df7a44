/** What is being reported, and what is followed. */

import { signal } from "@preact/signals";
import type { Fetched } from "../frame/screen";
import type { LonLat, Problem } from "../service/ask";
import type { FoundMatter, FoundPlace, KeptReceipt, Nearby, Progress } from "./shapes";

export const tab = signal<"report" | "progress">("report");

export const place = signal<{ lonLat: LonLat; named: FoundPlace | null } | null>(null);
export const question = signal("");
export const foundPlaces = signal<Fetched<FoundPlace[]>>({ state: "idle" });

export const text = signal("");
export const foundMatters = signal<readonly FoundMatter[]>([]);
export const matters = signal<readonly FoundMatter[]>([]);
export const photos = signal<readonly Blob[]>([]);
export const nearby = signal<readonly Nearby[]>([]);
export const joins = signal<Nearby | null>(null);
export const name = signal("");
export const phone = signal("");
/** A field that no person sees: programs fill it in. */
export const website = signal("");

export type Sending =
  | { state: "writing"; problem: Problem | null }
  | { state: "sending" }
  | { state: "photos"; receipt: KeptReceipt }
  | { state: "done"; receipt: KeptReceipt; missing: readonly Blob[] };

export const sent = signal<Sending>({ state: "writing", problem: null });

const KEPT = "reports";

export const mine = signal<readonly KeptReceipt[]>(readKept());
export const asked = signal<{ receipt: string; secret: string }>({ receipt: "", secret: "" });
export const progress = signal<Fetched<Progress>>({ state: "idle" });

export function keepMine(kept: readonly KeptReceipt[]): void {
  mine.value = kept;
  localStorage.setItem(KEPT, JSON.stringify(kept));
}

function readKept(): KeptReceipt[] {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? "[]") as KeptReceipt[];
  } catch {
    return [];
  }
}
