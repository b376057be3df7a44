import { signal } from "@preact/signals";
import { inWords, say } from "../frame/words";
import type { Problem } from "../service/ask";

/** Something that may be done about what was said, for as long as the notice stands. */
export interface NoticeDeed {
  word: () => string;
  key?: string;
  act: () => void;
}

interface Notice {
  id: number;
  text: () => string;
  bad: boolean;
  deed: NoticeDeed | null;
}

const SHOWN_MS = 6_000;
const SHOWN_WITH_DEED_MS = 20_000;

const notices = signal<readonly Notice[]>([]);
let last = 0;

function put(text: () => string, bad: boolean, deed: NoticeDeed | null = null): () => void {
  const id = ++last;
  notices.value = [...notices.value, { id, text, bad, deed }];
  // What went wrong stays until it is put away; what went well goes by itself.
  if (!bad) window.setTimeout(() => drop(id), deed ? SHOWN_WITH_DEED_MS : SHOWN_MS);
  return () => drop(id);
}

function drop(id: number): void {
  notices.value = notices.value.filter((notice) => notice.id !== id);
}

/** Says that something was done, and what may be done about it; answers how to put that away. */
export function tell(text: () => string, deed?: NoticeDeed): () => void {
  return put(text, false, deed);
}

/** Says why the service refused; it stays until it is put away. */
export function tellProblem(problem: Problem): void {
  put(() => inWords(problem), true);
}

/** Says what went wrong in words of the view; it stays until it is put away. */
export function tellFailure(text: () => string): void {
  put(text, true);
}

/** Where notices appear; once on each page. */
export function Notices() {
  return (
    <div class="notices" role="status" data-testid="notices">
      {notices.value.map((notice) => (
        <NoticeRow key={notice.id} notice={notice} />
      ))}
    </div>
  );
}

function NoticeRow({ notice: { id, text, bad, deed } }: { notice: Notice }) {
  return (
    <p class={bad ? "notice bad" : "notice"}>
      {text()}
      {deed && (
        <button
          type="button"
          class="notice-deed"
          onClick={() => {
            drop(id);
            deed.act();
          }}
        >
          {deed.word()} {deed.key && <kbd>{deed.key}</kbd>}
        </button>
      )}
      <button type="button" aria-label={say("close")} onClick={() => drop(id)}>
        ×
      </button>
    </p>
  );
}
