import type { ComponentChildren } from "preact";
import { inWords } from "../frame/words";
import { readDraft } from "./actions";
import type { Report } from "./shapes";
import { openedId, report } from "./state";
import { say } from "./words";

/** The report of the open draft, once it is there; while it is worked out, and if it is refused. */
export function WithReport({ show }: { show: (told: Report) => ComponentChildren }) {
  const told = report.value;
  if (told.state === "ready") return <>{show(told.value)}</>;
  if (told.state === "refused") {
    return (
      <div class="alert" role="alert">
        {inWords(told.problem)}
        <button
          class="link"
          type="button"
          onClick={() => openedId.value !== null && void readDraft(openedId.value)}
        >
          {say("retry")}
        </button>
      </div>
    );
  }
  return (
    <div aria-busy="true">
      <p class="empty">{say("readingFile")}</p>
      <div class="skeleton tall" />
      <div class="skeleton tall" />
    </div>
  );
}
