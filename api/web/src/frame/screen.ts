/** What every view shares: language, theme, the clock, and what the service said of itself. */

import { effect, signal } from "@preact/signals";
import type { Problem } from "../service/ask";

export type Language = "zh" | "en";
export type Theme = "light" | "dark";

/** One thing that is fetched: not asked for, on its way, there, or refused. */
export type Fetched<T> =
  | { state: "idle" }
  | { state: "loading" }
  | { state: "ready"; value: T }
  | { state: "refused"; problem: Problem };

/** As it was chosen last, here or on the sign-in page. */
export const language = signal<Language>(localStorage.getItem("language") === "en" ? "en" : "zh");
export const theme = signal<Theme>(localStorage.getItem("theme") === "dark" ? "dark" : "light");

/** Milliseconds by which the service's clock is ahead of this screen's. */
export const clockAhead = signal(0);
export const now = signal(Date.now());

/** Since when the service's store has been down, so that what it says may be old. */
export const staleSince = signal<string | null>(null);

/** Keeps the screen's clock with the service's. */
export function tick(): void {
  now.value = Date.now() + clockAhead.value;
}

/** Keeps what was chosen for the next time, and dresses the page in it. */
export function keepChoices(): void {
  effect(() => {
    localStorage.setItem("language", language.value);
    document.documentElement.lang = language.value === "zh" ? "zh-CN" : "en";
  });
  effect(() => {
    localStorage.setItem("theme", theme.value);
    document.documentElement.dataset["theme"] = theme.value;
  });
}
