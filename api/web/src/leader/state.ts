/** What the leader looks at, and what the service told of it. */

import { batch, computed, signal } from "@preact/signals";
import { readMatters, readUnits } from "../frame/book";
import { now, type Fetched } from "../frame/screen";
import { Refused } from "../service/ask";
import { readBulletins } from "./bulletins";
import { leader, type Wanted } from "./service";
import type { Case, GroupBy, Indicator, IndicatorReport, Span } from "./shapes";

/** The indicator of arrivals, which the service tells apart from the others. */
export const ARRIVALS = "arrived_in_time";

export const span = signal<Span>("month");
export const by = signal<GroupBy>("zone");
/** A day of the span, by the clock of the city. */
export const day = signal("");
/** The indicator that is opened, and the group of it whose cases are shown. */
export const opened = signal("handling_rate");
export const group = signal<string | null>(null);

export const report = signal<Fetched<IndicatorReport>>({ state: "idle" });
export const cases = signal<Fetched<{ items: Case[]; more: boolean }>>({ state: "idle" });

export const wanted = computed<Wanted>(() => ({
  span: span.value,
  day: day.value,
  by: by.value,
}));

/** Every indicator of the report, that of arrivals first. */
export const lines = computed<Indicator[]>(() => {
  if (report.value.state !== "ready") return [];
  const { indicators, arrivals, arrivals_before, arrival_groups } = report.value.value;
  const nothing = { hits: 0, of: 0, share: null, interval: null };
  const arrived: Indicator = {
    code: ARRIVALS,
    zh: "按时到场率",
    en: "Arrived in time",
    terms: "",
    of: { code: "dispatched", zh: "派遣数", en: "dispatched" },
    found: arrivals?.in_time ?? nothing,
    before: arrivals_before,
    groups: Object.fromEntries(arrival_groups.map((one) => [one.name, one.in_time])),
  };
  return [arrived, ...indicators];
});

export const line = computed(() => lines.value.find(({ code }) => code === opened.value) ?? null);

/** Today in the city, as a date of a calendar. */
function today(): string {
  return new Date(now.value + 8 * 3_600_000).toISOString().slice(0, 10);
}

let asked = new AbortController();
let askedCases = new AbortController();

/** Reads the matters and units that groups are named after. */
export async function open(): Promise<void> {
  await Promise.all([readMatters(), readUnits()]);
}

/** Shows the present span; called once the clock of the city is known. */
export function begin(): void {
  day.value = today();
  void read();
  void readBulletins();
}

/** Reads the report anew, and the cases behind the figure that is open. */
export async function read(): Promise<void> {
  asked.abort();
  asked = new AbortController();
  const { signal: stop } = asked;
  report.value = { state: "loading" };
  void readCases();
  try {
    report.value = { state: "ready", value: await leader.report(wanted.peek(), stop) };
  } catch (error) {
    if (stop.aborted) return;
    if (!(error instanceof Refused)) throw error;
    report.value = { state: "refused", problem: error.problem };
  }
}

async function readCases(): Promise<void> {
  askedCases.abort();
  askedCases = new AbortController();
  const { signal: stop } = askedCases;
  if (opened.peek() === ARRIVALS) {
    cases.value = { state: "idle" };
    return;
  }
  cases.value = { state: "loading" };
  try {
    const page = await leader.cases(opened.peek(), wanted.peek(), group.peek(), stop);
    cases.value = { state: "ready", value: { items: page.items, more: page.next !== null } };
  } catch (error) {
    if (stop.aborted) return;
    if (!(error instanceof Refused)) throw error;
    cases.value = { state: "refused", problem: error.problem };
  }
}

/** Looks at another length of time; the day stays. */
export function choose(change: Partial<Wanted>): void {
  batch(() => {
    span.value = change.span ?? span.value;
    by.value = change.by ?? by.value;
    day.value = change.day || day.value;
    group.value = null;
  });
  void read();
}

/** Looks at the span before or after. */
export function step(by: 1 | -1): void {
  const at = new Date(`${day.value}T00:00:00Z`);
  if (span.value === "week") at.setUTCDate(at.getUTCDate() + 7 * by);
  // From the first of the month no step leads past a shorter one.
  else if (span.value === "month") at.setUTCMonth(at.getUTCMonth() + by, 1);
  else at.setUTCFullYear(at.getUTCFullYear() + by, 0, 1);
  choose({ day: at.toISOString().slice(0, 10) });
}

/** Opens an indicator, or one group of it. */
export function openFigure(code: string, only: string | null = null): void {
  batch(() => {
    opened.value = code;
    group.value = only;
  });
  void readCases();
}
