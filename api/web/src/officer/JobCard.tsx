import { useState } from "preact/hooks";
import type { Denial } from "../design/whereabouts";
import { now } from "../frame/screen";
import { duration, inWords, metres, nameOf, shortName } from "../frame/words";
import type { City } from "../service/shapes";
import { showWay, step } from "./actions";
import { DeclineDialog, ResultDialog } from "./JobDialogs";
import { JobMap } from "./JobMap";
import { online } from "./outbox";
import type { Job } from "./shapes";
import { dialog, own, stage, way } from "./state";
import { say } from "./words";

/** The job: what, where, until when, with whom, the way, and what comes next. */
export function JobCard({ job, city }: { job: Job; city: City }) {
  const { incident } = job;
  return (
    <>
      <section class="card" data-testid="job" aria-label={say("myJob")}>
        <div class="row">
          <span class="soft grow">{incident.id}</span>
          <Due job={job} />
        </div>
        <h2>
          {job.matters.length > 0 ? job.matters.map(shortName).join("；") : say("noMatter")}
        </h2>
        <dl class="facts">
          <dt>{say("place")}</dt>
          <dd>{job.areas.join(" ")}</dd>
          <dt>{say("said")}</dt>
          <dd>{incident.text || <span class="soft">{say("noText")}</span>}</dd>
          <dt>{say("crew")}</dt>
          <dd>
            <ul class="crew">
              {job.crew.map((one) => (
                <li key={one.officer}>
                  {one.name}
                  {one.officer === own.value?.officer && ` (${say("you")})`}
                  {!one.certified && <span class="tag">{say("auxiliary")}</span>}
                </li>
              ))}
            </ul>
          </dd>
          <dt>{say("others")}</dt>
          <dd>
            {job.others.length === 0
              ? say("nobodyElse")
              : job.others.map((other) => (
                  <div key={other.unit}>
                    {nameOf(other)} · {other.officers} {say("people")}
                    {other.arrived_at && ` · ${say("arrivedAt")}`}
                  </div>
                ))}
          </dd>
        </dl>
      </section>
      <section class="card" aria-label={say("way")}>
        <div class="phone-map">
          <JobMap city={city} />
        </div>
        <Way />
        <MapApps job={job} />
      </section>
      {dialog.value === "decline" && <DeclineDialog />}
      {dialog.value === "result" && <ResultDialog />}
    </>
  );
}

/** What is left of the arrival target, in words as well as in colour. */
function Due({ job }: { job: Job }) {
  if (stage.value === "on_scene") return <span class="due met">{say("arrivedAt")}</span>;
  const left = (Date.parse(job.assignment.clock.due_at) - now.value) / 1000;
  return (
    <span class={left < 0 ? "due over" : "due"} data-testid="due">
      {say(left < 0 ? "overdue" : "dueIn")} <b>{duration(Math.abs(left))}</b>
    </span>
  );
}

function Way() {
  const [denial, setDenial] = useState<Denial | null>(null);
  const asked = way.value;
  return (
    <>
      {asked.state === "ready" && (
        <p data-testid="way">
          {asked.value.route === null || asked.value.travel_time_s === null ? (
            say("noWay")
          ) : (
            <>
              <b>{duration(asked.value.travel_time_s)}</b> · {metres(asked.value.length_m ?? 0)}
              {asked.value.degraded && <span class="tag waiting">{say("straight")}</span>}
            </>
          )}
        </p>
      )}
      {asked.state === "refused" && (
        <p class="bad-text" role="alert">
          {inWords(asked.problem)}
        </p>
      )}
      {denial && (
        <p class="bad-text" role="alert">
          {say(denial === "denied" ? "phoneDenied" : "phoneUnavailable")}
        </p>
      )}
      <button
        class="button quiet wide"
        type="button"
        disabled={asked.state === "loading" || !online.value}
        onClick={() => void showWay().then(setDenial)}
      >
        {say(asked.state === "loading" ? "wayLoading" : "showWay")}
      </button>
    </>
  );
}

function MapApps({ job }: { job: Job }) {
  const apps = way.value.state === "ready" ? way.value.value.map_apps : job.map_apps;
  return (
    <div>
      <h3>{say("handOver")}</h3>
      <ul class="row map-apps">
        {apps.map((app) => (
          <li key={app.name}>
            <a class="button quiet" href={app.url} target="_blank" rel="noreferrer noopener">
              {nameOf(app)}
            </a>
          </li>
        ))}
      </ul>
      <p class="soft">{say("handOverText")}</p>
    </div>
  );
}

/** The one thing that comes next, large; what else may be done beside it. */
export function Next() {
  const at = stage.value;
  return (
    <div class="foot" data-testid="next">
      {at === "sent" && (
        <div class="row">
          <button
            class="button quiet"
            type="button"
            onClick={() => (dialog.value = "decline")}
          >
            {say("decline")}
          </button>
          <button class="button grow" type="button" onClick={() => void step("acknowledged")}>
            {say("accept")}
          </button>
        </div>
      )}
      {at === "acknowledged" && (
        <button class="button wide" type="button" onClick={() => void step("en_route")}>
          {say("setOut")}
        </button>
      )}
      {at === "en_route" && (
        <button class="button wide" type="button" onClick={() => void step("on_scene")}>
          {say("arrive")}
        </button>
      )}
      {at === "on_scene" && (
        <button class="button wide" type="button" onClick={() => (dialog.value = "result")}>
          {say("result")}
        </button>
      )}
    </div>
  );
}
