import { inWords } from "../frame/words";
import { closeDraft, openDraft, showDraft } from "./actions";
import { Difference } from "./Difference";
import { when, number } from "./figures";
import { Findings } from "./Findings";
import { nameOfCrs, sayKind } from "./kind_words";
import { Counts } from "./Overview";
import { ReadColumns } from "./ReadColumns";
import { Release } from "./Release";
import type { LayerDraft } from "./shapes";
import { draftTab, meanwhile, opened, openedId, report, type DraftTab } from "./state";
import { Tabs } from "./Tabs";
import { say, type Word } from "./words";

const TABS: readonly { tab: DraftTab; word: Word }[] = [
  { tab: "findings", word: "findings" },
  { tab: "difference", word: "difference" },
  { tab: "columns", word: "columns" },
  { tab: "release", word: "release" },
];

const PARTS = {
  findings: Findings,
  difference: Difference,
  columns: ReadColumns,
  release: Release,
} as const;

/** Right of the map: one draft, with all that is known of it. */
export function DraftPane() {
  const shown = opened.value;
  const Part = PARTS[draftTab.value];
  return (
    <aside class="pane draft-pane" aria-label={say("draft")} data-testid="draft">
      <div class="pane-head">
        <h2>{openedId.value}</h2>
        <span class="spring" />
        <button class="close" type="button" aria-label={say("close")} onClick={closeDraft}>
          ×
        </button>
      </div>
      {shown.state === "refused" && (
        <p class="alert" role="alert">
          {inWords(shown.problem)}
          <button
            class="link"
            type="button"
            onClick={() => openedId.value !== null && openDraft(openedId.value)}
          >
            {say("retry")}
          </button>
        </p>
      )}
      {shown.state === "loading" && <div class="skeleton" aria-busy="true" />}
      {shown.state === "ready" && (
        <>
          <Head draft={shown.value.value} />
          <Meanwhile draft={shown.value.value} />
          <Tabs
            name="draft"
            tabs={TABS.map(({ tab, word }) => ({ tab, text: say(word), count: countOf(tab) }))}
            chosen={draftTab.value}
            choose={(tab) => (draftTab.value = tab)}
          />
          <div
            class="pane-body"
            role="tabpanel"
            id="draft-panel"
            aria-labelledby={`draft-${draftTab.value}`}
            tabIndex={0}
          >
            <Part />
          </div>
        </>
      )}
    </aside>
  );
}

function countOf(tab: DraftTab): number | undefined {
  const told = report.value;
  if (told.state !== "ready") return undefined;
  if (tab === "findings") return told.value.findings.length;
  const differs = told.value.difference;
  if (tab !== "difference" || !differs) return undefined;
  return differs.added.length + differs.removed.length + differs.moved.length + differs.altered.length;
}

function Head({ draft }: { draft: LayerDraft }) {
  return (
    <div class="draft-head">
      <p>
        <b>{sayKind(draft.kind)}</b> <Counts draft={draft} />
        <button class="link" type="button" onClick={() => void showDraft(draft.id)}>
          {say("map")}
        </button>
      </p>
      <p class="aside">
        {draft.file} · {number(draft.rows)} {say("rows")} · {nameOfCrs(draft.crs)}
      </p>
      <p class="aside">
        {draft.loaded_by} · {when(draft.loaded_at)} · {draft.source}
      </p>
    </div>
  );
}

/** What others did while somebody was looking. */
function Meanwhile({ draft }: { draft: LayerDraft }) {
  const what = meanwhile.value;
  if (what === null) return null;
  const word = ({ edited: "editedMeanwhile", gone: "goneMeanwhile", city: "cityMeanwhile" } as const)[what];
  return (
    <p class="meanwhile" role="status" data-testid="meanwhile">
      <span>
        {say(word)} {what === "edited" && <b>{draft.edited_by.at(-1)}</b>}
      </span>
      <button class="close" type="button" aria-label={say("close")} onClick={() => (meanwhile.value = null)}>
        ×
      </button>
    </p>
  );
}
