import type { Signal } from "@preact/signals";
import { inWords } from "../frame/words";
import { word } from "./case_words";
import { reasons } from "./cases";

/** A reason that says nothing by itself. */
const NEEDS_NOTE = "other";

interface ReasonsProps {
  chosen: Signal<string>;
  note: Signal<string>;
  /** Called once the reason says enough. */
  settle: () => void;
}

/** Why another than the first is sent: each reason has a digit, and a note goes with it. */
export function Reasons({ chosen, note, settle }: ReasonsProps) {
  const take = (code: string): void => {
    chosen.value = code;
    if (code === NEEDS_NOTE && !note.peek().trim()) document.getElementById("reason-note")?.focus();
    else settle();
  };
  const press = (event: KeyboardEvent): void => {
    const field = event.target instanceof HTMLElement && event.target.matches("input, textarea");
    const reason = reasons.value[Number(event.key) - 1];
    if (field || !reason) return;
    event.preventDefault();
    take(reason.code);
  };
  return (
    <div class="reason-list" onKeyDown={press}>
      <p class="aside">{word("whyThisText")}</p>
      <ol>
        {reasons.value.map((reason, index) => (
          <li key={reason.code}>
            <button
              type="button"
              class="reason"
              autofocus={index === 0}
              aria-pressed={chosen.value === reason.code}
              onClick={() => take(reason.code)}
            >
              <kbd>{index + 1}</kbd>
              {inWords(reason)}
            </button>
          </li>
        ))}
      </ol>
      <label class="field">
        <span>{word("note")}</span>
        <input
          id="reason-note"
          value={note.value}
          onInput={(event) => (note.value = event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || !chosen.value) return;
            event.preventDefault();
            settle();
          }}
        />
      </label>
    </div>
  );
}
