import { matters, units, zones } from "../frame/book";
import { duration, inWords, nameOf, shortName, wallClock } from "../frame/words";
import type { Case, GroupBy } from "./shapes";
import { ARRIVALS, by, cases, group, line, opened, openFigure, report } from "./state";
import { pointAt } from "./LeaderMap";
import { count, percent, say } from "./words";

/** What the open figure is made of: its groups, and the cases behind it. */
export function CasePane() {
  const shown = line.value;
  return (
    <aside class="detail leader-cases" aria-label={say("cases")}>
      {shown && (
        <>
          <div class="pane-head">
            <h2>{inWords(shown)}</h2>
            <span class="count">{percent(shown.found.share)}</span>
          </div>
          {shown.code === ARRIVALS && <ArrivalTimes />}
          <Groups />
          {shown.code !== ARRIVALS && <Cases />}
        </>
      )}
    </aside>
  );
}

/** What a group is called in the language of the screen. */
export function groupName(kind: GroupBy, name: string): string {
  if (!name) return say("nowhere");
  if (kind === "kind") return say(name === "visit" ? "visit" : "report");
  const book = { zone: zones, unit: units, matter: matters }[kind].value;
  const thing = book.get(name);
  return thing ? (kind === "matter" ? shortName(thing) : nameOf(thing)) : name;
}

function ArrivalTimes() {
  const told = report.value.state === "ready" ? report.value.value.arrivals : null;
  if (!told) return null;
  const [half, ninth] = told.percentiles;
  return (
    <p class="leader-arrivals">
      {say("arrivalTimes")}：
      {half && (
        <span>
          {say("half")} <b>{duration(half.value_s)}</b>
        </span>
      )}
      {ninth && (
        <span>
          {say("ninth")} <b>{duration(ninth.value_s)}</b>
        </span>
      )}
      {told.unrecorded > 0 && (
        <span class="aside">
          {say("unrecorded")} {count(told.unrecorded)}
        </span>
      )}
    </p>
  );
}

/** The groups of the open figure, the lowest share first: there something is to be done. */
function Groups() {
  const shown = line.value;
  if (!shown) return null;
  const rows = Object.entries(shown.groups).sort(
    ([, left], [, right]) => (left.share ?? 2) - (right.share ?? 2),
  );
  if (rows.length === 0) return <p class="empty">{say("noneInSpan")}</p>;
  return (
    <ul class="groups" aria-label={say("groups")} data-testid="groups">
      <li>
        <button
          type="button"
          aria-pressed={group.value === null}
          onClick={() => openFigure(opened.value)}
        >
          <span>{say("all")}</span>
          <span class="aside">
            {count(shown.found.hits)} / {count(shown.found.of)}
          </span>
          <b>{percent(shown.found.share)}</b>
        </button>
      </li>
      {rows.map(([name, share]) => (
        <li key={name}>
          <button
            type="button"
            aria-pressed={group.value === name}
            style={{ "--share": `${100 * (share.share ?? 0)}%` }}
            onClick={() => openFigure(opened.value, name)}
          >
            <span>{groupName(by.value, name)}</span>
            <span class="aside">
              {count(share.hits)} / {count(share.of)}
            </span>
            <b>{percent(share.share)}</b>
          </button>
        </li>
      ))}
    </ul>
  );
}

function Cases() {
  const asked = cases.value;
  if (asked.state === "refused") {
    return (
      <p class="alert" role="alert">
        {inWords(asked.problem)}
      </p>
    );
  }
  if (asked.state !== "ready") return <div class="skeleton tall" aria-busy="true" />;
  const { items, more } = asked.value;
  return (
    <section class="case-list">
      <h3>
        {say("cases")} <span class="count">{count(items.length)}</span>
      </h3>
      {more && <p class="aside">{say("moreCases")}</p>}
      {items.length === 0 && <p class="empty">{say("noCases")}</p>}
      <ol data-testid="cases">
        {items.map((one, at) => (
          <CaseRow key={one.id ?? at} one={one} />
        ))}
      </ol>
    </section>
  );
}

function CaseRow({ one }: { one: Case }) {
  const matter = matters.value.get(one.matter ?? "");
  return (
    <li>
      <button type="button" class="case" onClick={() => pointAt(one.lon_lat)}>
        <span
          class={one.counts ? "mark-counts" : "mark-not"}
          role="img"
          aria-label={say(one.counts ? "counts" : "countsNot")}
        >
          {one.counts ? "●" : "○"}
        </span>
        <span>{matter ? shortName(matter) : (one.matter ?? "—")}</span>
        <time>{wallClock(Date.parse(one.reported_at))}</time>
        <span class="aside">
          {one.id ?? say("pastCase")} · {groupName("zone", one.zone ?? "")}
        </span>
      </button>
    </li>
  );
}
