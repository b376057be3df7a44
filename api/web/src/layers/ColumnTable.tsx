import { inWords } from "../frame/words";
import type { Preview } from "./shapes";
import { said, sayColumn } from "./upload";
import { say, type Word } from "./words";

/** Which column of the file is which of ours: guessed, shown with its first cells, and said. */
export function ColumnTable({ seen }: { seen: Preview }) {
  const samples = new Map(seen.theirs.map(({ name, sample }) => [name, sample]));
  const used = new Set(seen.columns.map(({ theirs }) => theirs));
  const unused = seen.theirs.filter(({ name }) => !used.has(name));
  return (
    <section class="column-table">
      <h3>{say("columns")}</h3>
      <table class="table" data-testid="columns">
        <thead>
          <tr>
            <th scope="col">{say("ourColumn")}</th>
            <th scope="col">{say("theirColumn")}</th>
            <th scope="col">{say("sample")}</th>
          </tr>
        </thead>
        <tbody>
          {seen.columns.map(({ column, means, needed, theirs, found }) => (
            <tr key={column} data-column={column}>
              <th scope="row">
                {inWords(means)}
                <code>{column}</code>
                {needed && <span class={theirs === null ? "tag bad" : "tag"}>{say("needed")}</span>}
              </th>
              <td>
                <select
                  aria-label={inWords(means)}
                  value={said.value[column] ?? theirs ?? ""}
                  onChange={(event) => sayColumn(column, event.currentTarget.value)}
                >
                  {theirs === null && <option value="">{say("noColumn")}</option>}
                  {seen.theirs.map(({ name }) => (
                    <option key={name} value={name}>
                      {name}
                    </option>
                  ))}
                </select>
                {found !== null && <span class="tag">{say(`found_${found}` as Word)}</span>}
              </td>
              <td class="cells">{(samples.get(theirs ?? "") ?? []).join("、")}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {unused.length > 0 && (
        <p class="aside">
          {say("unusedColumns")}:{" "}
          {unused.map(({ name, sample }) => `${name} (${sample[0] ?? "–"})`).join("、")}
        </p>
      )}
    </section>
  );
}
