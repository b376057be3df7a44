import { useSignal } from "@preact/signals";
import { useLayoutEffect } from "preact/hooks";
import { Dialog } from "../design/Dialog";
import type { Incident, State } from "../service/shapes";
import type { MoveAsk } from "./case_shapes";
import { word } from "./case_words";
import { crewsAt } from "./cases";
import { shut } from "./dialogs";
import { unitName } from "./dispatching";
import { beginMerging } from "./merging";
import { asksCrew, asksNothing, asksReason, stepsOf, stepWord, takeStep } from "./moves";
import { incidents } from "./state";

/** The legal next steps, each with a digit; what a step asks is asked below. */
export function MoveDialog({ incident: id, to: wanted }: { incident: string; to: State | null }) {
  const incident = incidents.value.get(id);
  const to = useSignal<State | null>(wanted);
  const busy = useSignal(false);
  const steps = incident ? stepsOf(incident) : [];
  const step = async (ask: MoveAsk): Promise<void> => {
    if (busy.value) return;
    busy.value = true;
    if (await takeStep(id, ask)) shut();
    busy.value = false;
  };
  const choose = (state: State): void => {
    if (!incident) return;
    if (state === "merged") {
      shut();
      beginMerging(id);
    } else if (asksNothing(incident, state)) void step({ to: state });
    else to.value = state;
  };
  const press = (event: KeyboardEvent): void => {
    const field = event.target instanceof HTMLElement && event.target.matches("input, select");
    const state = steps[(Number(event.key) + 9) % 10]; // 0 is the tenth
    if (field || !/^[0-9]$/.test(event.key) || !state) return;
    event.preventDefault();
    choose(state);
  };
  return (
    <Dialog title={`${word("nextStepOf")} ${id}`} leave={shut} testid="move-dialog">
      {steps.length === 0 && <p>{word("noStep")}</p>}
      <ol class="reason-list" onKeyDown={press}>
        {steps.map((state, index) => (
          <li key={state}>
            <button
              type="button"
              class="reason"
              autofocus={index === 0}
              aria-pressed={to.value === state}
              disabled={busy.value}
              onClick={() => choose(state)}
            >
              <kbd>{(index + 1) % 10}</kbd>
              {incident && stepWord(incident.state, state)}
            </button>
          </li>
        ))}
      </ol>
      {incident && to.value && (
        <StepForm key={to.value} incident={incident} to={to.value} busy={busy.value} step={step} />
      )}
    </Dialog>
  );
}

interface StepFormProps {
  incident: Incident;
  to: State;
  busy: boolean;
  step: (ask: MoveAsk) => Promise<void>;
}

/** What a step asks: why, whose it is, to which city, how good it was. */
function StepForm({ incident, to, busy, step }: StepFormProps) {
  const reason = useSignal("");
  const partner = useSignal("");
  const rating = useSignal("5");
  const crews = crewsAt(incident.id);
  const crew = useSignal(crews[0]?.id ?? "");
  const [needsReason, needsCrew] = [asksReason(incident.state, to), asksCrew(incident, to)];
  useLayoutEffect(() => document.getElementById("step-first")?.focus(), []);
  const submit = (event: Event): void => {
    event.preventDefault();
    const ask: MoveAsk = { to };
    if (reason.value.trim()) ask.reason = reason.value.trim();
    if (needsCrew) ask.assignment = crew.value;
    if (to === "handed_off" && partner.value.trim()) ask.partner = partner.value.trim();
    if (to === "rated") ask.rating = Number(rating.value);
    void step(ask);
  };
  return (
    <form class="report-form" onSubmit={submit}>
      {needsCrew && (
        <label class="field">
          <span>{word("crewOf")}</span>
          <select
            id="step-first"
            value={crew.value}
            onChange={(event) => (crew.value = event.currentTarget.value)}
          >
            {crews.map((one) => (
              <option key={one.id} value={one.id}>
                {unitName(one.unit)}
              </option>
            ))}
          </select>
        </label>
      )}
      {needsReason && (
        <label class="field">
          <span>{word("reason")}</span>
          <input
            id="step-first"
            required
            maxLength={1000}
            value={reason.value}
            onInput={(event) => (reason.value = event.currentTarget.value)}
          />
        </label>
      )}
      {to === "handed_off" && (
        <label class="field">
          <span>{word("partner")}</span>
          <input
            value={partner.value}
            onInput={(event) => (partner.value = event.currentTarget.value)}
          />
        </label>
      )}
      {to === "rated" && (
        <label class="field">
          <span>{word("rating")}</span>
          <input
            id="step-first"
            type="number"
            min={1}
            max={5}
            value={rating.value}
            onInput={(event) => (rating.value = event.currentTarget.value)}
          />
        </label>
      )}
      <div class="button-row">
        <button type="submit" class="button" disabled={busy}>
          {stepWord(incident.state, to)} <kbd>Enter</kbd>
        </button>
      </div>
    </form>
  );
}
