import { signal } from "@preact/signals";
import { Dialog } from "../design/Dialog";
import { may } from "../frame/book";
import { inWords } from "../frame/words";
import { closeDraft, leaveDraft, openDraft, readDrafts } from "./actions";
import { NewDraft } from "./NewDraft";
import type { EditMade, Plan, PlanState } from "./shapes";
import { draft, drafts, edits, editable } from "./state";
import { dayTime, say } from "./words";

const beginning = signal(false);
const closing = signal(false);
const showAll = signal(false);

const STATE_WORDS = {
  draft: "draft",
  planned: "planned",
  published: "published",
  closed: "closedState",
} as const satisfies Record<PlanState, string>;

/** The list of plans; with one open, how it stands and what was done to it. */
export function Drafts() {
  return (
    <nav class="drafts" aria-label={say("drafts")}>
      <header class="pane-head">
        <h2>{say("drafts")}</h2>
        <span class="spring" />
        {may("draw_plans") && (
          <button class="button" type="button" onClick={() => (beginning.value = true)}>
            {say("newDraft")}
          </button>
        )}
      </header>
      {draft.value ? <OpenDraft plan={draft.value} /> : <List />}
      {beginning.value && <NewDraft leave={() => (beginning.value = false)} />}
    </nav>
  );
}

function List() {
  const listed = drafts.value;
  if (listed.state === "refused") {
    return (
      <div class="alert" role="alert">
        {inWords(listed.problem)}
        <button class="button quiet" type="button" onClick={() => void readDrafts()}>
          {say("retry")}
        </button>
      </div>
    );
  }
  if (listed.state !== "ready") return <div class="skeleton" role="status" aria-label={say("loading")} />;
  const shown = listed.value.filter(
    ({ state }) => showAll.value || state === "draft" || state === "planned",
  );
  return (
    <>
      <label class="check">
        <input
          type="checkbox"
          checked={showAll.value}
          onChange={(event) => (showAll.value = event.currentTarget.checked)}
        />
        {say("showClosed")}
      </label>
      {shown.length === 0 ? (
        <div class="empty">
          <p>{say("noDrafts")}</p>
          <p>{say("noDraftsText")}</p>
        </div>
      ) : (
        <ul class="draft-list" data-testid="drafts">
          {shown.map((plan) => (
            <li key={plan.id}>
              <button class="draft-row" type="button" onClick={() => void openDraft(plan.id)}>
                <span class="draft-name">{plan.name}</span>
                <StateTag state={plan.state} />
                <span class="aside">
                  {plan.id} · {plan.changed_by} · {dayTime(plan.changed_at)}
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function StateTag({ state }: { state: PlanState }) {
  return <span class={`tag state-${state}`}>{say(STATE_WORDS[state])}</span>;
}

function OpenDraft({ plan }: { plan: Plan & { moved: Record<string, unknown> } }) {
  return (
    <section class="open-draft" data-testid="open-draft" data-id={plan.id} data-version={plan.version}>
      <button class="link" type="button" onClick={() => back()}>
        ← {say("backToList")}
      </button>
      <h3>
        {plan.name} <StateTag state={plan.state} />
      </h3>
      <dl class="facts">
        <dt>{say("by")}</dt>
        <dd>{plan.hands.join("、") || plan.made_by}</dd>
        <dt>{say("movedGrids")}</dt>
        <dd data-testid="moved">{Object.keys(plan.moved).length}</dd>
        <dt>{say("base")}</dt>
        <dd>{plan.base.slice(0, 8)}</dd>
      </dl>
      {!editable.value && <p class="aside">{say("readOnly")}</p>}
      <h4>{say("history")}</h4>
      <History made={edits.value} step={plan.step} />
      {editable.value && (
        <button class="button quiet" type="button" onClick={() => (closing.value = true)}>
          {say("closeDraft")}
        </button>
      )}
      {closing.value && <CloseDialog />}
    </section>
  );
}

function back(): void {
  leaveDraft();
  void readDrafts();
}

function History({ made, step }: { made: readonly EditMade[]; step: number }) {
  if (made.length === 0) return <p class="aside">{say("noEdits")}</p>;
  return (
    <ol class="history" data-testid="history">
      {[...made].reverse().map((one) => (
        <li key={one.number} class={one.number > step ? "undone" : undefined}>
          <EditWords made={one} />
          {one.number > step && <span class="tag">{say("undone")}</span>}
        </li>
      ))}
    </ol>
  );
}

/** One edit in a line: what, how many grids, by whom and when. */
export function EditWords({ made }: { made: EditMade }) {
  const { op, grids, zone, zones } = made.edit;
  const parts = [opWord(op), grids?.length ? `${grids.length}` : "", zones?.join(" "), zone && `→ ${zone}`];
  return (
    <>
      <b>{parts.filter(Boolean).join(" ")}</b>{" "}
      <span class="aside">
        {made.by} · {dayTime(made.at)}
      </span>
    </>
  );
}

const OPS = {
  assign: "opAssign",
  put: "opAssign",
  brush: "opAssign",
  enclose: "opAssign",
  cut: "cut",
  redraw: "opRedraw",
  split: "split",
  merge: "merge",
  lock: "lock",
  unlock: "unlock",
  terms: "opTerms",
  rebase: "rebase",
} as const;

/** What an edit is called; the service's own word for one that is new here. */
function opWord(op: string): string {
  const word = (OPS as Record<string, (typeof OPS)[keyof typeof OPS] | undefined>)[op];
  return word ? say(word) : op;
}

function CloseDialog() {
  const leave = () => (closing.value = false);
  return (
    <Dialog title={say("closeDraft")} leave={leave}>
      <p>{say("closeSure")}</p>
      <div class="button-row">
        <button
          class="button danger"
          type="button"
          onClick={() => {
            leave();
            void closeDraft();
          }}
        >
          {say("closeDraft")}
        </button>
        <button class="button quiet" type="button" onClick={leave}>
          {say("cancel")}
        </button>
      </div>
    </Dialog>
  );
}
