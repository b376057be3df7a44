import { nameOfCrs } from "./kind_words";
import type { Change } from "./shapes";
import { say } from "./words";

/** Changes that are shown of one fix. */
const MOST = 8;

/** What a fix would change, cell by cell; shapes are drawn on the map, before and after. */
export function FixPreview({ changes }: { changes: Change[] }) {
  return (
    <ul class="fix">
      {changes.slice(0, MOST).map((change, at) => (
        <li key={at}>
          <One change={change} />
        </li>
      ))}
      {changes.length > MOST && <li class="aside">… {changes.length - MOST}</li>}
    </ul>
  );
}

function One({ change }: { change: Change }) {
  if (change.column === null) {
    return (
      <>
        <code>{change.feature}</code> {say("rowGoes")}
      </>
    );
  }
  const told = (value: Change["from"]) =>
    value === null ? "–" : typeof value === "string" ? written(change, value) : say("shape");
  return (
    <>
      <code>{change.feature ?? say("wholeLayer")}</code> {change.column}: <del>{told(change.from)}</del> →{" "}
      <ins>{told(change.to)}</ins>
    </>
  );
}

function written({ column }: Change, value: string): string {
  return column === "crs" ? nameOfCrs(value) : value || "–";
}
