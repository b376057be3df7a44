import { signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { city, may } from "../frame/book";
import type { Fetched } from "../frame/screen";
import { duration, inWords, nameOf } from "../frame/words";
import { Refused } from "../service/ask";
import type { Incident, Place } from "../service/shapes";
import { leave, mattersAsOnRecord, suggestAnew } from "./actions";
import { cases } from "./case_service";
import type { ReporterTold } from "./case_shapes";
import { word } from "./case_words";
import { crewsAt, secondThoughts } from "./cases";
import { Countdown } from "./Countdown";
import { Crews } from "./Crews";
import { show } from "./dialogs";
import { dueOf, takesCrews } from "./due";
import { MatterPicker } from "./MatterPicker";
import { CorrectMatters } from "./CorrectMatters";
import { Record } from "./Record";
import { SuggestionPanel } from "./SuggestionPanel";
import { incidents, place, subject, suggestion } from "./state";
import { say } from "./words";

/** Which side of an incident is shown: who should go, or what happened. */
export const side = signal<"dispatch" | "record">("dispatch");

/** What is worked on: the place, what it is about, and who should go. */
export function Detail() {
  return (
    <aside class="detail" aria-label={say("suggestion")}>
      {subject.value ? <Work /> : <Idle />}
      <Versions />
    </aside>
  );
}

function Idle() {
  return (
    <div class="idle">
      <svg viewBox="0 0 64 64" class="idle-mark" aria-hidden="true">
        <path d="M32 6c-10 0-18 8-18 18 0 13 18 34 18 34s18-21 18-34c0-10-8-18-18-18z" />
        <circle cx="32" cy="24" r="7" />
      </svg>
      <h2>{say("idleTitle")}</h2>
      <p>{say("idleText")}</p>
      <dl class="keys">
        <dt>
          <kbd>j</kbd> <kbd>k</kbd>
        </dt>
        <dd>{say("keyMove")}</dd>
        <dt>
          <kbd>Enter</kbd>
        </dt>
        <dd>{say("keyOpen")}</dd>
        <dt>
          <kbd>d</kbd>
        </dt>
        <dd>{word("keySend")}</dd>
        <dt>
          <kbd>n</kbd>
        </dt>
        <dd>{word("keyReport")}</dd>
        <dt>
          <kbd>/</kbd>
        </dt>
        <dd>{say("keySearch")}</dd>
        <dt>
          <kbd>?</kbd>
        </dt>
        <dd>{word("keyHelp")}</dd>
      </dl>
    </div>
  );
}

function Work() {
  const incident = incidents.value.get(subject.value?.incident ?? "");
  return (
    <div class="work">
      <div class="pane-head">
        <h2>{incident ? incident.id : say("place")}</h2>
        <span class="coordinates">{subject.value?.lonLat.map((x) => x.toFixed(5)).join(", ")}</span>
        <button class="close" type="button" aria-label={say("close")} onClick={leave}>
          ×
        </button>
      </div>
      {incident ? <Stand incident={incident} /> : <NewIncident />}
      {incident && <p class="report">{incident.text}</p>}
      {incident && <Thought incident={incident.id} />}
      {incident && <Crews incident={incident.id} />}
      {incident && <Sides />}
      {incident && side.value === "record" ? (
        <Record incident={incident} />
      ) : (
        <>
          <PlaceCard at={place.value} />
          <MatterPicker />
          {incident && !mattersAsOnRecord() && <CorrectMatters incident={incident.id} />}
          {incident && <AskAnew incident={incident} />}
          <SuggestionPanel />
          {incident && <ReporterLine key={incident.id} incident={incident.id} />}
        </>
      )}
    </div>
  );
}

/** Where an incident stands, what is due, and the way on. */
function Stand({ incident }: { incident: Incident }) {
  const due = dueOf(incident);
  return (
    <div class="stand-row" data-testid="stand">
      <span class={`state state-${incident.state}`} data-testid="state">
        {word(incident.state)}
      </span>
      {due && <Countdown at={due.at} label={word(due.kind)} />}
      <span class="spring" />
      {may("move_incident") && (
        <button
          type="button"
          class="button quiet small"
          onClick={() => show({ dialog: "move", incident: incident.id, to: null })}
        >
          {word("nextStep")} <kbd>m</kbd>
        </button>
      )}
    </div>
  );
}

/** A free place may become an incident. */
function NewIncident() {
  if (!may("report_incident")) return null;
  return (
    <div class="stand-row">
      <button
        type="button"
        class="button quiet small"
        onClick={() => show({ dialog: "report", then: null })}
      >
        {word("reportTitle")} <kbd>n</kbd>
      </button>
    </div>
  );
}

function Sides() {
  return (
    <div class="tabs sides" role="tablist">
      {(["dispatch", "record"] as const).map((one) => (
        <button
          key={one}
          type="button"
          role="tab"
          aria-selected={side.value === one}
          data-testid={`side-${one}`}
          onClick={() => (side.value = one)}
        >
          {word(one === "dispatch" ? "proposalsTab" : "recordTab")}{" "}
          {side.value !== one && <kbd>t</kbd>}
        </button>
      ))}
    </div>
  );
}

/** Where somebody is going already nothing is asked by itself; one may ask who else could. */
function AskAnew({ incident }: { incident: Incident }) {
  const asked = suggestion.value.state;
  if (!takesCrews(incident) || (asked !== "idle" && asked !== "refused")) return null;
  return (
    <div class="stand-row">
      <button type="button" class="button quiet small" onClick={suggestAnew}>
        {word(crewsAt(incident.id).length > 0 ? "askToReinforce" : "askAnew")} <kbd>r</kbd>
      </button>
    </div>
  );
}

/** Things have changed since the crew was sent: it is said, and nothing moves by itself. */
function Thought({ incident }: { incident: string }) {
  const thought = secondThoughts.value.get(incident);
  if (!thought) return null;
  return (
    <div class="warned thought" role="status" data-testid="thought">
      <b>{word("thoughtAnew")}</b>
      {thought.why.map((reason) => (
        <span key={reason.code}>{inWords(reason)}</span>
      ))}
      <button type="button" class="button quiet small" onClick={suggestAnew}>
        {word("askAnew")} <kbd>r</kbd>
      </button>
    </div>
  );
}

/** Who reported is shown when somebody asks, and that they did is on record. */
function ReporterLine({ incident }: { incident: string }) {
  const told = useSignal<ReporterTold | null>(null);
  useEffect(() => {
    told.value = null;
  }, [incident]);
  if (!may("see_incidents")) return null;
  const look = async (): Promise<void> => {
    try {
      told.value = await cases.reporter(incident);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
    }
  };
  const who = told.value;
  return (
    <div class="reporter-line">
      {who === null ? (
        <button
          id="reporter"
          type="button"
          class="button quiet small"
          onClick={() => void look()}
        >
          {word("reporterShow")} <kbd>p</kbd>{" "}
          {may("see_reporter") && <small>{word("reporterNote")}</small>}
        </button>
      ) : (
        <p data-testid="reporter">
          {word("reporter")} <b>{who.name || word("anonymous")}</b> {who.phone}
        </p>
      )}
    </div>
  );
}

function PlaceCard({ at }: { at: Fetched<Place> }) {
  if (at.state === "loading") return <div class="skeleton" aria-busy="true" />;
  if (at.state === "refused") return <p class="alert">{inWords(at.problem)}</p>;
  if (at.state === "idle") return null;
  const { areas, zone, grid, remarks } = at.value;
  return (
    <dl class="place" data-testid="place">
      <dt>{say("zone")}</dt>
      <dd>
        {zone ? (
          <>
            <b>{nameOf(zone)}</b>
            <span class="aside">
              {zone.code} · {say("target")} {duration(zone.arrival_target_s)}
            </span>
          </>
        ) : (
          <em>{say("outsideZones")}</em>
        )}
      </dd>
      <dt>{say("area")}</dt>
      <dd>{areas.map(nameOf).join(" › ") || "—"}</dd>
      <dt>{say("grid")}</dt>
      <dd class="figures">{grid ?? "—"}</dd>
      {remarks.map((remark) => (
        <dd class="note" key={remark.en}>
          {inWords(remark)}
        </dd>
      ))}
    </dl>
  );
}

function Versions() {
  const opened = city.value;
  if (!opened) return null;
  return (
    <footer class="versions">
      {opened.invented && <span>{say("inventedLong")}</span>}
      <span class="figures" title={opened.weight_version}>
        {say("version")} {opened.city_version} · {opened.weight_version}
      </span>
    </footer>
  );
}
