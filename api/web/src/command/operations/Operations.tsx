/** The planner of joint operations: sites by clicks, a plan or what is missing, one key to send. */

import { matters, zones } from "../../frame/book";
import { duration, inWords, nameOf, shortName } from "../../frame/words";
import { workOnIncident } from "../actions";
import { timeOf } from "../clock_time";
import {
  about,
  arriveBy,
  askSites,
  changeSite,
  clearOperation,
  dropSite,
  forgetPlan,
  makePlan,
  matterOf,
  outcomes,
  plan,
  sendAll,
  sites,
  skills,
  type Outcome,
  type Site,
} from "./operation";
import type { JointPlan, Party } from "./shapes";
import { say } from "./words";

export function Operations() {
  const planned = plan.value;
  return (
    <section class="list-pane" aria-label={say("operation")}>
      <div class="pane-head">
        <h2>{say("operation")}</h2>
        <span class="count">{sites.value.length}</span>
        <span class="spring" />
        <button type="button" class="button quiet small" data-testid="add-sites" onClick={askSites}>
          {say("addSite")}
        </button>
      </div>
      <div class="list">
        {sites.value.length === 0 ? <p class="empty">{say("noSite")}</p> : <Ask />}
        {planned.state === "loading" && <div class="skeleton tall" aria-busy="true" />}
        {planned.state === "refused" && <p class="alert">{inWords(planned.problem)}</p>}
        {planned.state === "ready" && <Planned made={planned.value} />}
      </div>
    </section>
  );
}

function Ask() {
  return (
    <form
      class="pane-form"
      onSubmit={(event) => {
        event.preventDefault();
        void makePlan();
      }}
    >
      <ol class="sites" data-testid="sites">
        {sites.value.map((site) => (
          <SiteRow key={site.id} site={site} />
        ))}
      </ol>
      <label class="field">
        <span>
          {say("arriveBy")} ({say("soonest")})
        </span>
        <input
          type="datetime-local"
          value={arriveBy.value}
          onInput={(event) => {
            arriveBy.value = event.currentTarget.value;
            forgetPlan();
          }}
        />
      </label>
      <label class="field">
        <span>{say("matter")}</span>
        <select
          value={about.value || matterOf()}
          onChange={(event) => (about.value = event.currentTarget.value)}
        >
          {[...matters.value.values()].map((matter) => (
            <option key={matter.code} value={matter.code}>
              {matter.code} {shortName(matter)}
            </option>
          ))}
        </select>
      </label>
      <div class="button-row">
        <button type="submit" class="button small" data-testid="make-plan">
          {say("plan")}
        </button>
        <button type="button" class="button quiet small" onClick={clearOperation}>
          {say("clear")}
        </button>
      </div>
    </form>
  );
}

function SiteRow({ site }: { site: Site }) {
  const number = (event: { currentTarget: HTMLInputElement }) =>
    Math.max(1, Math.round(Number(event.currentTarget.value) || 1));
  return (
    <li class="site">
      <b>
        {say("site")} {site.id}
      </b>
      <small class="figures">{site.lonLat.map((degrees) => degrees.toFixed(4)).join(", ")}</small>
      <button
        type="button"
        class="close"
        aria-label={`${say("removeSite")} ${site.id}`}
        onClick={() => dropSite(site.id)}
      >
        ×
      </button>
      <label>
        {say("officers")}
        <input
          type="number"
          min="1"
          value={site.officers}
          onChange={(event) => changeSite(site.id, { officers: number(event) })}
        />
      </label>
      <label>
        {say("skill")}
        <select
          value={site.skill}
          onChange={(event) => changeSite(site.id, { skill: event.currentTarget.value })}
        >
          <option value="">{say("noSkill")}</option>
          {skills.value.map((skill) => (
            <option key={skill} value={skill}>
              {skill}
            </option>
          ))}
        </select>
      </label>
      {site.skill && (
        <label>
          {say("withSkill")}
          <input
            type="number"
            min="1"
            max={site.officers}
            value={site.withSkill}
            onChange={(event) => changeSite(site.id, { withSkill: number(event) })}
          />
        </label>
      )}
    </li>
  );
}

function Planned({ made }: { made: JointPlan }) {
  return (
    <div class="pane-form" data-testid="plan" data-feasible={made.feasible}>
      <p class={made.feasible ? "timely" : "late"}>
        <b>{say(made.feasible ? "feasible" : "infeasible")}</b>
        {made.last_arrival_s !== null &&
          made.last_arrival_at !== null &&
          ` · ${say("lastArrival")} ${duration(made.last_arrival_s)} (${timeOf(Date.parse(made.last_arrival_at))})`}
        {made.proven && ` · ${say("proven")}`}
      </p>
      {made.shortages.map((short) => (
        <p class="alert" key={`${short.site} ${short.reason.en}`}>
          {inWords(short.reason)}
        </p>
      ))}
      {!made.feasible && made.parties.length > 0 && <p>{say("soonestPlan")}</p>}
      {made.parties.map((party) => (
        <PartyRow key={party.site} party={party} outcome={outcomes.value.get(party.site)} />
      ))}
      <p class="row-more">
        {say("available")} {made.available}
        {made.zones
          .filter(({ before, after }) => before !== after)
          .map(({ zone, before, after }) => ` · ${zoneName(zone)} ${before}→${after}`)
          .join("")}
      </p>
      {made.parties.length > 0 && (
        <button
          type="button"
          class="button"
          data-testid="send-all"
          disabled={busy() || done(made)}
          onClick={() => void sendAll()}
        >
          {say("send")} <kbd>o</kbd>
        </button>
      )}
    </div>
  );
}

const busy = () => [...outcomes.value.values()].some(({ state }) => state === "sending");
const done = (made: JointPlan) =>
  made.parties.every(({ site }) => outcomes.value.get(site)?.state === "sent");

function zoneName(code: string): string {
  const zone = zones.value.get(code);
  return zone ? nameOf(zone) : code;
}

function PartyRow({ party, outcome }: { party: Party; outcome: Outcome | undefined }) {
  const crews = new Map<string, number>();
  for (const { unit } of party.officers) crews.set(unit, (crews.get(unit) ?? 0) + 1);
  return (
    <div class="party" data-site={party.site} data-outcome={outcome?.state ?? "waits"}>
      <b>
        {say("site")} {party.site} · {party.officers.length} · {duration(party.last_arrival_s)}
      </b>
      <span class="row-more">{[...crews].map(([unit, count]) => `${unit}×${count}`).join(" ")}</span>
      {outcome?.state === "sending" && <span role="status">{say("sending")}</span>}
      {outcome?.state === "refused" && (
        <span class="late" role="alert">
          {say("refused")}: {outcome.why()}
        </span>
      )}
      {outcome?.state === "sent" && (
        <button type="button" class="button quiet small" onClick={() => workOnIncident(outcome.incident)}>
          {say("sent")} · {outcome.incident}
        </button>
      )}
    </div>
  );
}
