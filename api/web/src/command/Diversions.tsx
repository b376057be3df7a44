import { signal } from "@preact/signals";
import { may } from "../frame/book";
import { clockface, inWords } from "../frame/words";
import type { Fetched } from "../frame/screen";
import { Refused } from "../service/ask";
import { cases } from "./case_service";
import type { Diversions as Told } from "./case_shapes";
import { word } from "./case_words";
import { divert, unitName } from "./dispatching";
import { suggestion } from "./state";

/** Crews under way that may be called off for the suggestion that is shown. */
export const diversions = signal<Fetched<Told> & { of?: string }>({ state: "idle" });

/** Asks which crews may be diverted. */
export async function askDiversions(): Promise<void> {
  const asked = suggestion.value;
  if (asked.state !== "ready") return;
  const of = asked.value.id;
  diversions.value = { state: "loading", of };
  try {
    diversions.value = { state: "ready", value: await cases.diversions(of), of };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    diversions.value = { state: "refused", problem: error.problem, of };
  }
}

/** Asked for by a key or a button; nothing is called off before somebody says so. */
export function Diversions({ suggestion: shown }: { suggestion: string }) {
  const told = diversions.value;
  return (
    <section class="diversions" data-testid="diversions">
      <button type="button" class="button quiet small" onClick={() => void askDiversions()}>
        {word("diversions")} <kbd>v</kbd>
      </button>
      {told.of === shown && told.state === "refused" && (
        <p class="alert">{inWords(told.problem)}</p>
      )}
      {told.of === shown && told.state === "ready" && <Offers told={told.value} />}
    </section>
  );
}

function Offers({ told: { offers, let_alone } }: { told: Told }) {
  if (offers.length + let_alone.length === 0) return <p class="aside">{word("noDiversions")}</p>;
  return (
    <ul class="offers">
      {offers.map((offer) => (
        <li key={offer.calls_off}>
          <b>{unitName(offer.unit)}</b> <span class="figures">{clockface(offer.eta_s)}</span>
          <span>{inWords(offer.said)}</span>
          {may("dispatch_crew") && (
            <button
              type="button"
              class="button small"
              onClick={() => void divert(offer.calls_off)}
            >
              {word("divert")}
            </button>
          )}
        </li>
      ))}
      {let_alone.map(({ assignment, unit, why }) => (
        <li key={assignment} class="aside">
          {word("letAlone")} {unitName(unit)}：{inWords(why)}
        </li>
      ))}
    </ul>
  );
}
