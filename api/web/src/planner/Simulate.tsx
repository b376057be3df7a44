import { useState } from "preact/hooks";
import { may } from "../frame/book";
import { duration } from "../frame/words";
import { JobProgress } from "./JobProgress";
import { cancelSimulation, showSimulation, simulate, simulation, simulations } from "./jobs";
import { openPlayback } from "./playback";
import type { Difference, Interval, SimulationResult, WholeSimulation } from "./shapes";
import { draft } from "./state";
import { zoneName } from "./Toolbar";
import { count, dayTime, percent, say, signed } from "./words";

/** Years are simulated beside the service; what comes of them stands here with intervals. */
export function Simulate() {
  const plan = draft.value;
  if (!plan) return null;
  const mine = simulations.value.filter((one) => one.plan === plan.id);
  const shown = simulation.value?.plan === plan.id ? simulation.value : null;
  return (
    <section class="stack pad" aria-label={say("simulateTab")}>
      {may("draw_plans") && <Ask plan={plan.id} />}
      {shown && (
        <>
          <JobProgress job={shown} cancel={() => void cancelSimulation(shown.id)} />
          {shown.result && <Result of={shown} result={shown.result} />}
        </>
      )}
      <h3>{say("simulations")}</h3>
      {mine.length === 0 && <p class="aside">{say("noSimulations")}</p>}
      <ul class="draft-list" data-testid="simulations">
        {mine.map((one) => (
          <li key={one.id}>
            <button
              class="draft-row"
              type="button"
              aria-pressed={one.id === shown?.id}
              onClick={() => void showSimulation(one.id)}
            >
              <span class="draft-name">{one.id}</span>
              <span class="tag">{say(one.state)}</span>
              <span class="aside">
                {one.made_by} · {dayTime(one.made_at)}
                {one.digest !== plan.digest && ` · ${say("olderPlan")}`}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Ask({ plan }: { plan: string }) {
  const [years, setYears] = useState(1);
  const [runs, setRuns] = useState(20);
  const [seed, setSeed] = useState(1);
  const fields = [
    ["years", years, setYears, 20],
    ["runs", runs, setRuns, 1000],
    ["seed", seed, setSeed, 2 ** 31 - 1],
  ] as const;
  function submit(event: Event): void {
    event.preventDefault();
    void simulate({ plan, against: "published", years, runs, seed });
  }
  return (
    <form class="stack" onSubmit={submit} data-testid="simulate-form">
      <div class="three">
        {fields.map(([word, value, set, most]) => (
          <label class="field" key={word}>
            <span>{say(word)}</span>
            <input
              name={word} type="number" min={word === "seed" ? 0 : 1} max={most} required
              value={value}
              onInput={(event) => set(Number(event.currentTarget.value))}
            />
          </label>
        ))}
      </div>
      <div class="button-row">
        <button class="button" type="submit">
          {say("simulate")}
        </button>
        <span class="aside">{say("againstForce")}</span>
      </div>
    </form>
  );
}

function Result({ of, result }: { of: WholeSimulation; result: SimulationResult }) {
  const other = result.against;
  const rows: [string, Interval, Interval | undefined, (value: number | null) => string][] = [
    [say("inTime"), result.in_time, other?.in_time, (value) => percent(value)],
    [say("p90"), result.response.p90_s, other?.response.p90_s, seconds],
    [say("meanTravel"), result.mean_travel_s, other?.mean_travel_s, seconds],
  ];
  return (
    <div class="stack" data-testid="simulated">
      <table class="table">
        <thead>
          <tr>
            <th scope="col">{say("figure")}</th>
            <th scope="col" class="number">{draft.value?.name}</th>
            <th scope="col" class="number">{say("inForce")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, mine, theirs, write]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td class="number">{between(mine, write)}</td>
              <td class="number">{theirs ? between(theirs, write) : "–"}</td>
            </tr>
          ))}
          <tr>
            <th scope="row">{say("incidents")}</th>
            <td class="number">{count(result.incidents)}</td>
            <td class="number">{other ? count(other.incidents) : "–"}</td>
          </tr>
          <tr>
            <th scope="row">{say("lateGrids")}</th>
            <td class="number">{count(result.late_grids.length)}</td>
            <td class="number">{other ? count(other.late_grids.length) : "–"}</td>
          </tr>
        </tbody>
      </table>
      {result.difference && <Verdict change={result.difference.in_time} />}
      <ByZone result={result} />
      <button class="button quiet" type="button" onClick={() => void openPlayback(of.id)}>
        {say("playback")}
      </button>
    </div>
  );
}

function seconds(value: number | null): string {
  return value === null ? "–" : duration(value);
}

/** A figure with the interval in which it lies. */
function between({ value, low, high }: Interval, write: (value: number | null) => string) {
  return (
    <>
      <b>{write(value)}</b>
      {low !== null && high !== null && (
        <small class="interval" title={say("interval")}>
          {write(low)}–{write(high)}
        </small>
      )}
    </>
  );
}

function Verdict({ change }: { change: Difference }) {
  return (
    <p data-testid="difference">
      {say("inTime")} <b>{signed(change.value, 2, true)}</b> ({signed(change.low, 2, true)} …{" "}
      {signed(change.high, 2, true)}) · {say(change.significant ? "significant" : "notSignificant")}
    </p>
  );
}

/** Shares of zones with their intervals as whiskers, the worst first. */
function ByZone({ result }: { result: SimulationResult }) {
  const zones = result.by_zone
    .filter(({ name }) => name !== "")
    .sort((one, other) => (one.in_time.value ?? 0) - (other.in_time.value ?? 0));
  return (
    <table class="table zones">
      <caption class="aside">
        {say("inTime")} · {say("interval")}
      </caption>
      <thead>
        <tr>
          <th scope="col">{say("zone")}</th>
          <th scope="col">{say("inTime")}</th>
        </tr>
      </thead>
      <tbody>
        {zones.map(({ name, in_time }) => (
          <tr key={name}>
            <th scope="row">{zoneName(name)}</th>
            <td>
              <span class="whisker">
                <span class="bar-text">
                  {percent(in_time.value)} ({percent(in_time.low)}–{percent(in_time.high)})
                </span>
                <span class="bar-track">
                  <span
                    class="whisker-line"
                    style={{
                      left: `${100 * (in_time.low ?? 0)}%`,
                      right: `${100 - 100 * (in_time.high ?? 1)}%`,
                    }}
                  />
                  <span class="bar-was" style={{ left: `${100 * (in_time.value ?? 0)}%` }} />
                </span>
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
