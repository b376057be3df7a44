import { useSignal } from "@preact/signals";
import { Dialog } from "../design/Dialog";
import { word } from "./case_words";
import { crewsAt } from "./cases";
import { shut, type Choice } from "./dialogs";
import { contactOf, isFirst, send, sending, unitName, unitOf, type Why } from "./dispatching";
import { Reasons } from "./Reasons";
import { subject } from "./state";

/** Before another than the first goes, or one more: with which reason, or that it is wanted. */
export function SendDialog({ choice, reinforces }: { choice: Choice; reinforces: boolean }) {
  const reason = useSignal("");
  const note = useSignal("");
  const first = isFirst(choice);
  const settle = async (): Promise<void> => {
    const why: Why = reinforces ? { reinforces } : {};
    if (reason.value) why.reason = reason.value;
    if (note.value.trim()) why.note = note.value.trim();
    if (await send(choice, why)) shut();
  };
  const there = crewsAt(subject.value?.incident ?? "").map((one) => unitName(one.unit));
  return (
    <Dialog title={`${word("send")} ${unitName(unitOf(choice))}`} leave={shut} testid="send-dialog">
      <p class="contact">{contactOf(unitOf(choice))}</p>
      {reinforces && (
        <p class="warned">
          {word("reinforceText")} {there.join("、")}
        </p>
      )}
      {!first && (
        <>
          <h3>{word("whyThis")}</h3>
          <Reasons chosen={reason} note={note} settle={() => void settle()} />
        </>
      )}
      <div class="button-row">
        <button
          type="button"
          class="button"
          autofocus={first}
          disabled={sending.value || (!first && !reason.value)}
          onClick={() => void settle()}
        >
          {word(reinforces ? "reinforce" : "send")} <kbd>Enter</kbd>
        </button>
      </div>
    </Dialog>
  );
}
