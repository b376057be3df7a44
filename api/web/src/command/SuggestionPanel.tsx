import { may, units } from "../frame/book";
import { clockface, duration, inWords, metres, nameOf } from "../frame/words";
import { fitRoute } from "../map/camera";
import type { Reason } from "../service/ask";
import { word } from "./case_words";
import { Diversions } from "./Diversions";
import { choose, contactOf } from "./dispatching";
import type { PassedOver, Proposal, Suggestion } from "./shapes";
import { WhyNot } from "./WhyNot";
import {
  chosenMatters,
  chosenProposal,
  hoveredProposal,
  place,
  suggestion,
} from "./state";
import { say } from "./words";

const KIND = {
  grid: "grid_kind",
  specialist: "specialist",
  secure: "secure",
  first_look: "first_look",
} as const;

/** Who should go: the holder of the power, the ranked crews, and those passed over. */
export function SuggestionPanel() {
  const asked = suggestion.value;
  if (asked.state === "idle") {
    return chosenMatters.value.length === 0 ? <p class="empty">{say("noMatter")}</p> : null;
  }
  if (asked.state === "loading") {
    return (
      <section class="suggestion" aria-busy="true">
        <h3>{say("suggesting")}</h3>
        <div class="skeleton tall" />
        <div class="skeleton tall" />
        <div class="skeleton tall" />
      </section>
    );
  }
  if (asked.state === "refused") {
    return (
      <p class="alert" role="alert" data-testid="refused">
        {inWords(asked.problem)}
        <small>{asked.problem.en}</small>
      </p>
    );
  }
  return <Answer answer={asked.value} />;
}

function Answer({ answer }: { answer: Suggestion }) {
  return (
    <section class="suggestion" data-testid="suggestion" data-id={answer.id}>
      <h3>{say("suggestion")}</h3>
      {answer.degraded && (
        <p class="alert">
          {say("degraded")}：{answer.degraded.why}
        </p>
      )}
      <HolderCard answer={answer} />
      <Findings answer={answer} />
      {answer.proposals.every((proposal) => proposal.kind === "first_look") && (
        <div class="none" data-testid="no-proposal">
          <b>{say("noProposal")}</b>
          <span>{say("noProposalText")}</span>
        </div>
      )}
      <ol class="proposals">
        {answer.proposals.map((proposal, index) => (
          <ProposalRow key={`${proposal.kind} ${proposal.unit}`} proposal={proposal} index={index} />
        ))}
      </ol>
      <PassedOverList answer={answer} />
      <WhyNot suggestion={answer.id} />
      <Diversions suggestion={answer.id} />
    </section>
  );
}

function HolderCard({ answer: { holder, grounds } }: { answer: Suggestion }) {
  const unit = units.value.get(holder.unit ?? "");
  return (
    <dl class="holder" data-testid="holder">
      <dt>{say("holder")}</dt>
      <dd>
        <b>{unit ? nameOf(unit) : (holder.unit ?? "—")}</b>
      </dd>
      <dt>{say("actingBody")}</dt>
      <dd>{holder.acting_body ?? "—"}</dd>
      <dt>{say("rule")}</dt>
      <dd class="rules">
        <Grounds grounds={grounds} />
      </dd>
    </dl>
  );
}

/** The row that decided stands there; the other rules are a click away, so that crews are seen. */
function Grounds({ grounds: [first, ...others] }: { grounds: readonly Reason[] }) {
  if (!first) return <>—</>;
  if (others.length === 0) return <span>{inWords(first)}</span>;
  return (
    <details>
      <summary>
        <span class="first-ground">{inWords(first)}</span>
        <span class="count">+{others.length}</span>
      </summary>
      {others.map((ground) => (
        <span key={ground.en}>{inWords(ground)}</span>
      ))}
    </details>
  );
}

/** What was missing or contradictory; what the place and the rule say already is not repeated. */
function Findings({ answer }: { answer: Suggestion }) {
  const at = place.value;
  const told = at.state === "ready" ? [...at.value.remarks, ...answer.grounds] : answer.grounds;
  const said = new Set(told.map((remark) => remark.en));
  const left = answer.findings.filter((finding) => !said.has(finding.en));
  if (left.length === 0) return null;
  return (
    <ul class="findings">
      {left.map((finding) => (
        <li key={finding.en}>{inWords(finding)}</li>
      ))}
    </ul>
  );
}

