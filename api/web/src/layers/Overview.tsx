import { inWords } from "../frame/words";
import { choose, numbered, openDraft } from "./actions";
import { sayKind } from "./kind_words";
import { KINDS, type ChecklistRow, type KindName, type LayerDraft } from "./shapes";
import {
  checklist,
  chosenDrafts,
  openDrafts,
  openedId,
  publishedIn,
  publishing,
  toPublish,
} from "./state";
import { number, when } from "./figures";
import { say } from "./words";

/** Every kind: how many are published, by which version, and what is on its way. */
export function Overview() {
  const parts = new Map(checklist.value?.parts.map((part) => [part.kind, part]));
  return (
    <>
      <Missing />
      <Drafts />
      <table class="table kinds" data-testid="kinds">
        <thead>
          <tr>
            <th scope="col">{say("kind")}</th>
            <th scope="col" class="number">
              {say("count")}
            </th>
            <th scope="col">{say("version")}</th>
          </tr>
        </thead>
        <tbody>
          {KINDS.map((kind) => (
            <KindRow key={kind} kind={kind} part={parts.get(kind)} />
          ))}
        </tbody>
      </table>
    </>
  );
}

function KindRow({ kind, part }: { kind: KindName; part: ChecklistRow | undefined }) {
  const version = publishedIn.value.get(kind);
  const missing = part?.count === 0;
  return (
    <tr data-kind={kind}>
      <th scope="row">{sayKind(kind)}</th>
      <td class="number">
        {missing ? <span class="tag bad">{say("missing")}</span> : part ? number(part.count) : "–"}
      </td>
      <td>
        {version ? (
          <span title={`${when(version.published_at)} ${version.published_by}`}>
            {numbered(version.number)}
          </span>
        ) : (
          <span class="aside">{missing ? "–" : say("asLoaded")}</span>
        )}
      </td>
    </tr>
  );
}

/** What one's own city still lacks, with the next step of each part. */
function Missing() {
  const told = checklist.value;
  if (!told) return null;
  const steps = told.parts.filter((part) => part.state !== "published");
  if (steps.length === 0) return null;
  return (
    <section class="missing-parts">
      <h3>{say("missingParts")}</h3>
      <ul>
        {steps.map((part) => (
          <li key={part.kind}>
            <b>{inWords(part.name)}</b>
            {part.needed && <span class="tag bad">{say("needed")}</span>}
            {part.next && <span class="aside">{inWords(part.next)}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Drafts that are neither published nor dropped; some are chosen to be published together. */
function Drafts() {
  const shown = openDrafts.value;
  return (
    <section class="drafts">
      <h3>
        {say("openDrafts")} <span class="count">{shown.length}</span>
      </h3>
      {shown.length === 0 ? (
        <p class="empty">{say("noDrafts")}</p>
      ) : (
        <ul data-testid="drafts">
          {shown.map((draft) => (
            <DraftRow key={draft.id} draft={draft} />
          ))}
        </ul>
      )}
      {toPublish.value.length > 0 && (
        <button
          class="button"
          type="button"
          data-testid="publish-chosen"
          onClick={() => (publishing.value = true)}
        >
          {say("publishChosen")} ({toPublish.value.length})
        </button>
      )}
    </section>
  );
}

function DraftRow({ draft }: { draft: LayerDraft }) {
  return (
    <li class="draft-row" data-draft={draft.id} aria-current={openedId.value === draft.id}>
      <input
        type="checkbox"
        aria-label={`${say("choose")} ${draft.id}`}
        checked={chosenDrafts.value.includes(draft.id)}
        disabled={!draft.may_be_published}
        onChange={(event) => choose(draft.id, event.currentTarget.checked)}
      />
      <button type="button" onClick={() => openDraft(draft.id, { look: true })}>
        <span class="draft-what">
          {sayKind(draft.kind)} <Counts draft={draft} />
        </span>
        <span class="draft-file">
          {draft.file} · {number(draft.rows)} {say("rows")}
        </span>
        <span class="draft-id">
          {draft.id} · {draft.loaded_by} · {when(draft.loaded_at)}
        </span>
      </button>
    </li>
  );
}

/** How a draft stands, in words and numbers. */
export function Counts({ draft }: { draft: LayerDraft }) {
  const { error, warning } = draft.counts;
  return (
    <>
      {error > 0 && (
        <span class="tag bad">
          {error} {say("error")}
        </span>
      )}
      {warning > 0 && (
        <span class="tag warn">
          {warning} {say("warning")}
        </span>
      )}
      {draft.state === "reviewed" && <span class="tag good">{say("reviewed")}</span>}
      {draft.state === "published" && <span class="tag good">{say("published")}</span>}
      {draft.state === "dropped" && <span class="tag">{say("dropped")}</span>}
    </>
  );
}
