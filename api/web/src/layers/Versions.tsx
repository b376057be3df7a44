import { callOff, numbered, openDraft } from "./actions";
import { when } from "./figures";
import { sayKind } from "./kind_words";
import type { CityPlan, CityVersion } from "./shapes";
import { drafts, planned, rollingBack, versions } from "./state";
import { say, type Word } from "./words";

/** What is planned, and every version of the city: who, when, why. */
export function Versions() {
  const list = versions.value;
  return (
    <>
      <section>
        <h3>{say("plannedTitle")}</h3>
        {planned.value.length === 0 ? (
          <p class="empty">{say("noPlanned")}</p>
        ) : (
          <ul class="plans" data-testid="planned">
            {planned.value.map((plan) => (
              <Planned key={plan.id} plan={plan} />
            ))}
          </ul>
        )}
      </section>
      <section>
        <h3>
          {say("versionsTitle")}
          {list.length > 1 && (
            <button
              class="button quiet small"
              type="button"
              data-testid="roll-back"
              onClick={() => (rollingBack.value = true)}
            >
              {say("rollBack")}
            </button>
          )}
        </h3>
        {list.length === 0 ? (
          <p class="empty">{say("noVersions")}</p>
        ) : (
          <ol class="versions" data-testid="versions">
            {list.map((version, at) => (
              <VersionRow key={version.number} version={version} current={at === 0} />
            ))}
          </ol>
        )}
      </section>
    </>
  );
}

function VersionRow({ version, current }: { version: CityVersion; current: boolean }) {
  return (
    <li data-version={version.number}>
      <span class="version-head">
        <b>{numbered(version.number)}</b>
        {current && <span class="tag good">{say("current")}</span>}
        {version.back_to !== null && (
          <span class="tag warn">
            {say("backTo")} {numbered(version.back_to)}
          </span>
        )}
        <Kinds ids={version.drafts} />
      </span>
      {version.why && <q>{version.why}</q>}
      <span class="aside">
        {version.published_by} · {when(version.published_at)}
      </span>
    </li>
  );
}

function Planned({ plan }: { plan: CityPlan }) {
  const word = `plan_${plan.state}` as Word;
  return (
    <li data-plan={plan.id}>
      <span class="version-head">
        <b>{when(plan.due_at)}</b>
        <span class={plan.state === "refused" ? "tag bad" : "tag"}>{say(word)}</span>
        <Kinds ids={plan.drafts} />
      </span>
      {plan.why && <q>{plan.why}</q>}
      {plan.said !== null && <span class="aside">{plan.said}</span>}
      <span class="aside">
        {plan.id} · {plan.planned_by}
      </span>
      {plan.state === "planned" && (
        <button class="button quiet small" type="button" onClick={() => void callOff(plan.id)}>
          {say("callOff")}
        </button>
      )}
    </li>
  );
}

/** Kinds of the drafts of a set; each leads to its draft. */
function Kinds({ ids }: { ids: readonly string[] }) {
  const known = drafts.value.filter((draft) => ids.includes(draft.id));
  return (
    <>
      {known.map((draft) => (
        <button key={draft.id} class="link" type="button" onClick={() => openDraft(draft.id)}>
          {sayKind(draft.kind)}
        </button>
      ))}
    </>
  );
}
