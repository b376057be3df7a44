import { useState } from "preact/hooks";
import { may, session } from "../frame/book";
import { choose, dropDraft, review } from "./actions";
import { addressOf } from "./address";
import { Copied } from "./Connect";
import { when } from "./figures";
import type { LayerDraft } from "./shapes";
import { busy, chosenDrafts, isOpen, opened, publishing } from "./state";
import { say } from "./words";

/** A second person's word for the draft, and its way into the city. */
export function Release() {
  const shown = opened.value;
  if (shown.state !== "ready") return null;
  const draft = shown.value.value;
  if (!isOpen(draft)) return <p class="empty">{say("closed")}</p>;
  return (
    <div class="release">
      <Review draft={draft} />
      <section>
        <h3>{say("publish")}</h3>
        <div class="button-row">
          <button
            class="button"
            type="button"
            data-testid="publish"
            disabled={!draft.may_be_published || !may("publish_layers") || busy.value}
            onClick={() => {
              choose(draft.id, true);
              publishing.value = true;
            }}
          >
            {say("publishThis")}
          </button>
          <label class="check">
            <input
              type="checkbox"
              disabled={!draft.may_be_published}
              checked={chosenDrafts.value.includes(draft.id)}
              onChange={(event) => choose(draft.id, event.currentTarget.checked)}
            />
            {say("addToSet")}
          </label>
        </div>
        {!draft.may_be_published && <p class="aside">{say("reviewErrors")}</p>}
      </section>
      <Drop />
    </div>
  );
}

function Review({ draft }: { draft: LayerDraft }) {
  const [remark, setRemark] = useState("");
  const own = draft.edited_by.includes(session.value?.name ?? "");
  const hands = draft.edited_by.join("、");
  return (
    <section>
      <h3>{say("reviewTitle")}</h3>
      <p class="aside">
        {say("hands")}: {hands}
      </p>
      {draft.review ? (
        <p data-testid="review">
          <span class="tag good">{say("reviewDone")}</span> {draft.review.by} · {when(draft.review.at)}
          {draft.review.remark && <q>{draft.review.remark}</q>}
        </p>
      ) : draft.counts.error > 0 ? (
        <p class="aside">{say("reviewErrors")}</p>
      ) : own ? (
        <Copied label={say("reviewNeeds")} text={addressOf(draft.id)} />
      ) : (
        <form
          class="review-form"
          onSubmit={(event) => {
            event.preventDefault();
            void review(remark).then((done) => done && setRemark(""));
          }}
        >
          <label class="field">
            <span>{say("reviewRemark")}</span>
            <textarea
              name="remark"
              rows={2}
              maxLength={500}
              value={remark}
              onInput={(event) => setRemark(event.currentTarget.value)}
            />
          </label>
          <button class="button" type="submit" data-testid="review-do" disabled={busy.value}>
            {say("reviewDo")}
          </button>
        </form>
      )}
    </section>
  );
}

/** Pressed twice, the draft is dropped: its rows go, its record stays. */
function Drop() {
  const [asked, setAsked] = useState(false);
  return (
    <section>
      <button
        class={asked ? "button danger" : "button quiet"}
        type="button"
        data-testid="drop"
        disabled={busy.value}
        onBlur={() => setAsked(false)}
        onClick={() => (asked ? void dropDraft() : setAsked(true))}
      >
        {say(asked ? "dropAsk" : "dropDraft")}
      </button>
    </section>
  );
}
