import "../design/phone.css";
import "./officer.css";
import { city } from "../frame/book";
import { StreamState } from "../frame/Header";
import { inWords, wallClock } from "../frame/words";
import { begin, putAway, readJob, signDuty } from "./actions";
import { JobCard, Next } from "./JobCard";
import { acts, online, queued, refused } from "./outbox";
import { Sharing } from "./Sharing";
import { job, onDuty, own } from "./state";
import { say } from "./words";

export { begin };

export const open = readJob;

export const Figures = StreamState;

/** The officer's phone: duty, what waits to be sent, and the job. */
export function View() {
  const known = own.value;
  const opened = city.value;
  if (!known || !opened) return null;
  if (known.officer === null) {
    return (
      <main class="phone">
        <section class="card empty" data-testid="no-officer">
          <h2>{say("noOfficer")}</h2>
          <p>{say("noOfficerText")}</p>
        </section>
      </main>
    );
  }
  return (
    <main class="phone">
      {!online.value && (
        <p class="alert" role="status" data-testid="offline">
          {say("offline")}
        </p>
      )}
      <Duty />
      <Waiting />
      {job.value ? <JobCard job={job.value} city={opened} /> : <NoJob />}
      <Sharing />
      {job.value && <Next />}
    </main>
  );
}

function Duty() {
  const known = own.value;
  const on = onDuty.value;
  const waits = queued.value.some(({ word }) => word === "dutyOn" || word === "dutyOff");
  const obstacle = known?.duty?.obstacle;
  return (
    <section class="card" aria-label={say(on ? "onDuty" : "offDuty")}>
      <div class="row">
        <div class="grow">
          <h2>{known?.name}</h2>
          <p class="soft">
            {known?.officer} · {known?.crew}
            {known?.mode && ` · ${say(known.mode === "car" ? "ride" : known.mode)}`}
          </p>
        </div>
        <span class={on ? "duty on" : "duty"} data-testid="duty">
          {say(on ? "onDuty" : "offDuty")}
        </span>
        {waits && <span class="tag waiting">{say("waits")}</span>}
      </div>
      {on && obstacle && obstacle.code !== "busy" && <p class="soft">{inWords(obstacle)}</p>}
      {on ? (
        job.value === null && (
          <button class="button quiet wide" type="button" onClick={() => void signDuty(false)}>
            {say("signOff")}
          </button>
        )
      ) : (
        <button class="button wide" type="button" onClick={() => void signDuty(true)}>
          {say("signOn")}
        </button>
      )}
    </section>
  );
}

/** What has not been sent yet, and what the service refused when it was. */
function Waiting() {
  if (acts.value.length === 0) return null;
  return (
    <section class="card" data-testid="outbox" aria-live="polite">
      {queued.value.length > 0 && (
        <>
          <h3>{say("waitsTitle")}</h3>
          <p class="soft">{say("waitsText")}</p>
          <ol class="outbox">
            {queued.value.map((act) => (
              <li key={act.id} class="row">
                <span class="grow">{say(act.word)}</span>
                <time class="soft">{wallClock(Date.parse(act.at))}</time>
                <span class="tag waiting">{say("waits")}</span>
              </li>
            ))}
          </ol>
        </>
      )}
      {refused.value.map((act) => (
        <div key={act.id} class="refusal" role="alert">
          <p class="row">
            <b class="grow">{say(act.word)}</b>
            <time class="soft">{wallClock(Date.parse(act.at))}</time>
            <span class="tag bad">{say("refused")}</span>
          </p>
          <p>{act.problem && inWords(act.problem)}</p>
          {act.problem && <Spoken body={act.body} />}
          <button class="button quiet" type="button" onClick={() => void putAway(act)}>
            {say("dismiss")}
          </button>
        </div>
      ))}
    </section>
  );
}

/** What was typed and then refused can still be read, and copied. */
function Spoken({ body }: { body: unknown }) {
  const reason = (body as { reason?: string } | null)?.reason;
  return reason ? <blockquote>{reason}</blockquote> : null;
}

function NoJob() {
  return (
    <section class="card empty" data-testid="no-job">
      <h2>{say("noJob")}</h2>
      <p>{say("noJobText")}</p>
    </section>
  );
}
