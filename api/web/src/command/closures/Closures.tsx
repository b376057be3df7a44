/** Closures: drawn on the map, entered with start and end, lifted by one key. */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { timeOf } from "../clock_time";
import {
  chooseClosure,
  chosenClosure,
  closures,
  draw,
  drawing,
  drawn,
  enterClosure,
  leaveDrawing,
  liftClosure,
  listedClosures,
  mayClose,
  readClosures,
} from "./closures";
import { instantOf } from "./instant";
import type { Closure } from "./shapes";
import { say } from "./words";

export function Closures() {
  const listed = listedClosures.value;
  useEffect(() => void readClosures(), []);
  return (
    <section class="list-pane" aria-label={say("closures")}>
      <div class="pane-head">
        <h2>{say("closures")}</h2>
        <span class="count" data-testid="closure-count">
          {listed.length}
        </span>
      </div>
      {mayClose() && (
        <div class="pane-form">
          <div class="button-row" role="group" aria-label={say("draw")}>
            {(["polygon", "line", "point"] as const).map((as) => (
              <button
                key={as}
                type="button"
                class="button quiet small"
                data-testid={`draw-${as}`}
                aria-pressed={drawing.value?.as === as}
                onClick={() => draw(as)}
              >
                {say(as)}
              </button>
            ))}
          </div>
        </div>
      )}
      {drawn.value && <Particulars />}
      {closures.value === null ? (
        <div class="skeleton tall" aria-busy="true" />
      ) : listed.length === 0 ? (
        <p class="empty">{say("none")}</p>
      ) : (
        <ol class="list" data-testid="closures">
          {listed.map((one) => (
            <Row key={one.id} one={one} />
          ))}
        </ol>
      )}
    </section>
  );
}

function Row({ one }: { one: Closure }) {
  const streets = Object.values(one.edge_counts).reduce((sum, count) => sum + count, 0);
  const how = one.kind === "slow" && one.speed_factor !== null;
  return (
    <li class="closure" data-state={one.state}>
      <button
        type="button"
        class="row"
        aria-pressed={chosenClosure.value === one.id}
        onClick={() => chooseClosure(one)}
      >
        <span class="row-what">{one.reason || one.id}</span>
        <span class={`row-figure closure-${one.kind}`}>
          {say(one.kind)}
          {how && ` ${Math.round((one.speed_factor as number) * 100)} %`}
        </span>
        <span class="row-more">
          {say(one.state)} · {timeOf(Date.parse(one.starts))} –{" "}
          {one.ends === null ? say("open") : timeOf(Date.parse(one.ends))}
        </span>
        <span class={streets ? "row-more" : "row-more late"}>
          {one.id} · {streets ? `${say("streets")} ${streets}` : say("noStreet")}
        </span>
      </button>
      {mayClose() && (
        <button
          type="button"
          class="button quiet small"
          aria-label={`${say("lift")} ${one.reason || one.id}`}
          onClick={() => void liftClosure(one.id)}
        >
          {say("lift")}
        </button>
      )}
    </li>
  );
}

/** When, how and why, once something is drawn. */
function Particulars() {
  const kind = useSignal<"closed" | "slow">("closed");
  const left = useSignal("50");
  const starts = useSignal("");
  const ends = useSignal("");
  const reason = useSignal("");
  const late = starts.value !== "" && ends.value !== "" && ends.value <= starts.value;
  const send = (event: Event) => {
    event.preventDefault();
    void enterClosure({
      kind: kind.value,
      reason: reason.value.trim(),
      starts: instantOf(starts.value),
      ends: instantOf(ends.value),
      speed_factor: kind.value === "slow" ? Number(left.value) / 100 : null,
    });
  };
  return (
    <form class="pane-form" onSubmit={send} data-testid="closure-form">
      <h3>{say("newClosure")}</h3>
      <label class="field">
        <span>{say("why")}</span>
        <input
          autoFocus
          maxLength={500}
          value={reason.value}
          onInput={(event) => (reason.value = event.currentTarget.value)}
        />
      </label>
      <label class="field">
        <span>{say("kind")}</span>
        <select
          value={kind.value}
          onChange={(event) => (kind.value = event.currentTarget.value as "closed" | "slow")}
        >
          <option value="closed">{say("closed")}</option>
          <option value="slow">{say("slow")}</option>
        </select>
      </label>
      {kind.value === "slow" && (
        <label class="field">
          <span>{say("factor")}</span>
          <input
            type="number"
            min="2"
            max="99"
            required
            value={left.value}
            onInput={(event) => (left.value = event.currentTarget.value)}
          />
        </label>
      )}
      <label class="field">
        <span>
          {say("starts")} ({say("atOnce")})
        </span>
        <input
          type="datetime-local"
          value={starts.value}
          onInput={(event) => (starts.value = event.currentTarget.value)}
        />
      </label>
      <label class="field">
        <span>
          {say("ends")} ({say("open")})
        </span>
        <input
          type="datetime-local"
          aria-invalid={late}
          value={ends.value}
          onInput={(event) => (ends.value = event.currentTarget.value)}
        />
        {late && <small class="late">{say("endsFirst")}</small>}
      </label>
      <div class="button-row">
        <button class="button small" type="submit" disabled={late}>
          {say("enter")}
        </button>
        <button class="button quiet small" type="button" onClick={leaveDrawing}>
          {say("cancel")}
        </button>
      </div>
    </form>
  );
}
