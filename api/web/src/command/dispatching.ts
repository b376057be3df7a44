/** Sending crews, taking back, setting free; what the service then says is what the screen shows. */

import { signal } from "@preact/signals";
import { tell, tellFailure } from "../design/Notices";
import { units } from "../frame/book";
import { inWords, nameOf } from "../frame/words";
import { Refused, type Problem } from "../service/ask";
import { service } from "../service/service";
import { suggestAnew, workOnReported } from "./actions";
import { cases } from "./case_service";
import type { Assignment, Outcome, SendAsk } from "./case_shapes";
import { word } from "./case_words";
import { boundBy, crewsAt, readBound, readRecord, readRecordSoon, takeAssignment } from "./cases";
import { show, type Choice } from "./dialogs";
import { readIncidents, takeIncident } from "./incidents";
import { forgetDraft, keyOf, reportOf } from "./reporting";
import { chosenProposal, proposals, subject, suggestion } from "./state";

/** The newest dispatch of this screen, for as long as it may be taken back with one key. */
export const lastSent = signal<Assignment | null>(null);

/** Whether something is on its way to the service: nothing is sent twice. */
export const sending = signal(false);

let putAway: () => void = () => undefined;

export function unitName(code: string): string {
  const unit = units.value.get(code);
  return unit ? nameOf(unit) : code;
}

/** How a crew is called: phone and radio, as far as one may see them. */
export function contactOf(code: string): string {
  const unit = units.value.get(code);
  const said = [
    unit?.call_sign && `${word("callSign")} ${unit.call_sign}`,
    unit?.phone && `${word("phone")} ${unit.phone}`,
  ];
  return said.filter(Boolean).join(" · ");
}

/** One key: sends the proposal that is chosen, or asks what has to be known first. */
export function sendChosen(): void {
  if (suggestion.value.state === "loading") {
    tell(() => word("stillAsking"));
    return;
  }
  const proposal = proposals.value[chosenProposal.value];
  if (proposal) choose({ proposal });
  else tell(() => word("nothingToSend"));
}

/** Sends somebody, after whatever has to be asked first. */
export function choose(choice: Choice): void {
  const at = subject.value;
  if (!at || sending.peek()) return;
  if (at.incident === null) {
    show({ dialog: "report", then: choice });
    return;
  }
  const reinforces = hasCrewFor(at.incident, choice);
  if (isFirst(choice) && !reinforces) void send(choice, {});
  else show({ dialog: "send", choice, reinforces });
}

/** Whether it follows the suggestion, so that nobody asks for a reason. */
export function isFirst(choice: Choice): boolean {
  return "proposal" in choice && choice.proposal.rank === 1;
}

export function unitOf(choice: Choice): string {
  return "unit" in choice ? choice.unit : choice.proposal.unit;
}

function hasCrewFor(incident: string, choice: Choice): boolean {
  const kind = "proposal" in choice ? choice.proposal.kind : proposals.value[0]?.kind;
  return crewsAt(incident).some((one) => one.kind === kind && !one.reinforces);
}

export interface Why {
  reason?: string;
  note?: string;
  reinforces?: boolean;
}

/** Sends somebody to the incident that is worked on; whether the service took it. */
export async function send(choice: Choice, why: Why): Promise<boolean> {
  const at = subject.value;
  const asked = suggestion.value;
  if (!at || asked.state !== "ready") return false;
  const ask: SendAsk = { suggestion: asked.value.id, ...why };
  if (at.incident !== null) ask.incident = at.incident;
  if ("unit" in choice) ask.unit = choice.unit;
  else {
    ask.rank = choice.proposal.rank;
    ask.kind = choice.proposal.kind;
  }
  return sendAsked(ask, "unit" in choice ? [] : choice.proposal.crew);
}

