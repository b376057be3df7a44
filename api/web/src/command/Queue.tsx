import { useEffect, useRef } from "preact/hooks";
import { matters } from "../frame/book";
import { now } from "../frame/screen";
import { duration, shortName } from "../frame/words";
import type { Incident } from "../service/shapes";
import { workOnIncident } from "./actions";
import { ageLevel } from "./ageing";
import { openIncidents, queue, queueCursor, queueFilter, subject } from "./state";
import { say } from "./words";

/** Open incidents, the longest waiting on top; each ages visibly. */
export function Queue() {
  const shown = queue.value;
  return (
    <aside class="queue" aria-label={say("queue")}>
      <div class="pane-head">
        <h2>{say("queue")}</h2>
        <span class="count">{openIncidents.value.size}</span>
      </div>
      <label class="search">
        <input
          id="queue-search"
          type="search"
          placeholder={say("queueSearch")}
          value={queueFilter.value}
          onInput={(event) => (queueFilter.value = event.currentTarget.value)}
        />
        <kbd>/</kbd>
      </label>
      {shown.length === 0 ? (
        <p class="empty">{say(openIncidents.value.size ? "queueNoMatch" : "queueEmpty")}</p>
      ) : (
        <ol class="incidents">
          {shown.map((incident) => (
            <QueueRow key={incident.id} incident={incident} />
          ))}
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
  const waited = now.value - Date.parse(incident.reported_at);
  const first = matters.value.get(incident.matters[0] ?? "");
  return (
    <li ref={row}>
      <button
        type="button"
        class={`incident age-${ageLevel(waited)}`}
        aria-current={open}
        data-marked={marked}
        onClick={() => workOnIncident(incident.id)}
      >
        <span class="incident-what">{first ? shortName(first) : incident.matters[0]}</span>
        <span class="incident-age">{duration(waited / 1000)}</span>
        <span class="incident-text">{incident.text}</span>
        <span class="incident-id">
          {incident.id} · {say(incident.kind)}
          {incident.matters.length > 1 && ` · +${incident.matters.length - 1}`}
        </span>
      </button>
    </li>
  );
}
