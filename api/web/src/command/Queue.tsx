import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { matters } from "../frame/book";
import { duration, shortName } from "../frame/words";
import type { Incident } from "../service/shapes";
import { workOnIncident } from "./actions";
import { ageLevel } from "./ageing";
import { say as sayRule } from "./automation/words";
import { word } from "./case_words";
import { crewsAt } from "./cases";
import { timeOf } from "./clock_time";
import { Countdown } from "./Countdown";
import { show } from "./dialogs";
import { unitName } from "./dispatching";
import { dueOf } from "./due";
import { Filters } from "./Filters";
import { clearFilters, filtersSet, filtersShown, queue } from "./filters";
import { quarterMinute } from "./quarter_minute";
import { openIncidents, queueCursor, queueFilter, subject } from "./state";
import { say } from "./words";
import { zoneOf } from "./zone_of";

const SHOWN_AT_ONCE = 150;

/** Open incidents, what is due soonest on top; each ages visibly. */
export function Queue() {
  const most = useSignal(SHOWN_AT_ONCE);
  const all = queue.value;
  const marked = all.findIndex((incident) => incident.id === queueCursor.value);
  const shown = all.slice(0, Math.max(most.value, marked + 1));
  return (
    <aside class="queue" aria-label={say("queue")}>
      <div class="pane-head">
        <h2>{say("queue")}</h2>
        <span class="count" data-testid="queue-count">
          {all.length === openIncidents.value.size ? all.length : `${all.length} / ${openIncidents.value.size}`}
        </span>
        <span class="spring" />
        <button
          type="button"
          class="button quiet small"
          aria-haspopup="dialog"
          data-testid="automation-button"
          onClick={() => show({ dialog: "automation" })}
        >
          {sayRule("short")}
        </button>
        <button
          type="button"
          class="button quiet small"
          aria-expanded={filtersShown.value}
          data-testid="filters-button"
          onClick={() => (filtersShown.value = !filtersShown.value)}
        >
          {word("filters")}
          {filtersSet.value > 0 && ` ${filtersSet.value}`} <kbd>f</kbd>
        </button>
      </div>
      <label class="search">
        <input
          id="queue-search"
          type="search"
          placeholder={say("queueSearch")}
          value={queueFilter.value}
          onInput={(event) => (queueFilter.value = event.currentTarget.value)}
          onKeyDown={(event) => {
            const first = queue.value[0];
            if (event.key !== "Enter" || !first) return;
            event.currentTarget.blur();
            workOnIncident(first.id);
          }}
        />
        <kbd>/</kbd>
      </label>
      {filtersShown.value && <Filters />}
      {all.length === 0 ? (
        <p class="empty">
          {say(openIncidents.value.size ? "queueNoMatch" : "queueEmpty")}
          {filtersSet.value > 0 && (
            <button type="button" class="button quiet small" onClick={clearFilters}>
              {word("clearFilters")}
            </button>
          )}
        </p>
      ) : (
        <ol class="incidents">
          {shown.map((incident) => (
            <QueueRow key={incident.id} incident={incident} />
          ))}
          {shown.length < all.length && (
            <li>
              <button
                type="button"
                class="button quiet small"
                onClick={() => (most.value += SHOWN_AT_ONCE)}
              >
                {word("more")} · {all.length - shown.length}
              </button>
            </li>
          )}
        </ol>
      )}
    </aside>
  );
}

function QueueRow({ incident }: { incident: Incident }) {
  const row = useRef<HTMLLIElement>(null);
  const open = subject.value?.incident === incident.id;
  const marked = queueCursor.value === incident.id;
  useEffect(() => {
    if (marked) row.current?.scrollIntoView({ block: "nearest" });
  }, [marked]);
  const waited = quarterMinute.value - Date.parse(incident.reported_at);
  const first = matters.value.get(incident.matters[0] ?? "");
  const due = dueOf(incident);
  const zone = zoneOf(incident.lon_lat);
  return (
    <li ref={row}>
      <button
        type="button"
        class={`incident age-${ageLevel(waited)}`}
        aria-current={open}
        data-marked={marked}
        data-id={incident.id}
        onClick={() => workOnIncident(incident.id)}
      >
        <span class="incident-what">{first ? shortName(first) : incident.matters[0]}</span>
        <span class="incident-age">
          {due ? <Countdown at={due.at} /> : duration(Math.floor(waited / 60_000) * 60)}
        </span>
        <span class="incident-text">{incident.text}</span>
        <Going incident={incident} />
        <span class="incident-id">
          <span class={`state state-${incident.state}`}>{word(incident.state)}</span>
          {incident.id} · {say(incident.kind)}
          {zone && ` · ${zone.code}`}
          {incident.matters.length > 1 && ` · +${incident.matters.length - 1}`}
        </span>
      </button>
    </li>
  );
}

/** Who goes there, and when they will be there. */
function Going({ incident }: { incident: Incident }) {
  const crew = crewsAt(incident.id).find((one) => one.kind !== "first_look");
  if (!crew) return null;
  const eta = crew.eta_s === null ? null : Date.parse(crew.decided_at) + crew.eta_s * 1000;
  const at = crew.arrived_at === null ? eta : Date.parse(crew.arrived_at);
  return (
    <span class="incident-crew" data-testid="going">
      {unitName(crew.unit)}
      {at !== null && ` · ${word(crew.arrived_at === null ? "etaAt" : "arrivedAt")} ${timeOf(at)}`}
    </span>
  );
}
