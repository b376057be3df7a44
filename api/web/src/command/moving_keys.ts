/** Keys of every command centre tool: j, k, Enter, slash, Esc, and a digit for a proposal. */

import { fitRoute } from "../map/camera";
import { leave, step, workOnIncident } from "./actions";
import { searchQueue } from "./focus";
import { addKeys, type Key } from "./keyboard";
import { chosenProposal, proposals, queueCursor, subject } from "./state";
import { say } from "./words";

const DIGITS = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];

const MOVING: readonly Key[] = [
  { keys: ["j", "ArrowDown"], group: "moving", says: () => say("keyNext"), press: () => step(1) },
  { keys: ["k", "ArrowUp"], group: "moving", says: () => say("keyBefore"), press: () => step(-1) },
  { keys: ["Enter"], group: "moving", says: () => say("keyOpen"), press: enter },
  { keys: ["Escape"], group: "moving", says: () => say("keyEscape"), press: escape },
  { keys: ["/"], group: "moving", says: () => say("keySearch"), press: search },
  ...DIGITS.map(
    (digit, index): Key => ({
      keys: [digit],
      group: "case",
      says: () => say("keyChoose"),
      when: () => index < proposals.value.length,
      press: () => (chosenProposal.value = index),
    }),
  ),
];

/** Brings these keys. */
export function addMovingKeys(): void {
  addKeys(MOVING);
}

function escape(): void {
  if (subject.value) leave();
  else queueCursor.value = null;
}

function enter(): void {
  if (!subject.value) {
    if (queueCursor.value) workOnIncident(queueCursor.value);
    return;
  }
  const route = proposals.value[chosenProposal.value]?.route;
  if (route) fitRoute(route);
}

function search(): void {
  if (subject.value) document.getElementById("matter-search")?.focus();
  else searchQueue();
}
