import { city } from "../frame/book";
import type { Fetched } from "../frame/screen";
import { duration, inWords, nameOf } from "../frame/words";
import type { Place } from "../service/shapes";
import { leave } from "./actions";
import { MatterPicker } from "./MatterPicker";
import { SuggestionPanel } from "./SuggestionPanel";
import { incidents, place, subject } from "./state";
import { say } from "./words";

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
          <kbd>/</kbd>
        </dt>
        <dd>{say("keySearch")}</dd>
        <dt>
          <kbd>Esc</kbd>
        </dt>
        <dd>{say("keyEscape")}</dd>
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
      {incident && <p class="report">{incident.text}</p>}
      <PlaceCard at={place.value} />
      <MatterPicker />
      <SuggestionPanel />
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
