import { may } from "../frame/book";
import type { Assignment } from "./case_shapes";
import { word } from "./case_words";
import { crewsAt } from "./cases";
import { timeOf } from "./clock_time";
import { Countdown } from "./Countdown";
import { show } from "./dialogs";
import { arrive, contactOf, unitName } from "./dispatching";

/** Who was sent, how they are called, and when they will be there. */
export function Crews({ incident }: { incident: string }) {
  const crews = crewsAt(incident);
  if (crews.length === 0) return null;
  return (
    <ul class="crews" aria-label={word("crews")} data-testid="crews">
      {crews.map((crew) => (
        <CrewRow key={crew.id} crew={crew} />
      ))}
    </ul>
  );
}

function CrewRow({ crew }: { crew: Assignment }) {
  const leads = may("follow_assignment");
  return (
    <li class="crew-card" data-testid="crew">
      <b class="crew-name">{unitName(crew.unit)}</b>
      <Stand crew={crew} />
      <span class="contact">{contactOf(crew.unit)}</span>
      <span class="aside">
        {crew.decided_by} · {timeOf(Date.parse(crew.decided_at))} · {crew.id}
      </span>
      {leads && (
        <span class="button-row">
          {crew.arrived_at === null && crew.kind !== "first_look" && (
            <button type="button" class="button quiet small" onClick={() => void arrive(crew.id)}>
              {word("arrived")}
            </button>
          )}
          <button
            type="button"
            class="button quiet small"
            onClick={() => show({ dialog: "release", assignment: crew.id })}
          >
            {word("release")} <kbd>x</kbd>
          </button>
        </span>
      )}
    </li>
  );
}

/** How far a crew is: there, on its way, or only told. */
function Stand({ crew }: { crew: Assignment }) {
  if (crew.arrived_at !== null) {
    return (
      <span class="stand timely">
        {word("arrivedAt")} {timeOf(Date.parse(crew.arrived_at))}
      </span>
    );
  }
  const said = crew.departed_at
    ? word("setOut")
    : crew.acknowledged_at
      ? word("acknowledgedIt")
      : word("dispatched");
  const eta = crew.eta_s === null ? null : Date.parse(crew.decided_at) + crew.eta_s * 1000;
  return (
    <span class="stand">
      {said}
      {eta !== null && ` · ${word("etaAt")} ${timeOf(eta)}`}
      {crew.kind !== "first_look" && (
        <>
          {" "}
          <Countdown at={Date.parse(crew.clock.due_at)} />
        </>
      )}
    </span>
  );
}
