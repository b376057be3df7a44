import { batch } from "@preact/signals";
import { useState } from "preact/hooks";
import { inWords } from "../frame/words";
import { ask, Refused } from "../service/ask";
import { metresOf, number, percent } from "./figures";
import { DRAWN_KINDS, keyOf } from "./kind_words";
import { boxOf, showBox } from "./map_hold";
import type { CoverageChange, Report } from "./shapes";
import { chosenFeature, chosenFinding, opened } from "./state";
import { WithReport } from "./Waiting";
import { say, type Word } from "./words";

const PIECE = 50;

/** What would be other than it is published, on the map and in figures. */
export function Difference() {
  return <WithReport show={(told) => <Told told={told} />} />;
}

function Told({ told }: { told: Report }) {
  const differs = told.difference;
  const nothing =
    differs &&
    !(differs.added.length + differs.removed.length + differs.moved.length + differs.altered.length);
  return (
    <>
      {!differs && <p class="empty">{say("noDifferenceKept")}</p>}
      {nothing && <p class="empty good">✓ {say("noDifference")}</p>}
      {differs && (
        <>
          <Part word="added" rows={differs.added.map((code) => ({ code, text: "" }))} />
          <Part word="removed" gone rows={differs.removed.map((code) => ({ code, text: "" }))} />
          <Part
            word="moved"
            rows={differs.moved.map(({ code, by_m }) => ({ code, text: metresOf(by_m) }))}
          />
          <Part
            word="altered"
            rows={differs.altered.map(({ code, column, from, to }) => ({
              code,
              text: `${column}: ${from || "–"} → ${to || "–"}`,
            }))}
          />
        </>
      )}
      {told.kind === "zones" && <Rezoned told={told} />}
      <Coverage change={told.coverage} />
    </>
  );
}

interface PartProps {
  word: Word;
  rows: { code: string; text: string }[];
  /** Whether the features are those that are published. */
  gone?: boolean;
}

function Part({ word, rows, gone }: PartProps) {
  const [shown, setShown] = useState(PIECE);
  if (rows.length === 0) return null;
  return (
    <section class="difference-part" data-part={word}>
      <h3>
        {say(word)} <span class="count">{number(rows.length)}</span>
      </h3>
      <ul>
        {rows.slice(0, shown).map(({ code, text }, at) => (
          <li key={`${code} ${at}`}>
            <button
              type="button"
              class="difference-row"
              aria-pressed={chosenFeature.value === code}
              onClick={() => void look(code, gone ?? false)}
            >
              <code>{code}</code>
              <span>{text}</span>
            </button>
          </li>
        ))}
      </ul>
      {rows.length > shown && (
        <button class="link" type="button" onClick={() => setShown(shown + 4 * PIECE)}>
          {say("showMore")} ({number(rows.length - shown)})
        </button>
      )}
    </section>
  );
}

/** Shows a feature of the draft, or one that is published and would go. */
async function look(code: string, gone: boolean): Promise<void> {
  batch(() => {
    chosenFeature.value = code;
    chosenFinding.value = null;
  });
  const shown = opened.peek();
  if (shown.state !== "ready") return;
  const { id, kind } = shown.value.value;
  if (gone && !DRAWN_KINDS.has(kind)) return;
  const collection = gone ? kind : `draft-${id}`;
  const asked = new URLSearchParams({ [keyOf(kind)]: code, limit: "1", f: "json" });
  try {
    const found = await ask<GeoJSON.FeatureCollection<GeoJSON.Geometry | null>>(
      `/ogc/collections/${collection}/items?${asked.toString()}`,
    );
    const box = boxOf(found.features.flatMap(({ geometry }) => (geometry ? [geometry] : [])));
    if (box && chosenFeature.peek() === code) showBox(box);
  } catch (error) {
    // A draft that was published or dropped meanwhile has no features any more.
    if (!(error instanceof Refused)) throw error;
  }
}

function Rezoned({ told }: { told: Report }) {
  return (
    <section class="difference-part" data-part="rezoned">
      <h3>
        {say("rezoned")} <span class="count">{number(told.rezoned.length)}</span>
      </h3>
      {told.rezoned.length === 0 && <p class="aside">{say("noneRezoned")}</p>}
      <ul>
        {told.rezoned.slice(0, 4 * PIECE).map(({ incident, from, to }) => (
          <li key={incident} class="rezoned">
            <code>{incident}</code> {from ?? say("outsideZones")} → {to ?? say("outsideZones")}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What is reached in time from bases, as it is and as it would be. */
function Coverage({ change }: { change: CoverageChange | null }) {
  if (!change) return <p class="aside">{say("noCoverage")}</p>;
  const { before, after } = change;
  const untold = after.untold ?? before.untold;
  const share = (value: number | null) => (value === null ? "–" : percent(value));
  const count = (value: number | null) => (value === null ? "–" : number(value));
  return (
    <section class="difference-part" data-part="coverage">
      <h3>{say("coverage")}</h3>
      {untold && <p class="aside">{inWords(untold)}</p>}
      <table class="table">
        <thead>
          <tr>
            <td />
            <th scope="col" class="number">
              {say("published")}
            </th>
            <th scope="col" class="number">
              {say("draft")}
            </th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">{say("inTime")}</th>
            <td class="number">{share(before.share)}</td>
            <td class="number">{share(after.share)}</td>
          </tr>
          <tr>
            <th scope="row">{say("pointsInTime")}</th>
            <td class="number">{count(before.points_in_time)}</td>
            <td class="number">{count(after.points_in_time)}</td>
          </tr>
          <tr>
            <th scope="row">{say("unreachable")}</th>
            <td class="number">{count(before.points_unreachable)}</td>
            <td class="number">{count(after.points_unreachable)}</td>
          </tr>
        </tbody>
      </table>
      <Named word="lost" named={change.lost} />
      <Named word="gained" named={change.gained} />
      {change.rows_left_out > 0 && (
        <p class="aside">
          {number(change.rows_left_out)} {say("leftOut")}
        </p>
      )}
    </section>
  );
}

function Named({ word, named }: { word: Word; named: { count: number; codes: string[] } }) {
  if (named.count === 0) return null;
  return (
    <p class="aside">
      {say(word)}: {number(named.count)} ({named.codes.slice(0, 3).join("、")}
      {named.count > 3 && " …"})
    </p>
  );
}
