import "../design/phone.css";
import "./reporter.css";
import { city } from "../frame/book";
import { begin } from "./actions";
import { Done } from "./Done";
import { Follow } from "./Follow";
import { ReportForm } from "./ReportForm";
import { sent, tab } from "./state";
import { say } from "./words";

export { begin };

export const open = async (): Promise<void> => undefined;

/** Two things to do: report something, or see how far it is. */
export function View() {
  const opened = city.value;
  if (!opened) return null;
  const written = sent.value;
  const over = written.state === "done" || written.state === "photos";
  return (
    <main class="phone reporter">
      <div class="tabs" role="tablist">
        {(["report", "progress"] as const).map((one) => (
          <button
            key={one}
            type="button"
            role="tab"
            id={`tab-${one}`}
            aria-selected={tab.value === one}
            aria-controls="pane"
            onClick={() => (tab.value = one)}
          >
            {say(one)}
          </button>
        ))}
      </div>
      <div id="pane" role="tabpanel" aria-labelledby={`tab-${tab.value}`}>
        {tab.value === "progress" ? (
          <Follow />
        ) : over ? (
          <Done written={written} />
        ) : (
          <ReportForm city={opened} />
        )}
      </div>
    </main>
  );
}
