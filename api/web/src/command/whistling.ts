/** A command room whistles for those whom an incident needs and it does not command. */

import { tell, tellFailure } from "../design/Notices";
import { Refused } from "../service/ask";
import { cases } from "./case_service";
import { word } from "./case_words";
import { readRecordSoon } from "./cases";
import { inFull, unitName } from "./dispatching";

export async function callWhistle(incident: string, by: string): Promise<void> {
  try {
    const made = await cases.whistle(incident, by);
    const called = [...made.units, ...made.bodies];
    tell(() => `${word("whistle")} ${made.id} ${word("whistleFor")} ${called.map(unitName).join("、")}`);
    readRecordSoon(incident);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const { problem } = error;
    tellFailure(() => inFull(problem));
  }
}
