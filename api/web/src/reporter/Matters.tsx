import { language } from "../frame/screen";
import { shortName } from "../frame/words";
import { toggleMatter } from "./actions";
import type { FoundMatter } from "./shapes";
import { foundMatters, matters } from "./state";
import { say } from "./words";

/** Matters that may be meant by what was written, each with the words it was found by. */
export function Matters() {
  const chosen = new Set(matters.value.map(({ code }) => code));
  const rest = foundMatters.value.filter(({ code }) => !chosen.has(code));
  if (chosen.size + rest.length === 0) return null;
  return (
    <fieldset class="matters" data-testid="matters">
      <legend>{say("mayBe")}</legend>
      {[...matters.value, ...rest].map((one) => (
        <label key={one.code} class="choice">
          <input
            type="checkbox"
            checked={chosen.has(one.code)}
            onChange={() => toggleMatter(one.code)}
          />
          <span>
            <b>{shortName(one)}</b>
            <Why found={one} />
          </span>
        </label>
      ))}
      <p class="soft">{say("noMatter")}</p>
    </fieldset>
  );
}

function Why({ found }: { found: FoundMatter }) {
  const zh = language.value === "zh";
  const words = [...new Set(found.heard.map(({ said }) => said))].slice(0, 3);
  const quoted = words.map((word) => `“${word}”`).join(zh ? "、" : ", ");
  return (
    <span class="soft">
      {zh ? found.domain : found.domain_en} · {say("because")}
      {zh ? "" : " "}
      {quoted}
    </span>
  );
}
