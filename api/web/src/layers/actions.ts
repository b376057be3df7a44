/** What the GIS office does: reads, opens, mends, reviews, publishes, goes back. */

import { batch } from "@preact/signals";
import { tell, tellProblem } from "../design/Notices";
import { newKey, Refused, type Problem } from "../service/ask";
import { layers } from "./service";
import { boxOf, showBox, showPlace } from "./map_hold";
import type { Finding, FlawedProblem, LayerDraft } from "./shapes";
import {
  busy,
  checklist,
  chosenDrafts,
  chosenFeature,
  chosenFinding,
  drafts,
  isOpen,
  meanwhile,
  opened,
  openedId,
  planned,
  publishing,
  report,
  rollingBack,
  severity,
  uploading,
  versions,
} from "./state";
import { say } from "./words";

/** How often it is looked whether somebody else has done something, milliseconds. */
const LOOK_MS = 15_000;

/** Reads what there is; called when the view is opened, and whenever something has changed. */
export async function refresh(): Promise<void> {
  const before = versions.peek()[0]?.number;
  const [draftList, versionList, planList, parts] = await Promise.all([
    layers.drafts(),
    layers.versions(),
    layers.planned(),
    layers.checklist(),
  ]);
  batch(() => {
    drafts.value = draftList;
    versions.value = versionList;
    planned.value = planList;
    checklist.value = parts;
  });
  noticeOthers(before !== undefined && before !== versionList[0]?.number);
}

/** Looks again and again, as long as somebody is looking at the page. */
export function keepLooking(): void {
  const again = () => {
    if (document.visibilityState === "visible" && !busy.peek()) void quietly(refresh);
  };
  window.setInterval(again, LOOK_MS);
  document.addEventListener("visibilitychange", again);
}

/** Does something that fails without a word: what is shown stays, and is asked for again soon. */
export async function quietly(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  }
}

/** Says what others did to the open draft; nothing that was typed is touched. */
function noticeOthers(cityChanged: boolean): void {
  const shown = opened.peek();
  if (shown.state !== "ready" || busy.peek()) return;
  const { id, version, state } = shown.value.value;
  const now = drafts.peek().find((draft) => draft.id === id);
  if (!now) return;
  if (now.state !== state && !isOpen(now)) meanwhile.value = "gone";
  else if (now.version !== version) meanwhile.value = "edited";
  else if (cityChanged && isOpen(now)) meanwhile.value = "city";
  else if (now.state === state) return;
  void readDraft(id);
}

export function openDraft(id: string, { look = false } = {}): void {
  batch(() => {
    uploading.value = false;
    openedId.value = id;
    opened.value = { state: "loading" };
    report.value = { state: "loading" };
    meanwhile.value = null;
    severity.value = null;
    chosenFinding.value = null;
    chosenFeature.value = null;
  });
  void readDraft(id);
  if (look) void showDraft(id);
}

export function closeDraft(): void {
  reading?.abort();
  openedId.value = null;
}

/** Shows where a draft lies. */
export async function showDraft(id: string): Promise<void> {
  await quietly(async () => {
    const box = await layers.boundsOf(`draft-${id}`);
    if (box && openedId.peek() === id) showBox(box);
  });
}

let reading: AbortController | null = null;

/** Reads a draft and its report; another that is asked for meanwhile takes its place. */
export async function readDraft(id: string): Promise<void> {
  reading?.abort();
  const asked = (reading = new AbortController());
  try {
    const draft = await layers.draft(id);
    if (asked.signal.aborted) return;
    opened.value = { state: "ready", value: draft };
    const told = await layers.report(id, asked.signal);
    batch(() => {
      report.value = { state: "ready", value: told };
      chosenFinding.value = sameAs(chosenFinding.peek(), told.findings);
    });
  } catch (error) {
    if (asked.signal.aborted) return;
    if (!(error instanceof Refused)) throw error;
    const { problem } = error;
    if (opened.peek().state !== "ready") opened.value = { state: "refused", problem };
    report.value = { state: "refused", problem };
  }
}

function sameAs(chosen: Finding | null, told: Finding[]): Finding | null {
  if (chosen === null) return null;
  const found = told.find(
    (one) =>
      one.code === chosen.code &&
      one.feature === chosen.feature &&
      one.others.join() === chosen.others.join(),
  );
  return found ?? null;
}

