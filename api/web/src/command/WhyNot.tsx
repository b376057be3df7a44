import { useSignal, type Signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { may, officers, units } from "../frame/book";
import { clockface, inWords, nameOf } from "../frame/words";
import type { Fetched } from "../frame/screen";
import { Refused } from "../service/ask";
import { cases } from "./case_service";
import type { WhyNot as Answer } from "./case_shapes";
import { word } from "./case_words";
import { choose, unitName } from "./dispatching";

const SHOWN = 8;
const SENT: ReadonlySet<string> = new Set(["crew", "drone"]);

interface Candidate {
  code: string;
  name: string;
  aside: string;
}

/** Why not …?  Any unit or officer is looked for, and the suggestion says why it is not there. */
export function WhyNot({ suggestion }: { suggestion: string }) {
  const typed = useSignal("");
  const active = useSignal(0);
  const open = useSignal(false);
  const answer = useSignal<Fetched<Answer>>({ state: "idle" });
  useEffect(() => {
    answer.value = { state: "idle" };
  }, [suggestion]);
  const found = open.value && typed.value.trim() ? find(typed.value) : [];
  const take = (candidate: Candidate | undefined): void => {
    if (!candidate) return;
    typed.value = candidate.name;
    open.value = false;
    void look(suggestion, candidate.code, answer);
  };
  const press = (event: KeyboardEvent): void => {
    if (event.key === "ArrowDown") active.value = Math.min(active.value + 1, found.length - 1);
    else if (event.key === "ArrowUp") active.value = Math.max(active.value - 1, 0);
    else if (event.key === "Enter") take(found[active.value]);
    else return;
    event.preventDefault();
  };
  return (
    <section class="why-not" data-testid="why-not">
      <h3>
        {word("whyNot")} <kbd>w</kbd>
      </h3>
      <div class="picker">
        <div class="search">
          <input
            id="why-not-search"
            role="combobox"
            aria-label={word("whyNotSearch")}
            aria-expanded={found.length > 0}
            aria-controls="why-not-list"
            autocomplete="off"
            placeholder={word("whyNotSearch")}
            value={typed.value}
            onFocus={(event) => {
              event.currentTarget.select();
              open.value = true;
            }}
            onBlur={() => (open.value = false)}
            onInput={(event) => {
              typed.value = event.currentTarget.value;
              active.value = 0;
              open.value = true;
            }}
            onKeyDown={press}
          />
        </div>
        {open.value && typed.value.trim() && (
          <ul class="options upward" id="why-not-list" role="listbox">
            {found.map((candidate, index) => (
              <li
                key={candidate.code}
                role="option"
                class="option"
                aria-selected={index === active.value}
                onMouseDown={(event) => {
                  event.preventDefault();
                  take(candidate);
                }}
              >
                <span>{candidate.name}</span>
                <span class="aside">{candidate.aside}</span>
              </li>
            ))}
            {found.length === 0 && <li class="options-note">{word("whyNotNone")}</li>}
          </ul>
        )}
      </div>
      <Said answer={answer.value} />
    </section>
  );
}

async function look(
  suggestion: string,
  unit: string,
  answer: Signal<Fetched<Answer>>,
): Promise<void> {
  answer.value = { state: "loading" };
  const asked = new AbortController();
  try {
    answer.value = { state: "ready", value: await cases.whyNot(suggestion, unit, asked.signal) };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    answer.value = { state: "refused", problem: error.problem };
  }
}

function Said({ answer }: { answer: Fetched<Answer> }) {
  if (answer.state === "idle") return null;
  if (answer.state === "loading") return <p class="aside">{word("asking")}</p>;
  if (answer.state === "refused") return <p class="alert">{inWords(answer.problem)}</p>;
  const { unit, proposed, reasons, arrival_s, later_s } = answer.value;
  const sendable = SENT.has(units.value.get(unit)?.kind ?? "") && proposed.length === 0;
  return (
    <div class="why-said" data-testid="why-not-answer" role="status">
      <b>{unitName(unit)}</b>
      {proposed.map(({ kind, rank }) => (
        <span key={kind}>
          {word("proposedAs")} {rank}
        </span>
      ))}
      {reasons.map((reason) => (
        <span key={reason.en}>{inWords(reason)}</span>
      ))}
      {arrival_s !== null && (
        <span class="figures">
          {word("wouldArrive")} {clockface(arrival_s)}
          {later_s !== null && later_s > 0 && ` · ${word("later")} ${clockface(later_s)}`}
        </span>
      )}
      {sendable && may("dispatch_crew") && (
        <button type="button" class="button quiet small" onClick={() => choose({ unit })}>
          {word("sendAllTheSame")}
        </button>
      )}
    </div>
  );
}

function find(typed: string): Candidate[] {
  const words = typed.trim().toLowerCase().split(/\s+/);
  const hits: Candidate[] = [];
  const offer = (code: string, name: string, aside: string): void => {
    const text = `${code} ${name} ${aside}`.toLowerCase();
    if (words.every((one) => text.includes(one))) hits.push({ code, name, aside });
  };
  for (const unit of units.value.values()) offer(unit.code, nameOf(unit), `${unit.code} ${unit.call_sign ?? ""}`);
  for (const officer of officers.value.values()) {
    if (hits.length >= SHOWN) break;
    offer(officer.id, officer.name, `${officer.id} · ${unitName(officer.crew)}`);
  }
  // Whoever types a code means it, and not those whose codes begin with it.
  const exact = typed.trim().toLowerCase();
  hits.sort((a, b) => Number(b.code.toLowerCase() === exact) - Number(a.code.toLowerCase() === exact));
  return hits.slice(0, SHOWN);
}
