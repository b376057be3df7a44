import { leader } from "./service";
import type { GroupBy, Span } from "./shapes";
import { by, choose, day, span, step, wanted } from "./state";
import { say } from "./words";

const SPANS: readonly Span[] = ["week", "month", "year"];
const GROUPS: readonly GroupBy[] = ["zone", "unit", "matter", "kind"];

/** Which span is looked at, and by what it is grouped. */
export function Choices() {
  return (
    <form class="leader-choices" onSubmit={(event) => event.preventDefault()}>
      <div class="segments" role="radiogroup" aria-label={say("span")}>
        {SPANS.map((each) => (
          <label key={each}>
            <input
              type="radio"
              name="span"
              checked={span.value === each}
              onChange={() => choose({ span: each })}
            />
            <span>{say(each)}</span>
          </label>
        ))}
      </div>
      <button class="button quiet" type="button" aria-label={say("earlier")} onClick={() => step(-1)}>
        ‹
      </button>
      <label class="field inline">
        <span class="hidden-label">{say("day")}</span>
        <input
          type="date"
          value={day.value}
          onChange={(event) => choose({ day: event.currentTarget.value })}
        />
      </label>
      <button class="button quiet" type="button" aria-label={say("later")} onClick={() => step(1)}>
        ›
      </button>
      <label class="field inline">
        <span>{say("groupBy")}</span>
        <select
          data-testid="by"
          value={by.value}
          onChange={(event) => choose({ by: event.currentTarget.value as GroupBy })}
        >
          {GROUPS.map((each) => (
            <option key={each} value={each}>
              {say(each)}
            </option>
          ))}
        </select>
      </label>
      <span class="spring" />
      <a class="button quiet" href={leader.tableAt(wanted.value)} download>
        {say("csv")}
      </a>
    </form>
  );
}
