import { useSignal } from "@preact/signals";
import { Dialog } from "../design/Dialog";
import { workOnIncident } from "./actions";
import { word } from "./case_words";
import { shut } from "./dialogs";
import { takeStep } from "./moves";
import { incidents } from "./state";

/** Says once more which incident goes into which; its crews go on to the other. */
export function MergeDialog({ incident, into }: { incident: string; into: string }) {
  const reason = useSignal(word("mergeReason"));
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (!(await takeStep(incident, { to: "merged", into, reason: reason.value.trim() }))) return;
    shut();
    workOnIncident(into);
  };
  return (
    <Dialog title={word("mergeTitle")} leave={shut} testid="merge-dialog">
      <form class="report-form" onSubmit={(event) => void submit(event)}>
        <p>
          <b>{incident}</b> {incidents.value.get(incident)?.text}
        </p>
        <p>
          {word("mergeInto")} <b>{into}</b> {incidents.value.get(into)?.text}
        </p>
        <label class="field">
          <span>{word("reason")}</span>
          <input
            required
            autofocus
            value={reason.value}
            onInput={(event) => (reason.value = event.currentTarget.value)}
          />
        </label>
        <div class="button-row">
          <button type="submit" class="button">
            {word("mergeDo")} <kbd>Enter</kbd>
          </button>
        </div>
      </form>
    </Dialog>
  );
}

