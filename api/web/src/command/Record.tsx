import { may } from "../frame/book";
import { inWords, nameOf } from "../frame/words";
import type { Incident } from "../service/shapes";
import type { Entry, Whistle } from "./case_shapes";
import { word } from "./case_words";
import { record } from "./cases";
import { timeOf } from "./clock_time";
import { Countdown } from "./Countdown";
import { show } from "./dialogs";
import { unitName } from "./dispatching";
import { addNote, asksNothing, stepsOf, stepWord, takeStep } from "./moves";
import { noteDrafts, writeNote } from "./reporting";
import { beginMerging } from "./merging";
import { place } from "./state";
import { callWhistle } from "./whistling";

/** All on record of an incident: what may follow, what is due, what happened, the newest first. */
export function Record({ incident }: { incident: Incident }) {
  const told = record.value;
  return (
    <section class="record" data-testid="record">
      <Steps incident={incident} />
      <Deadlines incident={incident} />
      {told.state === "refused" && <p class="alert">{inWords(told.problem)}</p>}
      {told.state === "loading" && <div class="skeleton tall" aria-busy="true" />}
      {told.state === "ready" && (
        <>
          <Whistles incident={incident.id} whistles={told.value.whistles} />
          <ol class="timeline" data-testid="timeline">
            {told.value.entries.toReversed().map((entry, index) => (
              <EntryRow key={told.value.entries.length - index} entry={entry} />
            ))}
          </ol>
        </>
      )}
      <NoteForm incident={incident.id} />
    </section>
  );
}

function Steps({ incident }: { incident: Incident }) {
  if (!may("move_incident")) return null;
  const take = (to: Incident["state"]): void => {
    if (to === "merged") beginMerging(incident.id);
    else if (asksNothing(incident, to)) void takeStep(incident.id, { to });
    else show({ dialog: "move", incident: incident.id, to });
  };
  return (
    <div class="steps button-row" aria-label={word("nextStep")} role="group">
      {stepsOf(incident).map((to) => (
        <button key={to} type="button" class="button quiet small" onClick={() => take(to)}>
          {stepWord(incident.state, to)}
        </button>
      ))}
    </div>
  );
}

function Deadlines({ incident: { deadlines } }: { incident: Incident }) {
  if (deadlines.length === 0) return null;
  return (
    <ul class="deadlines" aria-label={word("deadlines")} data-testid="deadlines">
      {deadlines.map(({ kind, due_at, unit, about }) => (
        <li key={`${kind} ${about ?? ""} ${unit ?? ""}`}>
          <span>
            {word(kind)} {unit && <span class="aside">{unitName(unit)}</span>}
          </span>
          <Countdown at={Date.parse(due_at)} />
        </li>
      ))}
    </ul>
  );
}

function Whistles({ incident, whistles }: { incident: string; whistles: readonly Whistle[] }) {
  const at = place.value;
  const areas = at.state === "ready" ? at.value.areas : [];
  const caller = areas.findLast((area) => area.tier === "township") ?? areas.at(-1);
  return (
    <div class="whistles">
      {whistles.map((whistle) => (
        <p key={whistle.id} class="whistle">
          <b>{whistle.id}</b> {whistle.by} {word("whistleFor")}{" "}
          {[...whistle.units.map(unitName), ...whistle.bodies].join("、")}
          {whistle.answers.map((answer) => (
            <span key={answer.party} class="tag">
              {unitName(answer.party)} {word(answer.says)}
            </span>
          ))}
          {whistle.closed_at === null && (
            <Countdown at={Date.parse(whistle.answer_by)} label={word("answerBy")} />
          )}
        </p>
      ))}
      {may("whistle") && caller && whistles.every((one) => one.closed_at !== null) && (
        <button
          type="button"
          class="button quiet small"
          onClick={() => void callWhistle(incident, caller.code)}
        >
          {word("whistle")} · {nameOf(caller)} <kbd>b</kbd>
        </button>
      )}
    </div>
  );
}

function EntryRow({ entry }: { entry: Entry }) {
  return (
    <li class={`entry entry-${entry.said.code}`}>
      <time>{timeOf(Date.parse(entry.at))}</time>
      <div>
        <span class="entry-said">{inWords(entry.said)}</span>
        {entry.reason && <q>{entry.reason}</q>}
        <span class="aside">{entry.by ?? word("byItself")}</span>
        {entry.because.length > 0 && (
          <details>
            <summary>
              {word("because")} <span class="count">{entry.because.length}</span>
            </summary>
            {entry.because.map((reason) => (
              <span key={reason.en}>{inWords(reason)}</span>
            ))}
          </details>
        )}
      </div>
    </li>
  );
}

/** A note stays as it was written; one that was refused stays in the field. */
function NoteForm({ incident }: { incident: string }) {
  if (!may("move_incident")) return null;
  const text = noteDrafts.value.get(incident) ?? "";
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (!text.trim()) return;
    if (await addNote(incident, text.trim())) writeNote(incident, "");
  };
  return (
    <form class="note-form" onSubmit={(event) => void submit(event)}>
      <input
        id="note"
        aria-label={word("noteWrite")}
        placeholder={word("noteWrite")}
        maxLength={1000}
        value={text}
        onInput={(event) => writeNote(incident, event.currentTarget.value)}
      />
      <button type="submit" class="button small" disabled={!text.trim()}>
        {word("noteSend")}
      </button>
      <kbd>a</kbd>
    </form>
  );
}