/** Calls a crew off another incident, for this one. */
export async function divert(callsOff: string): Promise<boolean> {
  const asked = suggestion.value;
  const incident = subject.value?.incident;
  if (asked.state !== "ready" || !incident) return false;
  return sendAsked({ suggestion: asked.value.id, calls_off: callsOff, incident }, []);
}

async function sendAsked(ask: SendAsk, crew: readonly string[]): Promise<boolean> {
  if (sending.peek()) return false;
  sending.value = true;
  try {
    const made = await cases.send(ask);
    takeAssignment(made);
    tellSent(made);
    readRecordSoon(made.incident);
    return true;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    await showTruth(error.problem, ask.incident ?? null, crew);
    return false;
  } finally {
    sending.value = false;
  }
}

function tellSent(made: Assignment): void {
  lastSent.value = made;
  putAway();
  putAway = tell(
    () => `${word("sent")} ${unitName(made.unit)} → ${made.incident}  ${contactOf(made.unit)}`,
    { word: () => word("undo"), key: "u", act: () => void takeBack() },
  );
}

/** What was refused is said with who has it, and the lists are read as they stand. */
async function showTruth(
  problem: Problem,
  incident: string | null,
  crew: readonly string[],
): Promise<void> {
  if (problem.status === 409) {
    try {
      await Promise.all([readBound(), readIncidents(service.incidents)]);
      if (incident !== null) await readRecord(incident);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
    }
  }
  const holder = boundBy(crew) ?? (incident === null ? undefined : crewsAt(incident)[0]);
  if (problem.status === 409 && holder) tellFailure(() => heldWords(holder));
  else tellFailure(() => inFull(problem));
}

/** Where the Chinese sentence says less than the English one, both are shown. */
export function inFull(problem: Problem): string {
  const said = inWords(problem);
  return said === problem.en ? said : `${said} ${problem.en}`;
}

function heldWords({ unit, incident, decided_by: by, id }: Assignment): string {
  return `${unitName(unit)} ${word("takenBy")}：${word("forIncident")} ${incident}，${word("heldBy")} ${by}（${id}）`;
}

/** Takes the last dispatch back: the crew is free, and the incident waits again. */
export async function takeBack(): Promise<void> {
  const sent = lastSent.peek();
  if (!sent) return;
  if (await release(sent.id, "mistake", "")) lastSent.value = null;
}

/** Sets a crew free. */
export async function release(id: string, outcome: Outcome, reason: string): Promise<boolean> {
  return done(
    () => cases.release(id, outcome, reason),
    (one) => `${word(outcome === "mistake" ? "undone" : "released")} ${unitName(one.unit)}`,
  );
}

/** Says that a crew is complete at the place. */
export async function arrive(id: string): Promise<boolean> {
  return done(
    () => cases.arrive(id),
    (one) => `${unitName(one.unit)} ${word("arrived")}`,
  );
}

async function done(
  act: () => Promise<Assignment>,
  words: (made: Assignment) => string,
): Promise<boolean> {
  try {
    const made = await act();
    takeAssignment(made);
    if (lastSent.peek()?.id === made.id) putAway();
    tell(() => words(made));
    takeIncident(await cases.incident(made.incident));
    readRecordSoon(made.incident);
    return true;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const { problem } = error;
    tellFailure(() => inFull(problem));
    return false;
  }
}

/** Puts a free place on record as an incident, and sends whoever was chosen; false if refused. */
export async function reportAndSend(then: Choice | null, why: Why = {}): Promise<boolean> {
  const report = reportOf();
  if (!report || sending.peek()) return false;
  sending.value = true;
  try {
    const incident = await cases.report(report, { key: keyOf(report) });
    takeIncident(incident);
    forgetDraft();
    workOnReported(incident.id);
    if (incident.kind === "visit") suggestAnew(); // the rules of a visit are others
    tell(() => `${word("reportKept")} ${incident.id}`);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const { problem } = error;
    tellFailure(() => inFull(problem));
    return false;
  } finally {
    sending.value = false;
  }
  if (then) await send(then, why);
  return true;
}
