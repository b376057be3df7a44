import { language } from "../frame/screen";
import { duration, shortName } from "../frame/words";
import type { Nearby } from "./shapes";
import { joins, nearby } from "./state";
import { say } from "./words";

/** Reports nearby that may be of the same thing: kind, distance and age, and nobody's words. */
export function NearbyReports() {
  if (nearby.value.length === 0) return null;
  return (
    <section class="card nearby" aria-labelledby="nearby" data-testid="nearby">
      <h2 id="nearby">{say("nearbyTitle")}</h2>
      <p class="soft">{say("nearbyText")}</p>
      <ul class="choices">
        {nearby.value.map((one) => {
          const joined = joins.value?.id === one.id;
          return (
            <li key={one.id}>
              <p>
                <b>{kindOf(one)}</b>
                <span class="soft">
                  {say("within")} {one.distance_m} {say("away")} · {duration(one.age_s)}{" "}
                  {say("ago")}
                </span>
              </p>
              {joined && <p role="status">{say("joining")}</p>}
              <button
                class={joined ? "button quiet" : "button"}
                type="button"
                onClick={() => (joins.value = joined ? null : one)}
              >
                {say(joined ? "notJoin" : "join")}
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function kindOf({ matters, matters_en }: Nearby): string {
  if (matters.length === 0) return say("unnamed");
  const names = matters.map((name, at) => shortName({ name, name_en: matters_en[at] ?? "" }));
  return names.join(language.value === "zh" ? "；" : "; ");
}
