import { useState } from "preact/hooks";
import { Dialog } from "../design/Dialog";
import type { Problem } from "../service/ask";
import { numbered, rollBack } from "./actions";
import { when } from "./figures";
import { Refusal } from "./PublishDialog";
import { busy, rollingBack, versions } from "./state";
import { say } from "./words";

/** Back to an earlier version, in one step and with a reason. */
export function RollBackDialog() {
  const [current, ...earlier] = versions.value;
  const [to, setTo] = useState(String(earlier[0]?.number ?? ""));
  const [why, setWhy] = useState("");
  const [refused, setRefused] = useState<Problem | null>(null);
  const send = async (event: Event) => {
    event.preventDefault();
    setRefused(null);
    setRefused(await rollBack(Number(to), why.trim()));
  };
  return (
    <Dialog title={say("rollBackTitle")} leave={() => (rollingBack.value = false)} testid="roll-back-dialog">
      <form class="publish-form" onSubmit={(event) => void send(event)}>
        <p>{say("rollBackText")}</p>
        <p>
          {say("current")}: <b>{current && numbered(current.number)}</b> {current?.why}
        </p>
        <label class="field">
          <span>{say("rollBackTo")}</span>
          <select name="to" value={to} onChange={(event) => setTo(event.currentTarget.value)}>
            {earlier.map((version) => (
              <option key={version.number} value={String(version.number)}>
                {numbered(version.number)} · {when(version.published_at)} · {version.published_by}{" "}
                {version.why}
              </option>
            ))}
          </select>
        </label>
        <label class="field">
          <span>{say("why")}</span>
          <input
            name="why"
            required
            maxLength={500}
            value={why}
            onInput={(event) => setWhy(event.currentTarget.value)}
          />
        </label>
        {refused && <Refusal problem={refused} />}
        <div class="button-row">
          <button class="button danger" type="submit" data-testid="roll-back-do" disabled={busy.value}>
            {say("rollBackDo")}
          </button>
          <button class="button quiet" type="button" onClick={() => (rollingBack.value = false)}>
            {say("cancel")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
