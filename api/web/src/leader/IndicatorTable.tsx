import { inWords } from "../frame/words";
import type { Indicator } from "./shapes";
import { lines, opened, openFigure } from "./state";
import { Trend } from "./Trend";
import { changeOf, count, percent, say } from "./words";

/** Every indicator with its counts, its change and its trend; each opens what it is made of. */
export function IndicatorTable({ reported }: { reported: readonly number[] }) {
  return (
    <table class="table indicators" data-testid="indicators">
      <thead>
        <tr>
          <th>{say("indicators")}</th>
          <th class="number">{say("figure")}</th>
          <th class="number">{say("counted")}</th>
          <th class="number">{say("change")}</th>
          <th>{say("trend")}</th>
        </tr>
      </thead>
      <tbody>
        {lines.value.map((line) => (
          <Row key={line.code} line={line} />
        ))}
        <tr>
          <td>{say("reported")}</td>
          <td class="number">
            <b>{count(reported.at(-1) ?? 0)}</b>
          </td>
          <td />
          <td />
          <td>
            <Trend values={reported} label={reported.map(count).join(" → ")} />
          </td>
        </tr>
      </tbody>
    </table>
  );
}

function Row({ line }: { line: Indicator }) {
  const { code, found, before, of } = line;
  const shares = [...before, found].map(({ share }) => share);
  const range = found.interval?.map(percent).join(" – ");
  return (
    <tr aria-selected={opened.value === code}>
      <td>
        <button
          type="button"
          class="link"
          aria-pressed={opened.value === code}
          data-testid={`open-${code}`}
          title={line.terms}
          onClick={() => openFigure(code)}
        >
          {inWords(line)}
        </button>
        <span class="aside">{inWords(of)}</span>
      </td>
      <td class="number" title={range} data-testid={`figure-${code}`}>
        <b>{percent(found.share)}</b>
      </td>
      <td class="number">{found.of ? `${count(found.hits)} / ${count(found.of)}` : say("nothing")}</td>
      <td class="number">{changeOf(found, before.at(-1))}</td>
      <td>
        <Trend values={shares} label={shares.map(percent).join(" → ")} />
      </td>
    </tr>
  );
}
