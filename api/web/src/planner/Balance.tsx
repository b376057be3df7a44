import { useState } from "preact/hooks";
import { duration, inWords } from "../frame/words";
import { HUES, colourOf } from "./colours";
import { freshCode, sendEdit } from "./edits";
import { askFigures } from "./figures";
import type { PlanFigures, ZoneFigures } from "./shapes";
import {
  draft,
  dragged,
  editable,
  figures,
  hour,
  lastTrialMs,
  looking,
  shownFigures,
  target,
} from "./state";
import { theme } from "../frame/screen";
import { ZoneChoice, zoneName } from "./Toolbar";
import { count, percent, say, signed } from "./words";

/** Work, coverage and the longest way of each zone, as bars beside the map. */
export function Balance() {
  const asked = figures.value;
  if (asked.state === "refused") {
    return (
      <div class="alert" role="alert">
        {inWords(asked.problem)}
        <button class="button quiet" type="button" onClick={() => void askFigures()}>
          {say("retry")}
        </button>
      </div>
    );
  }
  const now = shownFigures.value;
  if (asked.state !== "ready" || !now) {
    return (
      <div class="empty" aria-busy="true">
        <span class="spinner" />
        <p>{say("measuring")}</p>
      </div>
    );
  }
  return (
    <section aria-label={say("balance")}>
      <Headline now={now} before={asked.value.published} />
      <ZoneTable now={now} before={asked.value.published} />
      {editable.value && !looking.value && <ZoneActions />}
    </section>
  );
}

const HEADLINE = [
  ["potential", "potential", "share"],
  ["available", "available", "share"],
  ["available_worst_zone", "worstZone", "share"],
  ["work_max_deviation", "deviation", "share"],
  ["travel_mean", "meanTravel", "s"],
] as const;

function Headline({ now, before }: { now: PlanFigures; before: PlanFigures }) {
  const moving = dragged.value.size;
  return (
    <dl class="headline" data-testid="headline" data-ms={lastTrialMs.value?.toFixed(0)}>
      {HEADLINE.map(([code, word, unit]) => {
        const [value, was] = [now.figures[code] ?? null, before.figures[code] ?? null];
        const change = value === null || was === null ? null : value - was;
        return (
          <div key={code} data-code={code}>
            <dt>{say(word)}</dt>
            <dd>
              <b>{unit === "share" ? percent(value) : duration(value ?? 0)}</b>
              <span class="change">{signed(change, 1, unit === "share")}</span>
            </dd>
          </div>
        );
      })}
      <div>
        <dt>{say("movedGrids")}</dt>
        <dd>
          <b>{count(movedNow())}</b>
          {moving > 0 && <span class="change">+{moving}</span>}
        </dd>
      </div>
    </dl>
  );
}

function movedNow(): number {
  return Object.keys(draft.value?.moved ?? {}).length;
}

function ZoneTable({ now, before }: { now: PlanFigures; before: PlanFigures }) {
  const was = new Map(before.zones.map((zone) => [zone.zone, zone]));
  const most = Math.max(1, ...[...now.zones, ...before.zones].map((zone) => zone.officer_h));
  const farthest = Math.max(1, ...[...now.zones, ...before.zones].map((zone) => zone.worst_s ?? 0));
  return (
    <table class="table zones" data-testid="zones">
      <caption class="aside">{say("against")}</caption>
      <thead>
        <tr>
          <th scope="col">{say("zone")}</th>
          <th scope="col" title={say("officerH")}>{say("work")}</th>
          <th scope="col">{say("coverage")}</th>
          <th scope="col">{say("worst")}</th>
        </tr>
      </thead>
      <tbody>
        {now.zones
          .filter(({ grids }) => grids > 0)
          .map((zone) => (
            <ZoneRow key={zone.zone} zone={zone} was={was.get(zone.zone)} most={most} farthest={farthest} />
          ))}
      </tbody>
    </table>
  );
}

interface ZoneRowProps {
  zone: ZoneFigures;
  was: ZoneFigures | undefined;
  most: number;
  farthest: number;
}

function ZoneRow({ zone, was, most, farthest }: ZoneRowProps) {
  const locked = draft.value?.locks.zones.includes(zone.zone) ?? false;
  const chosen = target.value === zone.zone;
  return (
    <tr aria-selected={chosen} data-zone={zone.zone}>
      <th scope="row">
        <button
          class="zone-name"
          type="button"
          aria-pressed={chosen}
          onClick={() => (target.value = chosen ? null : zone.zone)}
        >
          <i class="swatch" style={{ background: HUES[theme.value][colourOf(zone.zone)] }} />
          <span class="zone-label" title={zoneName(zone.zone)}>
            {zoneName(zone.zone)}
          </span>
        </button>
        {locked && <span class="tag">{say("legendLocked")}</span>}
        {zone.pieces > 1 && (
          <span class="tag bad">
            {zone.pieces} {say("inPieces")}
          </span>
        )}
      </th>
      <td>
        <Bar value={zone.officer_h / most} was={was && was.officer_h / most} text={count(zone.officer_h)} />
      </td>
      <td>
        <Bar
          value={coverageOf(zone)}
          was={was && coverageOf(was)}
          text={coverageOf(zone) === null ? "–" : percent(coverageOf(zone))}
          low={(coverageOf(zone) ?? 1) < 0.8}
        />
      </td>
      <td>
        <Bar
          value={zone.worst_s === null ? null : zone.worst_s / farthest}
          was={was && was.worst_s !== null ? was.worst_s / farthest : undefined}
          text={zone.worst_s === null ? "–" : duration(zone.worst_s)}
        />
      </td>
    </tr>
  );
}

function coverageOf(zone: ZoneFigures): number | null {
  return hour.value === null ? zone.potential : zone.hour_potential;
}

interface BarProps {
  value: number | null;
  was: number | null | undefined;
  text: string;
  low?: boolean;
}

/** A figure as a bar; the tick is what it is in the plan in force. */
function Bar({ value, was, text, low }: BarProps) {
  return (
    <span class={low ? "bar low" : "bar"}>
      <span class="bar-text">{text}</span>
      <span class="bar-track">
        <span class="bar-fill" style={{ width: `${100 * (value ?? 0)}%` }} />
        {was !== null && was !== undefined && (
          <span class="bar-was" style={{ left: `${100 * was}%` }} />
        )}
      </span>
    </span>
  );
}

/** What is done with a zone as a whole. */
function ZoneActions() {
  const zone = target.value;
  const [into, setInto] = useState<string | null>(null);
  if (!zone) return null;
  const locked = draft.value?.locks.zones.includes(zone) ?? false;
  return (
    <div class="zone-actions" data-testid="zone-actions">
      <b>{zoneName(zone)}</b>
      <button
        class="button quiet"
        type="button"
        onClick={() => void sendEdit({ op: locked ? "unlock" : "lock", zones: [zone] })}
      >
        {say(locked ? "unlock" : "lock")}
      </button>
      <button
        class="button quiet"
        type="button"
        onClick={() => void sendEdit({ op: "split", zone, new_zone: freshCode() })}
      >
        {say("split")}
      </button>
      <ZoneChoice value={into} choose={setInto} label={say("mergeInto")} without={zone} />
      <button
        class="button quiet"
        type="button"
        disabled={into === null}
        onClick={() => into && void sendEdit({ op: "merge", zones: [zone], into })}
      >
        {say("merge")}
      </button>
    </div>
  );
}
