import { draft, hour, looking, shownFigures } from "./state";
import { count, hourName, percent, say } from "./words";

const RUSH_HOUR = 2 * 24 + 8;

/** Which hour of the week coverage is shown of; without it the whole week. */
export function Hours() {
  if (!draft.value || looking.value) return null;
  const at = hour.value;
  const missed = shownFigures.value?.hour;
  const many = missed ? missed.late.length + missed.unreachable.length + missed.nobody.length : 0;
  return (
    <div class="hours">
      <label class="check">
        <input
          type="checkbox"
          checked={at === null}
          onChange={(event) => (hour.value = event.currentTarget.checked ? null : RUSH_HOUR)}
        />
        {say("wholeWeek")}
      </label>
      <input
        type="range"
        min={0}
        max={167}
        value={at ?? RUSH_HOUR}
        aria-label={say("hourOfWeek")}
        aria-valuetext={hourName(at ?? RUSH_HOUR)}
        data-testid="hour"
        onInput={(event) => (hour.value = Number(event.currentTarget.value))}
      />
      <output class="hour-name">{at === null ? say("wholeWeek") : hourName(at)}</output>
      {missed && (
        <span class="aside" data-testid="missed">
          {count(many)} {say("missedThen")} · {percent(missed.incidents_share)} {say("ofIncidents")}
        </span>
      )}
    </div>
  );
}
