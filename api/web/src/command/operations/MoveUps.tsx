/** Which crews to post elsewhere so that more is covered: gain, way, and how to call them. */

import { useEffect } from "preact/hooks";
import { units } from "../../frame/book";
import { duration, inWords, nameOf } from "../../frame/words";
import { selectUnit } from "../units/actions";
import { mostMoves, moveUps, readMoveUps } from "./moveups";
import type { Move, MoveUps as Proposed } from "./shapes";
import { say } from "./words";

const LIMITS = [1, 2, 3, 5, 8] as const;

export function MoveUps() {
  const asked = moveUps.value;
  useEffect(() => void readMoveUps(), []);
  return (
    <section class="list-pane" aria-label={say("moveups")}>
      <div class="pane-head">
        <h2>{say("moveups")}</h2>
        <span class="spring" />
        <button type="button" class="button quiet small" onClick={() => void readMoveUps()}>
          {say("ask")}
        </button>
      </div>
      <div class="list-filters">
        <label>
          {say("limit")}{" "}
          <select
            value={mostMoves.value}
            onChange={(event) => {
              mostMoves.value = Number(event.currentTarget.value);
              void readMoveUps();
            }}
          >
            {LIMITS.map((limit) => (
              <option key={limit} value={limit}>
                {limit} {say("crewsUnit")}
              </option>
            ))}
          </select>
        </label>
      </div>
      {asked.state === "loading" && <div class="skeleton tall" aria-busy="true" />}
      {asked.state === "refused" && <p class="alert">{inWords(asked.problem)}</p>}
      {asked.state === "ready" && <Moves made={asked.value} />}
    </section>
  );
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function Moves({ made }: { made: Proposed }) {
  return (
    <>
      <p class="pane-form" data-testid="move-ups">
        {say("covered")} {percent(made.share_before)} → {percent(made.share_after)}
        {made.proven && ` · ${say("proven")}`}
      </p>
      {made.moves.length === 0 ? (
        <p class="empty">{say("noMove")}</p>
      ) : (
        <>
          <p class="pane-form aside">{say("onlyProposed")}</p>
          <ol class="list">
            {made.moves.map((move) => (
              <Row key={move.crew} move={move} />
            ))}
          </ol>
        </>
      )}
    </>
  );
}

function Row({ move }: { move: Move }) {
  const unit = units.value.get(move.crew);
  const post = units.value.get(move.post);
  return (
    <li>
      <button type="button" class="row" onClick={() => selectUnit(move.crew)}>
        <span class="row-what">{unit ? nameOf(unit) : move.crew}</span>
        <span class="row-figure timely">
          {say("gain")} {percent(move.gain_share)}
        </span>
        <span class="row-more">
          {say("to")} {post ? nameOf(post) : move.post} · {duration(move.travel_time_s)}
        </span>
        <span class="row-more contact">
          {say("call")} {[unit?.call_sign, unit?.phone].filter(Boolean).join(" · ")}
        </span>
      </button>
    </li>
  );
}
