import { useState } from "preact/hooks";
import { inWords, shortName, wallClock } from "../frame/words";
import type { Problem } from "../service/ask";
import { follow, forget, rate } from "./actions";
import { inFours } from "./Done";
import type { Progress } from "./shapes";
import { asked, mine, progress } from "./state";
import { say } from "./words";

/** How far a report is, by its number and its code; those of this phone are at hand. */
export function Follow() {
  const shown = progress.value;
  return (
    <>
      <AskFor />
      {shown.state === "loading" && <div class="skeleton tall" aria-busy="true" />}
      {shown.state === "refused" && (
        <p class="alert" role="alert" data-testid="problem">
          {inWords(shown.problem)}
        </p>
      )}
      {shown.state === "ready" && <Report told={shown.value} />}
      {mine.value.length > 0 && <Mine />}
    </>
  );
}

function AskFor() {
  const [missing, setMissing] = useState(false);
  const { receipt, secret } = asked.value;
  return (
    <form
      class="card"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const both = Boolean(receipt.trim() && secret.trim());
        setMissing(!both);
        if (both) void follow(receipt, secret);
      }}
    >
      <h2>{say("progress")}</h2>
      <p class="soft">{say("askText")}</p>
      <label class="field">
        <span>{say("receipt")}</span>
        <input
          autocomplete="off"
          placeholder="R20260101-000001"
          value={receipt}
          onInput={(event) => (asked.value = { receipt: event.currentTarget.value, secret })}
        />
      </label>
      <label class="field">
        <span>{say("secret")}</span>
        <input
          autocomplete="off"
          autocapitalize="characters"
          value={secret}
          onInput={(event) => (asked.value = { receipt, secret: event.currentTarget.value })}
        />
      </label>
      {missing && (
        <p class="bad-text" role="alert">
          {say("needBoth")}
        </p>
      )}
      <button class="button wide" type="submit">
        {say("ask")}
      </button>
    </form>
  );
}

function Report({ told }: { told: Progress }) {
  return (
    <section class="card" data-testid="progress" aria-live="polite">
      <h2>{told.receipt}</h2>
      <p class="soft">
        {say("reportedAt")} {wallClock(Date.parse(told.reported_at))}
        {told.joined && ` · ${say("joined")}`}
        {told.photos > 0 && ` · ${say("photoCount")} ${told.photos}`}
      </p>
      {told.matters.map((name, at) => (
        <p key={name}>{shortName({ name, name_en: told.matters_en[at] ?? "" })}</p>
      ))}
      <ol class="steps" data-testid="steps">
        {told.steps.map((one) => (
          <li key={`${one.at} ${one.state}`}>
            <span>{inWords(one.said)}</span>
            <time class="soft">{wallClock(Date.parse(one.at))}</time>
          </li>
        ))}
      </ol>
      {told.may_rate && <Rating />}
      {told.rating !== null && (
        <p data-testid="rated">
          {say("rated")}: <b>{told.rating}</b> {say("of5")}
        </p>
      )}
    </section>
  );
}

function Rating() {
  const [stars, setStars] = useState(5);
  const [words, setWords] = useState("");
  const [problem, setProblem] = useState<Problem | null>(null);
  const send = async (): Promise<void> => setProblem((await rate(stars, words))?.problem ?? null);
  return (
    <form
      class="rating"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <fieldset>
        <legend>{say("rateTitle")}</legend>
        <div class="row stars">
          {[1, 2, 3, 4, 5].map((one) => (
            <label key={one} class={one === stars ? "star chosen" : "star"}>
              <input
                type="radio"
                name="stars"
                value={one}
                checked={one === stars}
                onChange={() => setStars(one)}
              />
              {one}
            </label>
          ))}
        </div>
      </fieldset>
      <label class="field">
        <span>{say("rateComment")}</span>
        <textarea
          maxLength={1000}
          value={words}
          onInput={(event) => setWords(event.currentTarget.value)}
        />
      </label>
      {problem && (
        <p class="bad-text" role="alert">
          {inWords(problem)}
        </p>
      )}
      <button class="button wide" type="submit">
        {say("rate")}
      </button>
    </form>
  );
}

function Mine() {
  return (
    <section class="card" aria-labelledby="mine" data-testid="mine">
      <h2 id="mine">{say("mine")}</h2>
      <ul class="choices">
        {mine.value.map((one) => (
          <li key={one.receipt} class="row">
            <p class="grow">
              <b>{one.receipt}</b>
              <span class="soft">{wallClock(Date.parse(one.reported_at))}</span>
            </p>
            <button
              class="button quiet"
              type="button"
              aria-label={`${say("open")} ${one.receipt}`}
              onClick={() => void follow(one.receipt, inFours(one.secret))}
            >
              {say("open")}
            </button>
            <button
              class="close"
              type="button"
              aria-label={`${say("forget")} ${one.receipt}`}
              onClick={() => forget(one.receipt)}
            >
              ×
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
