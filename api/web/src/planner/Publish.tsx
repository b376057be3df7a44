import { useEffect, useState } from "preact/hooks";
import { may } from "../frame/book";
import { inWords } from "../frame/words";
import {
  callOff,
  gate,
  moved,
  nextMidnight,
  publish,
  publishing,
  readGate,
  rebase,
  rollBack,
} from "./publishing";
import { draft } from "./state";
import { zoneName } from "./Toolbar";
import { percent, say } from "./words";

/** The way into force, and back. */
export function Publish() {
  const plan = draft.value;
  const mark = plan ? `${plan.id} ${plan.version}` : "";
  useEffect(() => {
    moved.value = null;
    void readGate();
  }, [mark]);
  return (
    <section class="stack pad" aria-label={say("publishTab")}>
      {plan?.state === "draft" && (
        <>
          <GateSays />
          {moved.value && <Moved />}
          {may("publish_plans") && <PublishForm />}
        </>
      )}
      {plan?.state === "planned" && (
        <div class="button-row">
          <b>{say("planned")}</b>
          <button class="button quiet" type="button" onClick={() => void callOff()}>
            {say("callOff")}
          </button>
        </div>
      )}
      {plan?.override && (
        <p>
          {say("override")}: <b>{plan.override.by}</b> — {plan.override.reason}
        </p>
      )}
      {!plan && <p class="empty">{say("openDraftFirst")}</p>}
      {may("publish_plans") && <RollBack />}
    </section>
  );
}

function GateSays() {
  const told = gate.value;
  if (!told) return <div class="skeleton" role="status" aria-label={say("loading")} />;
  return (
    <div class={told.passed ? "gate passed" : "gate shut"} data-testid="gate" data-passed={told.passed}>
      <h3>
        {say("gate")}: {say(told.passed ? "gatePassed" : "gateShut")}
      </h3>
      <p>{inWords(told)}</p>
      {told.zone && (
        <p>
          {say("worstLower")}: <b>{zoneName(told.zone)}</b> {percent(told.lower)} ({percent(told.share)}) ·{" "}
          {say("threshold")} {percent(told.threshold)}
        </p>
      )}
    </div>
  );
}

/** Another plan was published since this one was begun. */
function Moved() {
  const both = moved.value ?? [];
  return (
    <div class="gate shut" role="alert" data-testid="base-moved">
      <h3>{say("baseMoved")}</h3>
      {both.length > 0 && (
        <>
          <p>{say("bothMoved")}</p>
          <ul class="reasons">
            {both.map(({ where, message, zh }) => (
              <li key={where}>
                <b>{where}</b> {inWords({ zh: zh ?? message, en: message })}
              </li>
            ))}
          </ul>
        </>
      )}
      <div class="button-row">
        {both.length === 0 ? (
          <button class="button" type="button" onClick={() => void rebase(null)}>
            {say("rebase")}
          </button>
        ) : (
          <>
            <button class="button" type="button" onClick={() => void rebase("mine")}>
              {say("rebase")} · {say("keepMine")}
            </button>
            <button class="button quiet" type="button" onClick={() => void rebase("theirs")}>
              {say("rebase")} · {say("keepTheirs")}
            </button>
          </>
        )}
      </div>
    </div>
  );
}

function PublishForm() {
  const [why, setWhy] = useState("");
  const [atMidnight, setAtMidnight] = useState(false);
  const [by, setBy] = useState("");
  const [reason, setReason] = useState("");
  const [answered, setAnswered] = useState(false);
  const passed = gate.value?.passed ?? false;
  const named = by.trim() !== "" && reason.trim() !== "";
  const able = gate.value !== null && (passed || (answered && named)) && !publishing.value;
  function submit(event: Event): void {
    event.preventDefault();
    if (!able) return;
    void publish({
      why,
      ...(atMidnight ? { at: nextMidnight() } : {}),
      ...(answered && named ? { override: { by: by.trim(), reason: reason.trim() } } : {}),
    });
  }
  return (
    <form class="stack" onSubmit={submit} data-testid="publish-form">
      <label class="field">
        <span>{say("why")}</span>
        <input name="why" value={why} onInput={(event) => setWhy(event.currentTarget.value)} />
      </label>
      <fieldset class="choices">
        <legend>{say("when")}</legend>
        {([false, true] as const).map((midnight) => (
          <label class="check" key={String(midnight)}>
            <input
              type="radio"
              name="when"
              checked={atMidnight === midnight}
              onChange={() => setAtMidnight(midnight)}
            />
            {say(midnight ? "midnight" : "now")}
          </label>
        ))}
      </fieldset>
      {!passed && (
        <fieldset class="choices">
          <label class="check">
            <input
              type="checkbox"
              name="answered"
              checked={answered}
              onChange={(event) => setAnswered(event.currentTarget.checked)}
            />
            {say("override")}
          </label>
          {answered && (
            <>
              <label class="field">
                <span>{say("overrideBy")}</span>
                <input name="by" required value={by} onInput={(event) => setBy(event.currentTarget.value)} />
              </label>
              <label class="field">
                <span>{say("overrideReason")}</span>
                <textarea
                  name="reason" required rows={2} value={reason}
                  onInput={(event) => setReason(event.currentTarget.value)}
                />
              </label>
            </>
          )}
        </fieldset>
      )}
      <div class="button-row">
        <button class="button" type="submit" disabled={!able}>
          {say("publish")}
        </button>
      </div>
    </form>
  );
}

function RollBack() {
  const [why, setWhy] = useState("");
  function submit(event: Event): void {
    event.preventDefault();
    void rollBack(why).then((done) => done && setWhy(""));
  }
  return (
    <form class="stack roll-back" onSubmit={submit} data-testid="roll-back">
      <h3>{say("rollBack")}</h3>
      <p class="aside">{say("rollBackText")}</p>
      <label class="field">
        <span>{say("why")}</span>
        <input name="back" required value={why} onInput={(event) => setWhy(event.currentTarget.value)} />
      </label>
      <div class="button-row">
        <button class="button danger" type="submit" disabled={why.trim() === ""}>
          {say("rollBack")}
        </button>
      </div>
    </form>
  );
}
