import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Fetched } from "../frame/screen";
import { inWords } from "../frame/words";
import { problemOf } from "./actions";
import { planner } from "./service";
import type { Handover } from "./shapes";
import { draft, selected } from "./state";
import { count, say, signed } from "./words";

const listed = signal<Fetched<Handover>>({ state: "idle" });

/** Each unit grid that changes hands: who loses and gains it, open incidents, minutes a year. */
export function HandoverPane() {
  const plan = draft.value;
  const mark = plan ? `${plan.id} ${plan.version}` : "";
  useEffect(() => {
    if (plan) void read(plan.id);
  }, [mark]);
  if (!plan) return null;
  return (
    <section class="stack pad" aria-label={say("handover")}>
      <div class="button-row">
        <h3>{say("handover")}</h3>
        <span class="spring" />
        {["pdf", "csv", "xlsx"].map((format) => (
          <a
            key={format}
            class="button quiet"
            href={planner.paper(plan.id, "handover", format)}
            download
          >
            {format.toUpperCase()}
          </a>
        ))}
      </div>
      <Rows />
    </section>
  );
}

async function read(id: string): Promise<void> {
  if (listed.value.state !== "ready") listed.value = { state: "loading" };
  try {
    listed.value = { state: "ready", value: await planner.handover(id) };
  } catch (error) {
    listed.value = { state: "refused", problem: problemOf(error) };
  }
}

function Rows() {
  const told = listed.value;
  if (told.state === "refused") {
    return (
      <p class="alert" role="alert">
        {inWords(told.problem)}
      </p>
    );
  }
  if (told.state !== "ready") return <div class="skeleton" role="status" aria-label={say("loading")} />;
  const { rows, renamed } = told.value;
  if (rows.length === 0) return <p class="empty">{say("noHandover")}</p>;
  const minutes = rows.reduce((sum, row) => sum + (row.minutes_per_year ?? 0), 0);
  const open = rows.reduce((sum, row) => sum + row.open_incidents.length, 0);
  return (
    <>
      {renamed.length > 0 && (
        <p class="aside">
          {say("renamed")}: {renamed.map(({ before, after }) => `${before} → ${after}`).join(", ")}
        </p>
      )}
      <table class="table handover" data-testid="handover">
        <thead>
          <tr>
            <th scope="col">{say("grid")}</th>
            <th scope="col">
              {say("loses")} → {say("gains")}
            </th>
            <th scope="col" class="number">{say("openIncidents")}</th>
            <th scope="col" class="number">{say("minutesYear")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.grid}>
              <th scope="row">
                <button
                  class="zone-name code"
                  type="button"
                  onClick={() => (selected.value = new Set([row.grid]))}
                >
                  {row.grid}
                </button>
              </th>
              <td>
                {row.loses ?? "–"} <span class="aside">{row.loses_brigade}</span> →{" "}
                {row.gains ?? "–"} <span class="aside">{row.gains_brigade}</span>
              </td>
              <td class="number" title={row.open_incidents.join(", ")}>
                {count(row.open_incidents.length)}
              </td>
              <td class="number">{signed(row.minutes_per_year, 0, false)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{count(rows.length)}</th>
            <td />
            <td class="number">{count(open)}</td>
            <td class="number">{signed(minutes, 0, false)}</td>
          </tr>
        </tfoot>
      </table>
    </>
  );
}