/** Shows a finding on the map: its remedy as a whole, else its place. */
export function chooseFinding(finding: Finding | null): void {
  batch(() => {
    chosenFinding.value = finding;
    chosenFeature.value = null;
  });
  if (finding === null) return;
  const box = boxOf(shapesOf(finding).map(({ shape }) => shape));
  const id = openedId.peek();
  if (box) showBox(box);
  else if (finding.feature === null && id !== null) void showDraft(id);
  else if (finding.where) showPlace(finding.where);
}

/** Shapes of a remedy, as they are and as they would be. */
export function shapesOf(finding: Finding): { as: "from" | "to"; shape: GeoJSON.Geometry }[] {
  return (finding.fix ?? []).flatMap((change) =>
    (["from", "to"] as const).flatMap((as) => {
      const shape = change[as];
      return shape !== null && typeof shape !== "string" ? [{ as, shape }] : [];
    }),
  );
}

/** Takes the fixes of some findings, or all of them; whoever was faster is told of. */
export async function takeFixes(only: Finding[] | null): Promise<void> {
  await changing(async (draft, etag) => {
    await layers.takeFixes(draft.id, only, etag);
    tell(() => say("fixed"));
  });
}

export async function review(remark: string): Promise<boolean> {
  return changing(async (draft, etag) => {
    await layers.review(draft.id, remark, etag);
    tell(() => say("reviewTaken"));
  });
}

export async function dropDraft(): Promise<void> {
  await changing(async (draft) => {
    await layers.drop(draft.id);
    tell(() => say("draftDropped"));
    closeDraft();
  });
}

/** Changes the open draft, and reads it again whatever came of it. */
async function changing(
  change: (draft: LayerDraft, etag: string | null) => Promise<void>,
): Promise<boolean> {
  const shown = opened.peek();
  if (shown.state !== "ready" || busy.peek()) return false;
  busy.value = true;
  meanwhile.value = null;
  let done = false;
  try {
    await change(shown.value.value, shown.value.etag);
    done = true;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.problem.code === "outdated") meanwhile.value = "edited";
    else tellProblem(error.problem);
  }
  await readAgain();
  return done;
}

export function choose(id: string, wanted: boolean): void {
  const others = chosenDrafts.peek().filter((one) => one !== id);
  chosenDrafts.value = wanted ? [...others, id] : others;
}

/** A set that is to be published, as it was entered; it is sent again under the same key. */
export interface Release {
  drafts: string[];
  why: string;
  /** When, with offset; null for now. */
  at: string | null;
}

let releaseKey = { of: "", key: "" };

/** Publishes a set or plans it; answers why it was refused. */
export async function publish(set: Release): Promise<FlawedProblem | null> {
  const of = JSON.stringify(set);
  if (releaseKey.of !== of) releaseKey = { of, key: newKey() };
  const refused = await refusalOf(async () => {
    if (set.at === null) {
      const version = await layers.publish(set.drafts, set.why, releaseKey.key);
      tell(() => `${say("publishedAs")} ${numbered(version.number)}`);
    } else {
      await layers.plan(set.drafts, set.why, set.at, releaseKey.key);
      tell(() => say("planMade"));
    }
  });
  // What got no answer may have been done: it is sent again as the same.
  if (refused?.status !== 0) releaseKey = { of: "", key: "" };
  if (refused === null) {
    batch(() => {
      publishing.value = false;
      chosenDrafts.value = [];
    });
  }
  await readAgain();
  return refused;
}

export async function rollBack(to: number | null, why: string): Promise<Problem | null> {
  const refused = await refusalOf(async () => {
    const version = await layers.rollBack(to, why);
    tell(() => `${say("rolledBack")} ${numbered(version.number)}`);
    rollingBack.value = false;
  });
  await readAgain();
  return refused;
}

export async function callOff(id: string): Promise<void> {
  const refused = await refusalOf(async () => {
    await layers.callOff(id);
    tell(() => say("calledOff"));
  });
  if (refused) tellProblem(refused);
  await quietly(refresh);
}

/** What a version is called. */
export function numbered(number: number): string {
  return `${say("versionShort")}${number}${say("versionUnit")}`;
}

/** Reads what is shown again; what one has done oneself is no news. */
async function readAgain(): Promise<void> {
  busy.value = true;
  await quietly(refresh);
  const still = openedId.peek();
  if (still !== null) await readDraft(still);
  busy.value = false;
}

async function refusalOf(act: () => Promise<void>): Promise<FlawedProblem | null> {
  busy.value = true;
  try {
    await act();
    return null;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return error.problem;
  } finally {
    busy.value = false;
  }
}
