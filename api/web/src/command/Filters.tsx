import type { Signal } from "@preact/signals";
import { domains, zones } from "../frame/book";
import { nameOf } from "../frame/words";
import type { State } from "../service/shapes";
import { word, type CaseWord } from "./case_words";
import {
  filterDomain,
  filterState,
  filterWhose,
  filterZone,
  order,
  type Order,
  type Whose,
} from "./filters";

const STATES: readonly State[] = [
  "reported",
  "accepted",
  "dispatched",
  "acknowledged",
  "en_route",
  "on_scene",
  "handled",
  "feedback",
  "verified",
  "returned",
  "suspended",
];
const WHOSE: readonly Whose[] = ["everybody", "unassigned", "mine"];
const ORDERS: readonly (readonly [Order, CaseWord])[] = [
  ["due", "sortDue"],
  ["oldest", "sortOldest"],
  ["newest", "sortNewest"],
  ["gravity", "sortGravity"],
];

/** What the queue shows, and in which order. */
export function Filters() {
  return (
    <div class="filters" data-testid="filters">
      <Choice
        id="filter-whose"
        label={word("who")}
        chosen={filterWhose}
        options={WHOSE.map((whose) => [whose, word(whose)])}
      />
      <Choice
        label={word("state")}
        chosen={filterState}
        options={[["", word("anyState")], ...STATES.map((state): Option => [state, word(state)])]}
      />
      <Choice
        label={word("zone")}
        chosen={filterZone}
        options={[
          ["", word("anyZone")],
          ...[...zones.value.values()].map((zone): Option => [zone.code, `${zone.code} ${nameOf(zone)}`]),
        ]}
      />
      <Choice
        label={word("domain")}
        chosen={filterDomain}
        options={[
          ["", word("anyDomain")],
          ...[...domains.value.values()].map((domain): Option => [domain.code, nameOf(domain)]),
        ]}
      />
      <Choice
        label={word("sort")}
        chosen={order}
        options={ORDERS.map(([one, says]) => [one, word(says)])}
      />
    </div>
  );
}

type Option = readonly [value: string, says: string];

interface ChoiceProps<T extends string> {
  id?: string;
  label: string;
  chosen: Signal<T>;
  options: readonly Option[];
}

function Choice<T extends string>({ id, label, chosen, options }: ChoiceProps<T>) {
  return (
    <select
      id={id}
      aria-label={label}
      value={chosen.value}
      onChange={(event) => (chosen.value = event.currentTarget.value as T)}
    >
      {options.map(([value, says]) => (
        <option key={value} value={value}>
          {says}
        </option>
      ))}
    </select>
  );
}
