import { useEffect, useState } from "preact/hooks";
import { inWords } from "../frame/words";
import { may } from "../frame/book";
import { beginDraft } from "./actions";
import { tellProblem } from "../design/Notices";
import { JobProgress } from "./JobProgress";
import { cancelProposal, proposal, propose } from "./jobs";
import { Pareto } from "./Pareto";
import type { OptionFigures, ProposalOption, ProposalResult } from "./shapes";
import { draft, ground, looking } from "./state";
import { count, percent, say } from "./words";

/** Asks for proposals, and shows what each gives up for what: as a chart, a table and on the map. */
export function Propose() {
  useEffect(() => () => void (looking.value = null), []);
  const found = proposal.value;
  return (
    <section class="stack pad" aria-label={say("proposeTitle")}>
      {may("draw_plans") && <Ask />}
      {found && <JobProgress job={found} cancel={() => void cancelProposal(found.id)} />}
      {found?.result && <Result result={found.result} />}
    </section>
  );
}

function Ask() {
  const [balance, setBalance] = useState("80");
  const [most, setMost] = useState("5");
  const [ofIncidents, setOfIncidents] = useState(false);
  const [towns, setTowns] = useState("");
  const [locks, setLocks] = useState(true);
  const running = proposal.value?.state === "running" || proposal.value?.state === "waiting";
  const plan = draft.value;
  function submit(event: Event): void {
    event.preventDefault();
    looking.value = null;
    void propose({
      plan: locks ? (plan?.id ?? null) : null,
      balance: Number(balance) / 100,
      move_at_most: most.trim() === "" ? null : Number(most) / 100,
      of_incidents: ofIncidents,
      never_split: towns.split(/[,，\s]+/).filter(Boolean),
      seed: 1,
    });
  }
  return (
    <form class="stack" onSubmit={submit} data-testid="propose-form">
      <div class="two">
        <label class="field">
          <span>{say("balanceWithin")}</span>
          <input
            name="balance" type="number" min={0} max={99} step={0.1} required value={balance}
            onInput={(event) => setBalance(event.currentTarget.value)}
          />
        </label>
        <label class="field">
          <span>{say("moveAtMost")}</span>
          <input
            name="most" type="number" min={0} max={100} step={0.1} value={most}
            onInput={(event) => setMost(event.currentTarget.value)}
          />
        </label>
      </div>
      <label class="check">
        <input
          type="checkbox" checked={ofIncidents}
          onChange={(event) => setOfIncidents(event.currentTarget.checked)}
        />
        {say("ofIncidentsMoved")}
      </label>
      {plan && (
        <label class="check">
          <input
            type="checkbox" checked={locks}
            onChange={(event) => setLocks(event.currentTarget.checked)}
          />
          {say("respectLocks")} ({plan.locks.grids.length + plan.locks.zones.length})
        </label>
      )}
      <label class="field">
        <span>{say("neverSplit")}</span>
        <input value={towns} onInput={(event) => setTowns(event.currentTarget.value)} />
      </label>
      <div class="button-row">
        <button class="button" type="submit" disabled={running}>
          {say("propose")}
        </button>
      </div>
    </form>
  );
}

function Result({ result }: { result: ProposalResult }) {
  const refusedWhy = result.options.filter(({ feasible }) => !feasible);
  return (
    <>
      <Pareto result={result} />
      <Options result={result} />
      {refusedWhy.length > 0 && (
        <section data-testid="why-not">
          <h3>{say("whyNot")}</h3>
          <ul class="reasons">
            {refusedWhy.flatMap(({ option, why_not }) =>
              why_not.map((reason) => (
                <li key={`${option.code} ${reason.code}`}>
                  <b>{inWords(option)}</b> {inWords(reason)}
                </li>
              )),
            )}
          </ul>
        </section>
      )}
    </>
  );
}

/** Shows a proposal on the map, for as long as it is pointed at or has been chosen. */
export function look(option: ProposalOption): void {
  if (!option.moves) return;
  looking.value = { label: inWords(option.option), moves: option.moves };
}

function Options({ result }: { result: ProposalResult }) {
  return (
    <table class="table options" data-testid="options">
      <thead>
        <tr>
          <th scope="col">{say("option")}</th>
          <th scope="col" class="number">{say("work")} ±</th>
          <th scope="col" class="number">{say("movedGrids")}</th>
          <th scope="col" class="number">{say("paretoTravel")}</th>
          <th scope="col" class="number">{say("border")}</th>
          <th scope="col" class="number">{say("splitTowns")}</th>
        </tr>
      </thead>
      <tbody>
        <tr>
          <th scope="row">{say("today")}</th>
          <Cells figures={result.today} />
        </tr>
        {result.options.map((option) => (
          <OptionRow key={option.option.code} option={option} />
        ))}
      </tbody>
    </table>
  );
}

function OptionRow({ option }: { option: ProposalOption }) {
  const name = inWords(option.option);
  const shown = looking.value?.label === name;
  return (
    <tr aria-selected={shown} data-option={option.option.code} onMouseEnter={() => look(option)}>
      <th scope="row">
        {option.moves ? (
          <button class="zone-name" type="button" aria-pressed={shown} onClick={() => look(option)}>
            {name}
          </button>
        ) : (
          name
        )}
        {!option.feasible && <span class="tag bad">{say("infeasible")}</span>}
        {shown && may("draw_plans") && (
          <button class="button small" type="button" onClick={() => void take(option)}>
            {say("takeAsDraft")}
          </button>
        )}
      </th>
      {option.figures ? <Cells figures={option.figures} /> : <td colSpan={5}>–</td>}
    </tr>
  );
}

function Cells({ figures }: { figures: OptionFigures }) {
  return (
    <>
      <td class="number">{percent(figures.max_deviation)}</td>
      <td class="number">
        {count(figures.moved_grids)} ({percent(figures.moved_share_of_grids)})
      </td>
      <td class="number">{count(figures.mean_travel_min, 2)}</td>
      <td class="number">{count(figures.border_km)}</td>
      <td class="number">{count(figures.split_townships)}</td>
    </>
  );
}

/** A proposal becomes a draft of its own. */
async function take(option: ProposalOption): Promise<void> {
  const seen = looking.value;
  if (!seen || !option.moves) return;
  const zone_of = { ...(ground.value?.published ?? {}), ...option.moves };
  const problem = await beginDraft(seen.label, { from: "zone_of", zone_of });
  if (problem) tellProblem(problem);
  else looking.value = null;
}
