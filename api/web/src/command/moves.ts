/** Steps of an incident: which are open, what each asks, and taking them. */

import { tell, tellFailure } from "../design/Notices";
import { Refused } from "../service/ask";
import type { Incident, State } from "../service/shapes";
import { cases } from "./case_service";
import type { Entry, MoveAsk } from "./case_shapes";
import { word, type CaseWord } from "./case_words";
import { crewsAt, readBound, readRecordSoon } from "./cases";
import { inFull } from "./dispatching";
import { takeIncident } from "./incidents";

const CREW_STEPS: ReadonlySet<State> = new Set(["acknowledged", "en_route", "on_scene"]);
const ALWAYS_WITH_REASON: ReadonlySet<State> = new Set([
  "returned",
  "suspended",
  "merged",
  "handed_off",
  "cancelled",
]);
const TAKEN_UP_PLAINLY: ReadonlySet<State> = new Set(["reported", "returned", "suspended"]);

/** The steps that may follow; a crew is sent by its own key. */
export function stepsOf(incident: Incident): readonly State[] {
  const resumes = incident.state === "suspended";
  return incident.may_follow.filter((to) => to !== "dispatched" || resumes);
}

/** What a step is called. */
export function stepWord(from: State, to: State): string {
  if (from === "suspended" && to === "accepted") return word("to_resumed");
  if (to === "accepted" && (from === "merged" || from === "cancelled")) {
    return word("to_accepted_again");
  }
  if (to === "accepted" && !TAKEN_UP_PLAINLY.has(from)) return word("to_accepted_anew");
  return word(`to_${to}` as CaseWord);
}

/** Whether a step takes a reason. */
export function asksReason(from: State, to: State): boolean {
  return ALWAYS_WITH_REASON.has(to) || (to === "accepted" && !TAKEN_UP_PLAINLY.has(from));
}

/** Whether a step is one of a crew, which has to be named where there are several. */
export function asksCrew(incident: Incident, to: State): boolean {
  return CREW_STEPS.has(to) && incident.state !== "suspended" && crewsAt(incident.id).length > 1;
}

/** Whether nothing has to be asked before a step is taken. */
export function asksNothing(incident: Incident, to: State): boolean {
  return (
    !asksReason(incident.state, to) && !asksCrew(incident, to) && to !== "rated" && to !== "merged"
  );
}

/** Takes a step; what is refused is said, with the state as it stands. */
export async function takeStep(incident: string, ask: MoveAsk): Promise<boolean> {
  try {
    const moved = await cases.move(incident, ask);
    takeIncident(moved);
    tell(() => `${moved.id} ${word("moved")} ${word(moved.state)}`);
    await readBound();
    readRecordSoon(incident);
    return true;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const { problem } = error;
    tellFailure(() => inFull(problem));
    if (problem.status === 409) await lookAgain(incident);
    return false;
  }
}

async function lookAgain(incident: string): Promise<void> {
  try {
    takeIncident(await cases.incident(incident));
    await readBound();
    readRecordSoon(incident);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  }
}

/** Puts a note on record; null if it was refused. */
export async function addNote(incident: string, text: string): Promise<Entry | null> {
  try {
    const noted = await cases.note(incident, text);
    readRecordSoon(incident);
    return noted;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const { problem } = error;
    tellFailure(() => inFull(problem));
    return null;
  }
}
