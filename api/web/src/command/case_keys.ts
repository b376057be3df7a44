/** Keys of the dispatch workflow. */

import { may } from "../frame/book";
import { stepInQueue, suggestAnew, workOnIncident } from "./actions";
import { word } from "./case_words";
import { crewsAt } from "./cases";
import { side } from "./Detail";
import { show } from "./dialogs";
import { lastSent, sendChosen, takeBack } from "./dispatching";
import { askDiversions } from "./Diversions";
import { takesCrews } from "./due";
import { filtersShown } from "./filters";
import { focusOn, goTo, searchQueue } from "./focus";
import { addKeys, type Key } from "./keyboard";
import { beginMerging, endMerging, merging } from "./merging";
import { incidents, place, queueCursor, subject, suggestion } from "./state";
import { turnSound } from "./tones";
import { callWhistle } from "./whistling";

/** The incident that is worked on, or the one that is marked in the queue. */
function meant(): string | null {
  return subject.value ? subject.value.incident : queueCursor.value;
}

function atIncident(): boolean {
  return subject.value?.incident != null;
}

const isMerging = (): boolean => merging.value !== null;

const MERGING: readonly Key[] = (
  [
    [["j", "ArrowDown"], () => stepInQueue(1)],
    [["k", "ArrowUp"], () => stepInQueue(-1)],
    [["Enter"], pickMarked],
    [["/"], searchQueue],
    [["Escape"], endMerging],
  ] as const
).map(([keys, press]) => ({
  keys,
  group: "case",
  says: () => word("keyMerge"),
  when: isMerging,
  standsIn: true,
  press,
}));

const CASE: readonly Key[] = [
  {
    keys: ["d"],
    group: "case",
    says: () => word("keySend"),
    when: () => may("dispatch_crew"),
    press: () => {
      side.value = "dispatch";
      sendChosen();
    },
  },
  {
    keys: ["u"],
    group: "case",
    says: () => word("keyUndo"),
    when: () => lastSent.value !== null,
    press: () => void takeBack(),
  },
  {
    keys: ["w"],
    group: "case",
    says: () => word("keyWhyNot"),
    when: () => suggestion.value.state === "ready",
    press: () => {
      side.value = "dispatch";
      focusOn("why-not-search");
    },
  },
  {
    keys: ["v"],
    group: "case",
    says: () => word("keyDivert"),
    when: () => suggestion.value.state === "ready",
    press: () => void askDiversions(),
  },
  { keys: ["r"], group: "case", says: () => word("keyAnew"), when: mayAsk, press: suggestAnew },
  {
    keys: ["t"],
    group: "case",
    says: () => word("keyRecord"),
    when: atIncident,
    press: () => (side.value = side.value === "record" ? "dispatch" : "record"),
  },
  {
    keys: ["a"],
    group: "case",
    says: () => word("keyNote"),
    when: () => atIncident() && may("move_incident"),
    press: () => {
      side.value = "record";
      focusOn("note");
    },
  },
  {
    keys: ["m"],
    group: "case",
    says: () => word("keyMoveOn"),
    when: () => meant() !== null && may("move_incident"),
    press: () => show({ dialog: "move", incident: meant() ?? "", to: null }),
  },
  {
    keys: ["x"],
    group: "case",
    says: () => word("releaseOf"),
    when: () => crewsAt(subject.value?.incident ?? "").length > 0 && may("follow_assignment"),
    press: () => {
      const crew = crewsAt(subject.value?.incident ?? "")[0];
      if (crew) show({ dialog: "release", assignment: crew.id });
    },
  },
  {
    keys: ["y"],
    group: "case",
    says: () => word("keyMerge"),
    when: () => meant() !== null && may("move_incident"),
    press: () => beginMerging(meant() ?? ""),
  },
  {
    keys: ["b"],
    group: "case",
    says: () => word("keyWhistle"),
    when: () => atIncident() && may("whistle") && place.value.state === "ready",
    press: whistle,
  },
  {
    keys: ["p"],
    group: "case",
    says: () => word("keyReporter"),
    when: atIncident,
    press: () => {
      side.value = "dispatch";
      goTo("reporter", (element) => element.click());
    },
  },
  {
    keys: ["n"],
    group: "case",
    says: () => word("keyReport"),
    when: () => may("report_incident"),
    press: () => show({ dialog: "report", then: null }),
  },
  {
    keys: ["f"],
    group: "moving",
    says: () => word("keyFilter"),
    press: () => {
      filtersShown.value = !filtersShown.value;
      if (filtersShown.value) focusOn("filter-whose");
    },
  },
  { keys: ["s"], group: "screen", says: () => word("keySound"), press: turnSound },
  { keys: ["?"], group: "screen", says: () => word("keyHelp"), press: () => show({ dialog: "help" }) },
];

/** Brings these keys; those of merging before all others, which they stand in for. */
export function addCaseKeys(): void {
  addKeys(CASE);
}

export function addMergingKeys(): void {
  addKeys(MERGING);
}

function mayAsk(): boolean {
  const at = subject.value;
  if (!at) return false;
  const incident = at.incident === null ? null : incidents.value.get(at.incident);
  return incident === null || (incident !== undefined && takesCrews(incident));
}

function pickMarked(): void {
  if (queueCursor.value) workOnIncident(queueCursor.value);
}

function whistle(): void {
  const at = place.value;
  const incident = subject.value?.incident;
  if (at.state !== "ready" || !incident) return;
  const caller = at.value.areas.findLast((area) => area.tier === "township") ?? at.value.areas.at(-1);
  if (caller) void callWhistle(incident, caller.code);
}
