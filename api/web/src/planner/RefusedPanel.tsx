import { inWords } from "../frame/words";
import { dropRefused, mayRepair, repairRefused, sendAgain } from "./edits";
import { refused, sendingEdit } from "./state";
import { say } from "./words";

/** An edit that was not taken: every reason, and the ways on.  What was drawn stays until then. */
export function RefusedPanel() {
  const left = refused.value;
  if (!left) return null;
  const reasons = left.problem.errors ?? [];
  return (
    <section class="refused" role="alertdialog" aria-label={say("notTaken")} data-testid="refused">
      <h3>{say("notTaken")}</h3>
      {reasons.length === 0 ? (
        <p>{inWords(left.problem)}</p>
      ) : (
        <ul>
          {reasons.map((one, at) => (
            <li key={at}>{inWords({ zh: one.zh ?? one.message, en: one.message })}</li>
          ))}
        </ul>
      )}
      {mayRepair() && <p class="aside">{say("repairText")}</p>}
      <div class="button-row">
        {mayRepair() && (
          <button
            class="button"
            type="button"
            disabled={sendingEdit.value}
            onClick={repairRefused}
          >
            {say("takeRepair")}
          </button>
        )}
        {left.problem.code !== "edit_refused" && (
          <button class="button" type="button" disabled={sendingEdit.value} onClick={sendAgain}>
            {say("retry")}
          </button>
        )}
        <button class="button quiet" type="button" onClick={dropRefused}>
          {say("dropEdit")} <kbd>Esc</kbd>
        </button>
      </div>
    </section>
  );
}
