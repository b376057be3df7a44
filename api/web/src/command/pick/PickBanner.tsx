import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { COMMON, dictionary, type Words } from "../../frame/words";
import { leavePick, pick, typedPlace, type Pick } from "./pick";

const WORDS = {
  ...COMMON,
  typed: ["或输入经度, 纬度", "or type longitude, latitude"],
  notAPlace: ["不是经纬度", "This is no longitude and latitude"],
} as const satisfies Words;
const say = dictionary(WORDS);

/** Says over the map what is to be clicked; a place may be typed as well. */
export function PickBanner() {
  return pick.value && <Banner picking={pick.value} />;
}

/** The field is ready for typing; afterwards the focus is where it was, unless it went elsewhere. */
function Banner({ picking }: { picking: Pick }) {
  const form = useRef<HTMLFormElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const typed = useSignal("");
  const wrong = useSignal(false);
  useLayoutEffect(() => {
    const before = document.activeElement;
    field.current?.focus();
    return () => {
      const stayed = form.current?.contains(document.activeElement);
      if (stayed && before instanceof HTMLElement) before.focus();
    };
  }, []);
  const take = (event: Event) => {
    event.preventDefault();
    if (typed.value.trim() === "" && picking.done?.ready()) return picking.done.press();
    const lonLat = typedPlace(typed.value);
    wrong.value = lonLat === null;
    if (lonLat === null) return;
    typed.value = "";
    picking.take(lonLat);
  };
  return (
    <form ref={form} class="pick-banner" data-testid="pick" onSubmit={take}>
      <b role="status">{picking.says()}</b>
      <input
        ref={field}
        type="text"
        inputMode="decimal"
        aria-label={say("typed")}
        aria-invalid={wrong.value}
        placeholder={say("typed")}
        value={typed.value}
        onInput={(event) => (typed.value = event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") leavePick();
        }}
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
