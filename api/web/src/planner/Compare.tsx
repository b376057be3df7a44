import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Fetched } from "../frame/screen";
import { duration, inWords } from "../frame/words";
import { attempt, problemOf } from "./actions";
import { planner } from "./service";
import type { Evaluation, FigureRow, Unit } from "./shapes";
import { draft, drafts, ground, swipe } from "./state";
import { count, percent, say, signed } from "./words";

const IN_FORCE = "published";

const evaluated = signal<Fetched<Evaluation>>({ state: "idle" });
const other = signal(IN_FORCE);
/** Figures of the other plan, where it is not the one in force. */
const otherFigures = signal<Record<string, number | null> | null>(null);

/** Two plans beside each other: on the map, and figure by figure. */
export function Compare() {
  const plan = draft.value;
  const mark = plan ? `${plan.id} ${plan.version}` : "";
  useEffect(() => {
    if (plan) void evaluate(plan.id);
  }, [mark]);
  useEffect(() => () => void (swipe.value = null), []);
  if (!plan) return null;
  const plans = drafts.value.state === "ready" ? drafts.value.value : [];
  return (
    <section class="stack pad" aria-label={say("compareTab")}>
      <label class="field">
        <span>{say("compareWith")}</span>
        <select
          data-testid="compare-with"
          value={other.value}
          onChange={(event) => void choose(event.currentTarget.value)}
        >
          <option value={IN_FORCE}>{say("inForce")}</option>
          {plans
            .filter(({ id }) => id !== plan.id)
            .map(({ id, name }) => (
              <option key={id} value={id}>
                {name} · {id}
              </option>
            ))}
        </select>
      </label>
      <div class="button-row">
        <button
          class="button"
          type="button"
          aria-pressed={swipe.value !== null}
          onClick={() => void toggleSwipe()}
        >
          {say(swipe.value ? "swipeOff" : "swipeOn")}
        </button>
        <span class="spring" />
        {say("scorecard")}
        <a class="button quiet" href={planner.paper(plan.id, "evaluation", "pdf")} download>
          PDF
        </a>
        <a class="button quiet" href={planner.paper(plan.id, "evaluation", "xlsx")} download>
          XLSX
        </a>
      </div>
      <Differences name={plan.name} />
    </section>
  );
}

async function evaluate(id: string): Promise<void> {
  evaluated.value = { state: "loading" };
  try {
    evaluated.value = { state: "ready", value: await planner.evaluation(id) };
  } catch (error) {
    evaluated.value = { state: "refused", problem: problemOf(error) };
  }
}

async function choose(id: string): Promise<void> {
  other.value = id;
  otherFigures.value = null;
  if (id !== IN_FORCE) {
    const told = await attempt(() => planner.figures(id, null));
    if (told && other.value === id) otherFigures.value = told.plan.figures;
  }
  if (swipe.value) await startSwipe(swipe.value.at);
}

async function toggleSwipe(): Promise<void> {
  if (swipe.value) swipe.value = null;
  else await startSwipe(50);
}

async function startSwipe(at: number): Promise<void> {
  const id = other.value;
  if (id === IN_FORCE) {
    swipe.value = { plan: say("inForce"), zoneOf: ground.value?.published ?? {}, at };
    return;
  }
  const plan = await attempt(() => planner.plan(id));
  if (plan) swipe.value = { plan: plan.name, zoneOf: plan.zone_of, at };
}

function Differences({ name }: { name: string }) {
  const told = evaluated.value;
  if (told.state === "refused") {
    return (
      <p class="alert" role="alert">
        {inWords(told.problem)}
      </p>
    );
  }
  if (told.state !== "ready") {
    return (
      <div class="empty" aria-busy="true">
        <span class="spinner" />
        <p>{say("measuring")}</p>
      </div>
    );
  }
  const plans = drafts.value.state === "ready" ? drafts.value.value : [];
  const first = plans.find(({ id }) => id === other.value)?.name ?? say("inForce");
  return (
    <table class="table compare" data-testid="differences">
      <thead>
        <tr>
          <th scope="col">{say("figure")}</th>
          <th scope="col" class="number">{first}</th>
          <th scope="col" class="number">{name}</th>
          <th scope="col" class="number">{say("difference")}</th>
        </tr>
      </thead>
      <tbody>
        {told.value.side_by_side.map((row) => (
          <Row key={row.code} row={row} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ row }: { row: FigureRow }) {
  const theirs = otherFigures.value;
  const first = theirs ? (theirs[row.code] ?? null) : (row.values[0] ?? null);
  const second = row.values[1] ?? null;
  const change = first === null || second === null ? null : second - first;
  const verdict = judged(row, change);
  return (
    <tr>
      <th scope="row">{inWords(row)}</th>
      <td class="number">{written(first, row.unit)}</td>
      <td class="number">{written(second, row.unit)}</td>
      <td class={`number ${verdict ?? ""}`}>
        {changeWritten(change, row.unit)}
        {verdict && <span class="verdict"> {say(verdict)}</span>}
      </td>
    </tr>
  );
}

const LEAST = 1e-9;

function judged({ aim }: FigureRow, change: number | null): "better" | "worse" | null {
  if (change === null || Math.abs(change) < LEAST || aim === "neither") return null;
  return change > 0 === (aim === "more") ? "better" : "worse";
}

/** A figure in its unit. */
function written(value: number | null, unit: Unit): string {
  if (value === null) return "–";
  if (unit === "share") return percent(value, 2);
  if (unit === "s") return duration(value);
  return count(value, unit === "ratio" ? 3 : unit === "km" ? 1 : 0);
}

function changeWritten(value: number | null, unit: Unit): string {
  if (unit === "share") return signed(value, 2, true);
  const digits = unit === "ratio" ? 3 : unit === "km" ? 1 : 0;
  return signed(value, digits, false) + (unit === "s" && value !== null ? " s" : "");
}
