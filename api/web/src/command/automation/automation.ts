/** What is done by rule: the switches of the zones, and the share of each rule. */

import { signal } from "@preact/signals";
import { tellProblem } from "../../design/Notices";
import type { Fetched } from "../../frame/screen";
import { ask, Refused, sending } from "../../service/ask";
import type { RuleReport, Rules } from "./shapes";

const RULES = "/api/v1/automation";
const REPORT = "/api/v1/reports/automation";

export const rules = signal<Fetched<Rules>>({ state: "idle" });
export const report = signal<Fetched<RuleReport>>({ state: "idle" });
/** The zone whose switch is on its way. */
export const switching = signal<string | null>(null);
/** Why the next zone is switched off; a refusal loses nothing of it. */
export const why = signal("");

async function read<T>(path: string, into: typeof rules | typeof report): Promise<void> {
  const held = into as { value: Fetched<T>; peek: () => Fetched<T> };
  if (held.peek().state !== "ready") held.value = { state: "loading" };
  try {
    held.value = { state: "ready", value: await ask<T>(path) };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    held.value = { state: "refused", problem: error.problem };
  }
}

/** Reads switches and shares. */
export async function readAutomation(): Promise<void> {
  await Promise.all([read<Rules>(RULES, rules), read<RuleReport>(REPORT, report)]);
}

/** Somebody has switched a zone: what is shown follows, if anything is. */
export function followSwitch(): void {
  if (rules.peek().state !== "idle") void read<Rules>(RULES, rules);
}

/** Switches everything that is done by rule in a zone on or off, in one click. */
export async function switchZone(zone: string, on: boolean): Promise<void> {
  if (switching.peek() !== null) return;
  switching.value = zone;
  const said = on ? "" : why.peek().trim();
  try {
    const address = `${RULES}/zones/${encodeURIComponent(zone)}`;
    const value = await ask<Rules>(address, sending("PUT", { on, why: said }));
    rules.value = { state: "ready", value };
    if (!on) why.value = "";
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    tellProblem(error.problem);
  } finally {
    switching.value = null;
  }
}
