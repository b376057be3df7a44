import { useState } from "preact/hooks";
import { inWords } from "../frame/words";
import { look } from "./Propose";
import type { OptionFigures, ProposalOption, ProposalResult } from "./shapes";
import { looking } from "./state";
import { count, percent, say } from "./words";

const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT] = [360, 210, 46, 34, 14, 14];
type Upright = "max_deviation" | "mean_travel_min";

/** What proposals give up for what: each point is one, and pointing at it shows it on the map. */
export function Pareto({ result }: { result: ProposalResult }) {
  const [upright, setUpright] = useState<Upright>("max_deviation");
  const shown = result.options.filter(({ figures }) => figures !== null);
  const all = [result.today, ...shown.map(({ figures }) => figures as OptionFigures)];
  const across = scale(all.map((one) => one.moved_share_of_grids), LEFT, WIDTH - RIGHT, true);
  const up = scale(all.map((one) => one[upright]), HEIGHT - BOTTOM, TOP, false);
  const write = (value: number) =>
    upright === "max_deviation" ? percent(value, 0) : count(value, 1);
  return (
    <figure class="pareto">
      <figcaption class="button-row">
        <b>{say("pareto")}</b>
        <span class="spring" />
        <label class="zone-choice">
          <span>{say("axis")}</span>
          <select
            value={upright}
            onChange={(event) => setUpright(event.currentTarget.value as Upright)}
          >
            <option value="max_deviation">{say("paretoY")}</option>
            <option value="mean_travel_min">{say("paretoTravel")}</option>
          </select>
        </label>
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="group" aria-label={say("pareto")}>
        {across.ticks.map((tick) => (
          <g key={tick} class="grid-line">
            <line x1={across.at(tick)} x2={across.at(tick)} y1={TOP} y2={HEIGHT - BOTTOM} />
            <text x={across.at(tick)} y={HEIGHT - BOTTOM + 13} text-anchor="middle">
              {percent(tick, 0)}
            </text>
          </g>
        ))}
        {up.ticks.map((tick) => (
          <g key={tick} class="grid-line">
            <line x1={LEFT} x2={WIDTH - RIGHT} y1={up.at(tick)} y2={up.at(tick)} />
            <text x={LEFT - 5} y={up.at(tick) + 4} text-anchor="end">
              {write(tick)}
            </text>
          </g>
        ))}
        <text class="axis" x={(LEFT + WIDTH - RIGHT) / 2} y={HEIGHT - 4} text-anchor="middle">
          {say("paretoX")}
        </text>
        <g class="today">
          <rect
            x={across.at(result.today.moved_share_of_grids) - 5}
            y={up.at(result.today[upright]) - 5}
            width={10}
            height={10}
          />
          <text
            x={across.at(result.today.moved_share_of_grids) + 9}
            y={up.at(result.today[upright]) + 4}
          >
            {say("today")}
          </text>
        </g>
        {shown.map((option, at) => (
          <PointOf
            key={option.option.code}
            option={option}
            number={at + 1}
            x={across.at(option.figures!.moved_share_of_grids)}
            y={up.at(option.figures![upright])}
            says={`${percent(option.figures!.moved_share_of_grids)}, ${write(option.figures![upright])}`}
          />
        ))}
      </svg>
    </figure>
  );
}

interface PointProps {
  option: ProposalOption;
  number: number;
  x: number;
  y: number;
  says: string;
}

function PointOf({ option, number, x, y, says }: PointProps) {
  const name = inWords(option.option);
  const shown = looking.value?.label === name;
  return (
    <g
      class={`point${option.feasible ? "" : " infeasible"}${shown ? " shown" : ""}`}
      role="button"
      tabIndex={0}
      aria-pressed={shown}
      aria-label={`${name}: ${says}`}
      data-option={option.option.code}
      onMouseEnter={() => look(option)}
      onFocus={() => look(option)}
      onClick={() => look(option)}
    >
      <title>{`${name}: ${says}`}</title>
      <circle cx={x} cy={y} r={shown ? 11 : 9} />
      <text x={x} y={y + 4} text-anchor="middle">
        {number}
      </text>
    </g>
  );
}

/** A scale with three to six round ticks. */
function scale(values: number[], from: number, to: number, fromZero: boolean) {
  const most = Math.max(...values);
  const least = fromZero ? 0 : Math.min(...values);
  const span = most - least || Math.max(most, 0.01);
  const step = roundStep(span / 4);
  const first = Math.floor(least / step) * step;
  const last = Math.ceil((most + 1e-12) / step) * step || step;
  const ticks: number[] = [];
  for (let tick = first; tick <= last + step / 2; tick += step) ticks.push(tick);
  const at = (value: number) => from + ((value - first) / (last - first || 1)) * (to - from);
  return { at, ticks };
}

function roundStep(about: number): number {
  const power = 10 ** Math.floor(Math.log10(about));
  const wanted = [1, 2, 5, 10].find((one) => one * power >= about) ?? 10;
  return wanted * power;
}
