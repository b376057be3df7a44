import { draft, looking, shownFigures } from "./state";
import { say } from "./words";

/** What the marks on the map mean. */
export function Legend() {
  if (!draft.value && !looking.value) return null;
  const missed = shownFigures.value?.hour;
  return (
    <ul class="plan-legend">
      <li>
        <i class="key key-published" />
        {say("legendPublished")}
      </li>
      <li>
        <i class="key key-moved" />
        {say("legendMoved")}
      </li>
      <li>
        <i class="key key-locked" />
        {say("legendLocked")}
      </li>
      {missed && (
        <>
          <li>
            <i class="key key-late" />
            {say("legendLate")}
          </li>
          <li>
            <i class="key key-unreachable" />
            {say("legendUnreachable")}
          </li>
        </>
      )}
    </ul>
  );
}
