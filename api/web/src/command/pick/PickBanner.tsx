import { useSignal } from "@preact/signals";
import { COMMON, dictionary, type Words } from "../../frame/words";
import { leavePick, pick, typedPlace } from "./pick";

const WORDS = {
  ...COMMON,
  typed: ["或输入经度, 纬度", "or type longitude, latitude"],
  notAPlace: ["不是经纬度", "This is no longitude and latitude"],
} as const satisfies Words;
const say = dictionary(WORDS);

/** Says over the map what is to be clicked; a place may be typed as well. */
export function PickBanner() {
  const picking = pick.value;
  const typed = useSignal("");
  const wrong = useSignal(false);
  if (!picking) return null;
  const take = (event: Event) => {
    event.preventDefault();
    const lonLat = typedPlace(typed.value);
    wrong.value = lonLat === null;
    if (lonLat === null) return;
    typed.value = "";
    picking.take(lonLat);
  };
  return (
    <form class="pick-banner" data-testid="pick" onSubmit={take}>
      <b role="status">{picking.says()}</b>
      <input
        type="text"
        inputMode="decimal"
        aria-label={say("typed")}
        aria-invalid={wrong.value}
        placeholder={say("typed")}
        value={typed.value}
        onInput={(event) => (typed.value = event.currentTarget.value)}
      />
      {wrong.value && <span class="late">{say("notAPlace")}</span>}
      {picking.done && (
        <button
          type="button"
          class="button small"
          disabled={!picking.done.ready()}
          onClick={() => picking.done?.press()}
        >
          {picking.done.says()}
        </button>
      )}
      <button type="button" class="button quiet small" onClick={leavePick}>
        {say("cancel")}
      </button>
    </form>
  );
}
