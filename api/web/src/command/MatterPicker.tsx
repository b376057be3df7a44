import { useSignal } from "@preact/signals";
import { domains, matters } from "../frame/book";
import { nameOf } from "../frame/words";
import type { Matter } from "../service/shapes";
import { chooseMatters } from "./actions";
import { chosenMatters } from "./state";
import { say } from "./words";

const SHOWN = 40;

/** The matters the incident is about, picked from the list of powers by search. */
export function MatterPicker() {
  const chosen = chosenMatters.value;
  return (
    <section class="matters">
      <h3>{say("matters")}</h3>
      <ul class="chips" data-testid="matters">
        {chosen.map((code) => (
          <Chip key={code} code={code} />
        ))}
      </ul>
      <Search />
    </section>
  );
}

function Chip({ code }: { code: string }) {
  const matter = matters.value.get(code);
  const others = chosenMatters.value.filter((other) => other !== code);
  return (
    <li class="chip">
      <span class="chip-domain">{matter ? domainOf(matter) : ""}</span>
      <span class="chip-name" title={code}>
        {matter ? nameOf(matter) : code}
      </span>
      <button
        type="button"
        aria-label={`${say("removeMatter")} ${code}`}
        onClick={() => chooseMatters(others)}
      >
        ×
      </button>
    </li>
  );
}

function Search() {
  const typed = useSignal("");
  const active = useSignal(0);
  const open = useSignal(false);
  const found = open.value ? find(typed.value) : [];
  const take = (matter: Matter | undefined): void => {
    if (!matter) return;
    chooseMatters([...chosenMatters.value, matter.code]);
    typed.value = "";
    active.value = 0;
    open.value = false;
  };
  const press = (event: KeyboardEvent): void => {
    if (event.key === "ArrowDown") active.value = Math.min(active.value + 1, found.length - 1);
    else if (event.key === "ArrowUp") active.value = Math.max(active.value - 1, 0);
    else if (event.key === "Enter") take(found[active.value]);
    else if (event.key === "Escape") open.value = false;
    else if (event.key === "Backspace" && typed.value === "") {
      chooseMatters(chosenMatters.value.slice(0, -1));
    } else return;
    if (event.key !== "Escape") event.preventDefault();
  };
  return (
    <div class="picker">
      <label class="search">
        <input
          id="matter-search"
          role="combobox"
          aria-expanded={open.value}
          aria-controls="matter-list"
          autocomplete="off"
          placeholder={say("matterSearch")}
          value={typed.value}
          onFocus={() => (open.value = true)}
          onBlur={() => (open.value = false)}
          onInput={(event) => {
            typed.value = event.currentTarget.value;
            active.value = 0;
            open.value = true;
          }}
          onKeyDown={press}
        />
        <kbd>/</kbd>
      </label>
      {open.value && (
        <ul class="options" id="matter-list" role="listbox">
          {found.slice(0, SHOWN).map((matter, index) => (
            <Option key={matter.code} matter={matter} active={index === active.value} take={take} />
          ))}
          {found.length === 0 && <li class="options-note">{say("matterNone")}</li>}
          {found.length > SHOWN && <li class="options-note">{say("matterMore")}</li>}
        </ul>
      )}
    </div>
  );
}

interface OptionProps {
  matter: Matter;
  active: boolean;
  take: (matter: Matter) => void;
}

function Option({ matter, active, take }: OptionProps) {
  return (
    <li
      role="option"
      aria-selected={active}
      class="option"
      // The field would lose the focus, and with it the list, before a click arrives.
      onMouseDown={(event) => {
        event.preventDefault();
        take(matter);
      }}
    >
      <span>{nameOf(matter)}</span>
      <span class="aside">
        {domainOf(matter)} · {matter.code}
      </span>
    </li>
  );
}

function domainOf(matter: Matter): string {
  const domain = domains.value.get(matter.domain);
  return domain ? nameOf(domain) : matter.domain;
}

function find(typed: string): Matter[] {
  const words = typed.trim().toLowerCase().split(/\s+/);
  const chosen = new Set(chosenMatters.value);
  return [...matters.value.values()].filter((matter) => {
    if (chosen.has(matter.code)) return false;
    const text = `${matter.code} ${matter.name} ${matter.name_en} ${domainOf(matter)}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
