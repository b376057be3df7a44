import { useState } from "preact/hooks";
import { Dialog } from "../design/Dialog";
import { language } from "../frame/screen";
import { inWords } from "../frame/words";
import { choose, publish } from "./actions";
import { inBeijing } from "./figures";
import { sayKind } from "./kind_words";
import { Counts } from "./Overview";
import type { FlawedProblem } from "./shapes";
import { busy, publishing, toPublish } from "./state";
import { say } from "./words";

const MOST_TOLD = 20;

/** Drafts that belong together, published as one version, now or at a time. */
export function PublishDialog() {
  const [why, setWhy] = useState("");
  const [later, setLater] = useState(false);
  const [at, setAt] = useState("");
  const [refused, setRefused] = useState<FlawedProblem | null>(null);
  const set = toPublish.value;
  const send = async (event: Event) => {
    event.preventDefault();
    setRefused(null);
    const ids = set.map((draft) => draft.id);
    setRefused(await publish({ drafts: ids, why: why.trim(), at: later ? inBeijing(at) : null }));
  };
  return (
    <Dialog title={say("publishTitle")} leave={() => (publishing.value = false)} testid="publish-dialog">
      <form class="publish-form" onSubmit={(event) => void send(event)}>
        <p>{say("setHint")}</p>
        <ul class="set">
          {set.map((draft) => (
            <li key={draft.id}>
              <b>{sayKind(draft.kind)}</b> {draft.file} <code>{draft.id}</code> <Counts draft={draft} />
              <button
                class="close"
                type="button"
                aria-label={`${say("cancel")} ${draft.id}`}
                onClick={() => choose(draft.id, false)}
              >
                ×
              </button>
            </li>
          ))}
        </ul>
        <label class="field">
          <span>{say("why")}</span>
          <input
            name="why"
            required
            maxLength={500}
            value={why}
            placeholder={say("whyHint")}
            onInput={(event) => setWhy(event.currentTarget.value)}
          />
        </label>
        <fieldset class="when">
          <legend class="hidden-label">{say("publishLater")}</legend>
          <label class="check">
            <input type="radio" name="when" checked={!later} onChange={() => setLater(false)} />
            {say("publishNow")}
          </label>
          <label class="check">
            <input type="radio" name="when" value="later" checked={later} onChange={() => setLater(true)} />
            {say("publishLater")}
          </label>
          {later && (
            <label class="field">
              <span>{say("publishAt")}</span>
              <input
                type="datetime-local"
                name="at"
                required
                value={at}
                onInput={(event) => setAt(event.currentTarget.value)}
              />
            </label>
          )}
        </fieldset>
        {refused && <Refusal problem={refused} />}
        <div class="button-row">
          <button
            class="button"
            type="submit"
            data-testid="publish-do"
            disabled={busy.value || set.length === 0}
          >
            {say(later ? "planIt" : "publishNow")}
          </button>
          <button class="button quiet" type="button" onClick={() => (publishing.value = false)}>
            {say("cancel")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** Why nothing was published; what was typed stays. */
export function Refusal({ problem }: { problem: FlawedProblem }) {
  return (
    <div class="alert" role="alert" data-testid="refused">
      <b>{say("whatStands")}</b> {inWords(problem)}
      {inWords(problem) !== problem.en && <small lang="en">{problem.en}</small>}
      {problem.errors && (
        <ul>
          {problem.errors.slice(0, MOST_TOLD).map((one, at) => (
            <li key={at}>
              {one.where}: {language.value === "zh" ? (one.zh ?? one.message) : one.message}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
