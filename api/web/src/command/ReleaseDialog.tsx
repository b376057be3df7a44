import { useSignal } from "@preact/signals";
import { Dialog } from "../design/Dialog";
import type { Outcome } from "./case_shapes";
import { word } from "./case_words";
import { assignments } from "./cases";
import { shut } from "./dialogs";
import { release, unitName } from "./dispatching";

const OUTCOMES: readonly Exclude<Outcome, "merged">[] = [
  "done",
  "called_off",
  "refused",
  "silent",
  "mistake",
];

/** Sets a crew free: how it ended, each way with a digit. */
export function ReleaseDialog({ assignment }: { assignment: string }) {
  const reason = useSignal("");
  const one = assignments.value.get(assignment);
  const end = async (outcome: Outcome): Promise<void> => {
    if (await release(assignment, outcome, reason.value.trim())) shut();
  };
  const press = (event: KeyboardEvent): void => {
    const field = event.target instanceof HTMLElement && event.target.matches("input");
    const outcome = OUTCOMES[Number(event.key) - 1];
    if (field || !outcome) return;
    event.preventDefault();
    void end(outcome);
  };
  return (
    <Dialog
      title={`${word("releaseOf")} ${unitName(one?.unit ?? "")}`}
      leave={shut}
      testid="release-dialog"
    >
      <div class="reason-list" onKeyDown={press}>
        <ol>
          {OUTCOMES.map((outcome, index) => (
            <li key={outcome}>
              <button
                type="button"
                class="reason"
                autofocus={index === 0}
                onClick={() => void end(outcome)}
              >
                <kbd>{index + 1}</kbd>
                {word(outcome)}
              </button>
            </li>
          ))}
        </ol>
        <label class="field">
          <span>{word("reason")}</span>
          <input
            value={reason.value}
            onInput={(event) => (reason.value = event.currentTarget.value)}
          />
        </label>
      </div>
    </Dialog>
  );
}
