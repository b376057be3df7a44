import { useState } from "preact/hooks";
import { inWords } from "../frame/words";
import { chooseFinding, takeFixes } from "./actions";
import { FixPreview } from "./FixPreview";
import { number } from "./figures";
import { nameOfCode } from "./kind_words";
import { SEVERITIES, type Finding, type Report, type Severity } from "./shapes";
import { busy, chosenFinding, groups, isOpen, opened, severity } from "./state";
import { WithReport } from "./Waiting";
import { say } from "./words";

/** Rows of a group that are drawn at once. */
const PIECE = 50;

const ONE = { error: "oneError", warning: "oneWarning", note: "oneNote" } as const;
const MANY = { error: "error", warning: "warning", note: "note" } as const;
export const TINT = { error: "bad", warning: "warn", note: "" } as const;

/** What is wrong with the draft, in groups; each is shown on the map, and mended where that is plain. */
export function Findings() {
  return <WithReport show={(told) => <Listed told={told} />} />;
}

function Listed({ told }: { told: Report }) {
  if (told.findings.length === 0) return <p class="empty good">✓ {say("noFindings")}</p>;
  const fixable = told.findings.filter((finding) => finding.fix !== null);
  return (
    <>
      <div class="findings-head">
        <div class="severities" role="group" aria-label={say("findings")}>
          <Filter wanted={null} count={told.findings.length} />
          {SEVERITIES.map((one) => (
            <Filter key={one} wanted={one} count={told.counts[one]} />
          ))}
        </div>
        <button
          class="button"
          type="button"
          data-testid="take-all"
          disabled={fixable.length === 0 || busy.value || !mayChange()}
          onClick={() => void takeFixes(null)}
        >
          {say("takeAll")} ({number(fixable.length)})
        </button>
      </div>
      {groups.value.length === 0 && <p class="empty">{say("noneOfThese")}</p>}
      {groups.value.map((group) => (
        <Group key={`${group[0]?.severity} ${group[0]?.code}`} group={group} />
      ))}
    </>
  );
}

function mayChange(): boolean {
  const shown = opened.value;
  return shown.state === "ready" && isOpen(shown.value.value);
}

function Filter({ wanted, count }: { wanted: Severity | null; count: number }) {
  return (
    <button
      type="button"
      class={`chip ${wanted ? TINT[wanted] : ""}`}
      aria-pressed={severity.value === wanted}
      data-severity={wanted ?? "all"}
      onClick={() => (severity.value = wanted)}
    >
      {say(wanted ? MANY[wanted] : "all")} <b>{number(count)}</b>
    </button>
  );
}

function Group({ group }: { group: Finding[] }) {
  const [shown, setShown] = useState(PIECE);
  const first = group[0];
  if (!first) return null;
  const fixable = group.filter((finding) => finding.fix !== null);
  return (
    <section class="finding-group" data-code={first.code}>
      <h3>
        <span class={`tag ${TINT[first.severity]}`}>{say(ONE[first.severity])}</span>
        {nameOfCode(first.code)} <span class="count">{number(group.length)}</span>
        {fixable.length > 1 && (
          <button
            class="link"
            type="button"
            disabled={busy.value || !mayChange()}
            onClick={() => void takeFixes(fixable)}
          >
            {say("takeGroup")}
          </button>
        )}
      </h3>
      <ul>
        {group.slice(0, shown).map((finding, at) => (
          <Row key={`${finding.feature} ${finding.others.join()} ${at}`} finding={finding} />
        ))}
      </ul>
      {group.length > shown && (
        <button class="link" type="button" onClick={() => setShown(shown + 4 * PIECE)}>
          {say("showMore")} ({number(group.length - shown)})
        </button>
      )}
    </section>
  );
}

function Row({ finding }: { finding: Finding }) {
  const chosen = chosenFinding.value === finding;
  return (
    <li class="finding" aria-current={chosen} data-testid="finding" data-code={finding.code}>
      <button
        type="button"
        class="finding-say"
        aria-expanded={chosen}
        onClick={() => chooseFinding(chosen ? null : finding)}
      >
        <span class="finding-feature">
          {finding.feature ?? say("wholeLayer")}
          {finding.fix !== null && <span class="tag good">{say("fixable")}</span>}
        </span>
        <span class="finding-message">{inWords(finding.message)}</span>
      </button>
      {chosen && finding.fix !== null && (
        <div class="finding-fix">
          <FixPreview changes={finding.fix} />
          <button
            class="button"
            type="button"
            data-testid="take-one"
            disabled={busy.value || !mayChange()}
            onClick={() => void takeFixes([finding])}
          >
            {say("takeOne")}
          </button>
          {needsDatum(finding) && <span class="aside">{say("datumFirst")}</span>}
        </div>
      )}
    </li>
  );
}

/** Whether the layer would be read in another datum before this fix is taken. */
function needsDatum(finding: Finding): boolean {
  if (finding.code === "datum_other") return false;
  return groups.value.some((group) => group[0]?.code === "datum_other" && group[0].fix !== null);
}
