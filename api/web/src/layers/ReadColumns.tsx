import type { Report } from "./shapes";
import { WithReport } from "./Waiting";
import { say, type Word } from "./words";

/** Which column of the file each of ours was read from. */
export function ReadColumns() {
  return <WithReport show={(told) => <Told told={told} />} />;
}

function Told({ told }: { told: Report }) {
  return (
    <>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">{say("ourColumn")}</th>
            <th scope="col">{say("theirColumn")}</th>
            <th scope="col">{say("sample")}</th>
          </tr>
        </thead>
        <tbody>
          {told.columns.map(({ column, theirs, found, sample }) => (
            <tr key={column}>
              <th scope="row">
                <code>{column}</code>
              </th>
              <td>
                {theirs} <span class="tag">{say(`found_${found}` as Word)}</span>
              </td>
              <td class="cells">{sample.join("、")}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {told.missing.length > 0 && (
        <p class="aside">
          {say("noColumn")} {told.missing.join("、")}
        </p>
      )}
      {told.unused.length > 0 && (
        <p class="aside">
          {say("unusedColumns")}: {told.unused.join("、")}
        </p>
      )}
    </>
  );
}
