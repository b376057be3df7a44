/** The second list: crews with status, place, job; a click takes the map there. */

import "./units.css";
import { useSignal } from "@preact/signals";
import { may, zones } from "../../frame/book";
import { now } from "../../frame/screen";
import { duration, nameOf } from "../../frame/words";
import type { Officer, Status, Unit } from "../../service/shapes";
import { workOnIncident } from "../actions";
import { timeOf } from "../clock_time";
import { fleet, STALE_MS } from "../fleet/fleet";
import { showTip } from "../fleet/tip";
import { askPlace, reach, selectUnit, setDuty, turnReach } from "./actions";
import {
  crewNow,
  listed,
  lookedAt,
  selectedUnit,
  statusFilter,
  unitFilter,
  zoneFilter,
  zonesWithCrews,
  type CrewNow,
} from "./crews";
import { say } from "./words";

const SHOWN_AT_ONCE = 120;
const STATUSES: readonly Status[] = ["available", "en_route", "on_scene", "busy", "off_duty"];

/** Crews, filtered; the rows that are shown are looked at every few seconds. */
export function Units() {
  const most = useSignal(SHOWN_AT_ONCE);
  const all = listed.value;
  void lookedAt.value;
  return (
    <section class="list-pane" aria-label={say("units")}>
      <div class="pane-head">
        <h2>{say("units")}</h2>
        <span class="count" data-testid="unit-count">
          {all.length}
        </span>
      </div>
      <label class="search">
        <input
          id="unit-search"
          type="search"
          placeholder={say("unitSearch")}
          value={unitFilter.value}
          onInput={(event) => (unitFilter.value = event.currentTarget.value)}
        />
      </label>
      <Filters />
      {all.length === 0 ? (
        <p class="empty">{say("noUnit")}</p>
      ) : (
        <ol class="list" data-testid="units">
          {all.slice(0, most.value).map((unit) => (
            <Row key={unit.code} unit={unit} />
          ))}
          {all.length > most.value && (
            <li>
              <button type="button" class="button quiet small" onClick={() => (most.value += SHOWN_AT_ONCE)}>
                {say("more")} · {all.length - most.value}
              </button>
            </li>
          )}
        </ol>
      )}
    </section>
  );
}

function Filters() {
  return (
    <div class="list-filters">
      <select
        aria-label={say("status")}
        data-testid="unit-status"
        value={statusFilter.value}
        onChange={(event) => (statusFilter.value = event.currentTarget.value as Status | "")}
      >
        <option value="">{say("anyStatus")}</option>
        {STATUSES.map((status) => (
          <option key={status} value={status}>
            {say(status)}
          </option>
        ))}
      </select>
      <select
        aria-label={say("zone")}
        value={zoneFilter.value}
        onChange={(event) => (zoneFilter.value = event.currentTarget.value)}
      >
        <option value="">{say("anyZone")}</option>
        {zonesWithCrews.value.map((code) => (
          <option key={code} value={code}>
            {zoneName(code)}
          </option>
        ))}
      </select>
    </div>
  );
}

function zoneName(code: string | null): string {
  if (code === null) return "";
  const zone = zones.value.get(code);
  return zone ? nameOf(zone) : code;
}

function Row({ unit }: { unit: Unit }) {
  const crew = crewNow(unit);
  const open = selectedUnit.value === unit.code;
  return (
    <li class="unit" data-unit={unit.code} data-status={crew.status}>
      <button
        type="button"
        class="row"
        aria-expanded={open}
        onClick={() => selectUnit(open ? null : unit.code)}
        onFocus={() => showTip(crew.seen?.officer ?? null)}
        onBlur={() => showTip(null)}
      >
        <span class="row-what">
          <i class={`dot status-${crew.status}`} aria-hidden="true" /> {nameOf(unit)}
        </span>
        <span class="row-figure">{say(crew.status)}</span>
        <span class="row-more">
          {unit.code}
          {crew.zone && ` · ${zoneName(crew.zone)}`}
          {crew.members.length > 0 && ` · ${say("onDutyOf")} ${crew.onDuty}/${crew.members.length}`}
        </span>
        <Fix crew={crew} />
        <Job crew={crew} />
      </button>
      {open && <Open crew={crew} />}
    </li>
  );
}

function Fix({ crew: { seen, members } }: { crew: CrewNow }) {
  if (members.length === 0) return null;
  if (!seen) return <span class="row-more">{say("noFix")}</span>;
  const age = now.peek() - seen.timeMs;
  return (
    <span class={age > STALE_MS ? "row-more late" : "row-more"}>
      {say("fixAge")} {duration(age / 1000)} {say("ago")}
      {seen.byHand && ` · ${say("byHand")}`}
    </span>
  );
}

function Job({ crew: { job } }: { crew: CrewNow }) {
  if (!job) return null;
  const eta = job.eta_s === null ? null : Date.parse(job.decided_at) + job.eta_s * 1000;
  const at = job.arrived_at === null ? eta : Date.parse(job.arrived_at);
  return (
    <span class="row-more job">
      {job.incident}
      {at !== null && ` · ${say(job.arrived_at === null ? "etaAt" : "arrivedAt")} ${timeOf(at)}`}
    </span>
  );
}

/** What is known of the selected crew, and what can be set by hand. */
function Open({ crew }: { crew: CrewNow }) {
  const { unit, job } = crew;
  const shown = reach.value?.unit === unit.code;
  return (
    <div class="unit-open">
      <p class="contact">{[unit.call_sign, unit.phone].filter(Boolean).join(" · ")}</p>
      <div class="button-row">
        {unit.kind === "crew" && (
          <button
            type="button"
            class="button quiet small"
            aria-pressed={shown}
            data-testid="reach"
            onClick={() => void turnReach(unit.code)}
          >
            {say(shown ? "reachOff" : "reach")}
          </button>
        )}
        {unit.kind === "crew" && may("send_positions") && (
          <button
            type="button"
            class="button quiet small"
            data-testid="set-place"
            onClick={() => askPlace(unit.code)}
          >
            {say("setPlace")}
          </button>
        )}
        {job && (
          <button type="button" class="button quiet small" onClick={() => workOnIncident(job.incident)}>
            {say("job")} {job.incident}
          </button>
        )}
      </div>
      {shown && <p class="row-more">{say("reachLegend")}</p>}
      <ul class="members" aria-label={say("members")}>
        {crew.members.map((officer) => (
          <Member key={officer.id} officer={officer} />
        ))}
      </ul>
    </div>
  );
}

function Member({ officer }: { officer: Officer }) {
  const where = fleet.at(officer.id);
  const status = where?.status ?? officer.status;
  const off = status === "off_duty";
  return (
    <li>
      <i class={`dot status-${status}`} aria-hidden="true" />
      <span>
        {officer.name} <small>{say(officer.certified ? "certified" : "auxiliary")}</small>
      </span>
      <small>
        {say(status)}
        {officer.by_hand && ` · ${say("dutyByHand")}`}
        {where?.byHand && ` · ${say("byHand")}`}
      </small>
      {may("sign_duty") && (
        <button
          type="button"
          class="button quiet small"
          aria-label={`${say(off ? "signOn" : "signOff")} ${officer.name}`}
          onClick={() => void setDuty(officer, off)}
        >
          {say(off ? "signOn" : "signOff")}
        </button>
      )}
    </li>
  );
}
