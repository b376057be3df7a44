import { signal } from "@preact/signals";
import { inWords, say } from "../frame/words";
import type { Problem } from "../service/ask";

interface Notice {
  id: number;
  text: () => string;
  bad: boolean;
}

const SHOWN_MS = 6_000;

const notices = signal<readonly Notice[]>([]);
let last = 0;

function put(text: () => string, bad: boolean): void {
  const id = ++last;
  notices.value = [...notices.value, { id, text, bad }];
  // What went wrong stays until it is put away; what went well goes by itself.
  if (!bad) window.setTimeout(() => drop(id), SHOWN_MS);
}

function drop(id: number): void {
  notices.value = notices.value.filter((notice) => notice.id !== id);
}

/** Says that something was done; the words follow the language of the screen. */
export function tell(text: () => string): void {
  put(text, false);
}

/** Says why the service refused; it stays until it is put away. */
export function tellProblem(problem: Problem): void {
  put(() => inWords(problem), true);
}

/** Where notices appear; once on each page. */
export function Notices() {
  return (
    <div class="notices" role="status" data-testid="notices">
      {notices.value.map(({ id, text, bad }) => (
        <p key={id} class={bad ? "notice bad" : "notice"}>
          {text()}
          <button type="button" aria-label={say("close")} onClick={() => drop(id)}>
            ×
          </button>
        </p>
      ))}
    </div>
  );
}
