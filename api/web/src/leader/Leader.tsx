/** The leader's view: indicators of a span, what they are made of, and where that was. */

import "./leader.css";
import { city } from "../frame/book";
import { inWords, wallClock } from "../frame/words";
import { Bulletins } from "./Bulletins";
import { CasePane } from "./CasePane";
import { Choices } from "./Choices";
import { IndicatorTable } from "./IndicatorTable";
import { LeaderMap } from "./LeaderMap";
import { lines, read, report } from "./state";
import { count, dayOf, say } from "./words";

export { begin, open } from "./state";

export function View() {
  const served = city.value;
  if (!served) return null;
  return (
    <main class="leader">
      <section class="leader-figures" aria-label={say("indicators")}>
        <Choices />
        <Figures />
        <Bulletins />
      </section>
      <section class="leader-map stage" aria-label={say("map")}>
        <LeaderMap city={served} />
      </section>
      <CasePane />
    </main>
  );
}

function Figures() {
  const asked = report.value;
  if (asked.state === "refused") {
    return (
      <div class="alert" role="alert">
        <p>{inWords(asked.problem)}</p>
        <button class="button quiet" type="button" onClick={() => void read()}>
          {say("retry")}
        </button>
      </div>
    );
  }
  if (asked.state !== "ready") {
    return (
      <div aria-busy="true">
        <span class="hidden-label">{say("loading")}</span>
        {[1, 2, 3, 4, 5].map((row) => (
          <div class="skeleton" key={row} />
        ))}
      </div>
    );
  }
  const { since, until, now, reported } = asked.value;
  const last = new Date(Date.parse(until) - 1).toISOString();
  return (
    <>
      <p class="leader-span" data-testid="span">
        <b>
          {dayOf(since)} – {dayOf(last)}
        </b>
        <span>
          {say("reported")} <b data-testid="reported">{count(reported.at(-1) ?? 0)}</b>
        </span>
        <span class="aside">
          {say("knownAt")} {wallClock(Date.parse(now))}
        </span>
      </p>
      {lines.value.every(({ found }) => found.of === 0) && (
        <p class="empty" data-testid="nothing">
          {say("noneInSpan")}
        </p>
      )}
      <IndicatorTable reported={reported} />
    </>
  );
}