function ProposalRow({ proposal, index }: { proposal: Proposal; index: number }) {
  const chosen = chosenProposal.value === index;
  const unit = units.value.get(proposal.unit);
  const show = (): void => {
    chosenProposal.value = index;
    if (proposal.route) fitRoute(proposal.route);
  };
  return (
    <li class="proposal-row" data-chosen={chosen}>
      <button
        type="button"
        class="proposal"
        aria-pressed={chosen}
        data-testid="proposal"
        title={say("showRoute")}
        onClick={show}
        onMouseEnter={() => (hoveredProposal.value = index)}
        onMouseLeave={() => (hoveredProposal.value = null)}
        onFocus={() => (chosenProposal.value = index)}
      >
        <span class="rank">{proposal.rank}</span>
        <span class="crew-name">{unit ? nameOf(unit) : proposal.unit}</span>
        <Eta proposal={proposal} />
        <span class="contact">{contactOf(proposal.unit)}</span>
        <span class="tags">
          <span class={`tag kind-${proposal.kind}`}>{say(KIND[proposal.kind])}</span>
          {proposal.mutual_aid && <span class="tag aid">{say("mutualAid")}</span>}
          <Facts proposal={proposal} />
        </span>
      </button>
      {chosen && may("dispatch_crew") && (
        <button
          type="button"
          class="button send"
          data-testid="send"
          onClick={() => choose({ proposal })}
        >
          {word("send")} <kbd>d</kbd>
        </button>
      )}
      {chosen && <Reasons proposal={proposal} />}
    </li>
  );
}

/** When a crew arrives, and whether in time; a drone looks, which is no arrival. */
function Eta({ proposal: { eta_s, meets_target, kind } }: { proposal: Proposal }) {
  if (kind === "first_look") {
    return (
      <span class="eta">
        <b>{clockface(eta_s)}</b>
        <small>{say("overhead")}</small>
      </span>
    );
  }
  return (
    <span class={`eta ${meets_target ? "timely" : "late"}`}>
      <b>{clockface(eta_s)}</b>
      <small>{say(meets_target ? "inTarget" : "late")}</small>
    </span>
  );
}

function Facts({ proposal }: { proposal: Proposal }) {
  const { length_m, position_age_s, crew, coverage_price: price, eta_p90_s: p90 } = proposal;
  const age = position_age_s === null ? null : duration(position_age_s);
  const facts = [
    p90 === null ? null : `${word("p90")} ${clockface(p90)}`,
    proposal.p_in_target === null ? null : `${word("chance")} ${percent(proposal.p_in_target)}`,
    price && `${word("price")} ${priceOf(price)}`,
    length_m === null ? null : metres(length_m),
    crew.length === 0 ? null : `${crew.length} ${say("officers")}`,
    age && `${say("fixAge")} ${age} ${say("ago")}`,
  ];
  return <span class="facts">{facts.filter(Boolean).join(" · ")}</span>;
}

function percent(share: number): string {
  return `${Math.round(share * 100)}%`;
}

function priceOf({ value, unit }: { value: number; unit: string }): string {
  return unit === "share_of_demand" ? `${(value * 100).toFixed(1)}%` : value.toPrecision(2);
}

function Reasons({ proposal }: { proposal: Proposal }) {
  const brigade = units.value.get(proposal.brigade ?? "");
  return (
    <div class="reasons">
      {brigade && <span class="contact">{nameOf(brigade)}</span>}
      {proposal.reasons.map((reason) => (
        <span key={reason.en}>{inWords(reason)}</span>
      ))}
    </div>
  );
}

function PassedOverList({ answer: { passed_over, passed_over_count, proposals } }: {
  answer: Suggestion;
}) {
  const more = Object.values(passed_over_count).reduce((sum, count) => sum + count, 0);
  if (more + passed_over.length === 0) return null;
  return (
    <details class="passed-over" open={proposals.length === 0} data-testid="passed-over">
      <summary>
        {say("passedOver")} <span class="count">{passed_over.length + more}</span>
      </summary>
      <ul>
        {passed_over.map((passed) => (
          <PassedRow key={passed.unit} passed={passed} />
        ))}
        {more > 0 && (
          <li class="aside">
            {say("others")} {more}
          </li>
        )}
      </ul>
    </details>
  );
}

function PassedRow({ passed }: { passed: PassedOver }) {
  const unit = units.value.get(passed.unit);
  return (
    <li>
      <span>{unit ? nameOf(unit) : passed.unit}</span>
      <span class="aside">{inWords(passed.reason)}</span>
    </li>
  );
}
