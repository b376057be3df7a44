import { tellFailure } from "../design/Notices";
import { Refused } from "../service/ask";
import { suggestAnew } from "./actions";
import { cases } from "./case_service";
import { word } from "./case_words";
import { readRecordSoon } from "./cases";
import { inFull } from "./dispatching";
import { takeIncident } from "./incidents";
import { chosenMatters } from "./state";

/** Matters that were chosen otherwise are a question; they are put on record by a word more. */
export function CorrectMatters({ incident }: { incident: string }) {
  const correct = async (): Promise<void> => {
    try {
      takeIncident(await cases.correctMatters(incident, chosenMatters.peek(), word("correctedBy")));
      readRecordSoon(incident);
      suggestAnew();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const { problem } = error;
      tellFailure(() => inFull(problem));
    }
  };
  return (
    <div class="warned">
      <span>{word("mattersDiffer")}</span>
      <button type="button" class="button quiet small" onClick={() => void correct()}>
        {word("correctMatters")}
      </button>
    </div>
  );
}
