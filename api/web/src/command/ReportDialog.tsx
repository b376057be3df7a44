import { useSignal } from "@preact/signals";
import { Dialog } from "../design/Dialog";
import { word } from "./case_words";
import { shut, type Choice } from "./dialogs";
import { contactOf, isFirst, reportAndSend, sending, unitName, unitOf, type Why } from "./dispatching";
import { PlaceSearch } from "./PlaceSearch";
import { Reasons } from "./Reasons";
import { draft, write } from "./reporting";
import { subject } from "./state";

/** A new incident: where, what, who said so; and who is sent at once, if somebody is. */
export function ReportDialog({ then }: { then: Choice | null }) {
  const reason = useSignal("");
  const note = useSignal("");
  const { text, name, phone, visit } = draft.value;
  const at = subject.value;
  const asks = then !== null && !isFirst(then);
  const ready = at !== null && at.incident === null && !(asks && !reason.value);
  const settle = async (): Promise<void> => {
    if (!ready) return;
    const why: Why = {};
    if (reason.value) why.reason = reason.value;
    if (note.value.trim()) why.note = note.value.trim();
    if (await reportAndSend(then, why)) shut();
  };
  return (
    <Dialog title={word("reportTitle")} leave={shut} testid="report-dialog">
      <form
        class="report-form"
        onSubmit={(event) => {
          event.preventDefault();
          void settle();
        }}
      >
        {then === null && <PlaceSearch />}
        {at && <p class="aside">{at.lonLat.map((degrees) => degrees.toFixed(5)).join(", ")}</p>}
        {then !== null && (
          <p class="warned">
            {word("willSend")} <b>{unitName(unitOf(then))}</b> · {contactOf(unitOf(then))}
          </p>
        )}
        <label class="field">
          <span>{word("reportText")}</span>
          <input
            id="report-text"
            autofocus={then !== null || at !== null}
            maxLength={4000}
            value={text}
            onInput={(event) => write({ text: event.currentTarget.value })}
          />
        </label>
        <div class="two">
          <label class="field">
            <span>{word("reporterName")}</span>
            <input
              maxLength={100}
              autocomplete="off"
              value={name}
              onInput={(event) => write({ name: event.currentTarget.value })}
            />
          </label>
          <label class="field">
            <span>{word("reporterPhone")}</span>
            <input
              type="tel"
              maxLength={40}
              autocomplete="off"
              value={phone}
              onInput={(event) => write({ phone: event.currentTarget.value })}
            />
          </label>
        </div>
        {then === null && (
          <label class="check">
            <input
              type="checkbox"
              checked={visit}
              onChange={(event) => write({ visit: event.currentTarget.checked })}
            />
            {word("reportVisit")}
          </label>
        )}
        {asks && (
          <>
            <h3>{word("whyThis")}</h3>
            <Reasons chosen={reason} note={note} settle={() => void settle()} />
          </>
        )}
        <div class="button-row">
          <button type="submit" class="button" disabled={!ready || sending.value}>
            {word(then ? "reportAndSend" : "reportOnly")} <kbd>Enter</kbd>
          </button>
          {!at && <span class="aside">{word("reportNeedsPlace")}</span>}
        </div>
      </form>
    </Dialog>
  );
}
