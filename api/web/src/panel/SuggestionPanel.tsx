import type { PassedOver, Proposal, Suggestion } from "../api";
import { fitRoute } from "../map/camera";
import {
  chosenMatters,
  chosenProposal,
  hoveredProposal,
  suggestion,
  units,
  zones,
} from "../state";
import { clockface, duration, inWords, metres, nameOf, say } from "../text";

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
    <section class="suggestion" data-testid="suggestion">
      <h3>{say("suggestion")}</h3>
      {answer.degraded && (
        <p class="alert">
          {say("degraded")}：{inWords(answer.degraded)}
        </p>
      )}
      <Holder answer={answer} />
      {answer.proposals.length === 0 && (
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
    </section>
  );
}

function Holder({ answer: { holder } }: { answer: Suggestion }) {
  if (!holder) return null;
  const unit = units.value.get(holder.unit ?? "");
  return (
    <dl class="holder" data-testid="holder">
      <dt>{say("holder")}</dt>
      <dd>
        <b>{unit ? nameOf(unit) : (holder.unit ?? "—")}</b>
      </dd>
      {holder.acting_body && (
        <>
          <dt>{say("actingBody")}</dt>
          <dd>{holder.acting_body}</dd>
        </>
      )}
      <dt>{say("rule")}</dt>
      <dd>{inWords(holder.rule)}</dd>
    </dl>
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
    <li>
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
        <span class="tags">
          <span class={`tag kind-${proposal.kind}`}>{say(KIND[proposal.kind])}</span>
          {proposal.mutual_aid && <span class="tag aid">{say("mutualAid")}</span>}
          <Facts proposal={proposal} />
        </span>
        {chosen && <Reasons proposal={proposal} />}
      </button>
    </li>
  );
}

function Eta({ proposal: { eta_s, meets_target } }: { proposal: Proposal }) {
  if (eta_s === null) return <span class="eta late">{say("unreachable")}</span>;
  const verdict = meets_target === null ? null : meets_target ? "inTarget" : "late";
  return (
    <span class={`eta ${meets_target === false ? "late" : "timely"}`}>
      <b>{clockface(eta_s)}</b>
      {verdict && <small>{say(verdict)}</small>}
    </span>
  );
}

function Facts({ proposal }: { proposal: Proposal }) {
  const { length_m, position_age_s, crew } = proposal;
  const facts = [
    length_m === null ? null : metres(length_m),
    `${crew.length} ${say("officers")}`,
    position_age_s === null ? null : `${say("fixAge")} ${duration(position_age_s)}${say("ago")}`,
  ];
  return <span class="facts">{facts.filter(Boolean).join(" · ")}</span>;
}

function Reasons({ proposal }: { proposal: Proposal }) {
  const unit = units.value.get(proposal.unit);
  const zone = zones.value.get(unit?.zone ?? "");
  const contact = [unit?.call_sign, unit?.phone, zone && nameOf(zone)].filter(Boolean);
  return (
    <span class="reasons">
      {proposal.reasons.map((reason) => (
        <span key={reason.code}>{inWords(reason)}</span>
      ))}
      {contact.length > 0 && <span class="contact">{contact.join(" · ")}</span>}
    </span>
  );
}

function PassedOverList({ answer }: { answer: Suggestion }) {
  const counts = Object.values(answer.passed_over_count);
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0 && answer.passed_over.length === 0) return null;
  return (
    <details class="passed-over" open={answer.proposals.length === 0}>
      <summary>
        {say("passedOver")} <span class="count">{Math.max(total, answer.passed_over.length)}</span>
      </summary>
      <ul>
        {answer.passed_over.map((passed) => (
          <PassedRow key={passed.unit} passed={passed} />
        ))}
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
