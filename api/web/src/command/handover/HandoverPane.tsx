/** Handovers on the left, and the dialog in which both sign. */

import "./handover.css";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Dialog } from "../../design/Dialog";
import { may, session } from "../../frame/book";
import { inWords } from "../../frame/words";
import { timeOf } from "../clock_time";
import {
  busy,
  close,
  draft,
  handovers,
  kept,
  notes,
  open,
  openDraft,
  openKept,
  printAddress,
  problem,
  readHandovers,
  signIn,
  signOut,
  type Handover,
  type HandoverRecord,
} from "./handover";
import { SheetTables } from "./SheetTables";
import { say } from "./words";

export function HandoverPane() {
  const listed = handovers.value;
  useEffect(() => void readHandovers(), []);
  return (
    <section class="list-pane" aria-label={say("handover")}>
      <div class="pane-head">
        <h2>{say("handover")}</h2>
        <span class="spring" />
        {may("dispatch_crew") && (
          <button type="button" class="button small" data-testid="hand-over" onClick={() => void openDraft()}>
            {say("write")}
          </button>
        )}
      </div>
      {listed.state === "refused" && <p class="alert">{inWords(listed.problem)}</p>}
      {listed.state === "loading" && <div class="skeleton tall" aria-busy="true" />}
      {listed.state === "ready" &&
        (listed.value.length === 0 ? (
          <p class="empty">{say("none")}</p>
        ) : (
          <ol class="list" aria-label={say("past")}>
            {listed.value.map((one) => (
              <Row key={one.id} one={one} />
            ))}
          </ol>
        ))}
      <HandoverDialog />
    </section>
  );
}

function Row({ one }: { one: Handover }) {
  return (
    <li>
      <button type="button" class="row" onClick={() => void openKept(one.id)}>
        <span class="row-what">{timeOf(Date.parse(one.at))}</span>
        <span class={one.taken_by ? "row-figure timely" : "row-figure late"}>
          {one.taken_by ?? say("waits")}
        </span>
        <span class="row-more">
          {one.id} · {one.by}
        </span>
      </button>
    </li>
  );
}

function HandoverDialog() {
  const shown = open.value;
  if (shown.state === "closed") return null;
  return (
    <Dialog title={say("sheet")} leave={close} wide testid="handover">
      {shown.state === "draft" ? <Draft /> : <Kept />}
      {problem.value && (
        <p class="alert" role="alert">
          {inWords(problem.value)}
        </p>
      )}
    </Dialog>
  );
}

function Draft() {
  const sheet = draft.value;
  if (sheet.state === "refused") return <p class="alert">{inWords(sheet.problem)}</p>;
  if (sheet.state !== "ready") return <div class="skeleton tall" aria-busy="true" />;
  return (
    <>
      <SheetTables sheet={sheet.value} />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void signOut();
        }}
      >
        <label class="field">
          <span>{say("notes")}</span>
          <textarea
            rows={3}
            maxLength={4000}
            value={notes.value}
            onInput={(event) => (notes.value = event.currentTarget.value)}
          />
        </label>
        <div class="button-row">
          <button type="submit" class="button" disabled={busy.value} data-testid="sign-out">
            {say("sign")} · {session.value?.name}
          </button>
        </div>
      </form>
    </>
  );
}

function Kept() {
  const record = kept.value;
  if (record.state === "refused") return <p class="alert">{inWords(record.problem)}</p>;
  if (record.state !== "ready") return <div class="skeleton tall" aria-busy="true" />;
  const one = record.value;
  return (
    <>
      <SheetTables sheet={one.sheet} />
      <h3>{say("notes")}</h3>
      <p class="handover-notes">{one.notes || say("nothing")}</p>
      <dl class="signatures" data-testid="signatures">
        <dt>{say("signed")}</dt>
        <dd>
          {one.by} · {timeOf(Date.parse(one.at))}
        </dd>
        <dt>{say("taken")}</dt>
        <dd>
          {one.taken_by && one.taken_at
            ? `${one.taken_by} · ${timeOf(Date.parse(one.taken_at))}`
            : say("waits")}
        </dd>
      </dl>
      {one.taken_by === null && may("dispatch_crew") && <Coming one={one} />}
      <a class="button quiet small" href={printAddress(one.id)} target="_blank" rel="noreferrer">
        {say("print")}
      </a>
    </>
  );
}

/** Whoever comes signs with name, password and code; the session of whoever leaves goes on. */
function Coming({ one }: { one: HandoverRecord }) {
  const name = useSignal("");
  const password = useSignal("");
  const code = useSignal("");
  const field = (held: { value: string }) => ({
    value: held.value,
    onInput: (event: { currentTarget: HTMLInputElement }) => (held.value = event.currentTarget.value),
  });
  return (
    <form
      class="coming"
      aria-label={say("coming")}
      onSubmit={(event) => {
        event.preventDefault();
        void signIn(one.id, name.value, password.value, code.value);
      }}
    >
      <label class="field">
        <span>{say("name")}</span>
        <input autoComplete="off" required {...field(name)} />
      </label>
      <label class="field">
        <span>{say("password")}</span>
        <input type="password" autoComplete="off" required {...field(password)} />
      </label>
      <label class="field">
        <span>{say("code")}</span>
        <input inputMode="numeric" autoComplete="off" {...field(code)} />
      </label>
      <button type="submit" class="button" disabled={busy.value} data-testid="sign-in">
        {say("takeOver")}
      </button>
    </form>
  );
}
