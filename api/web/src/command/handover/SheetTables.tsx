/** The sheet of a shift: five short tables. */

import type { ComponentChildren } from "preact";
import { matters, units, zones } from "../../frame/book";
import { nameOf, shortName } from "../../frame/words";
import { timeOf } from "../clock_time";
import type { Sheet } from "./handover";
import { known, say, type HandoverWord } from "./words";

const MOST = 40;

export function SheetTables({ sheet }: { sheet: Sheet }) {
  return (
    <div class="sheet" role="region" aria-label={say("sheet")} tabIndex={0}>
      <p class="row-more">
        {say("shift")} {at(sheet.since)} – {at(sheet.at)}
      </p>
      <Part title="incidents" items={sheet.incidents}>
        {(one) => [one.id, matterNames(one.matters), zoneName(one.zone), at(one.reported_at)]}
      </Part>
      <Part title="promises" items={sheet.promises}>
        {(one) => [
          one.incident,
          known(one.kind) ? say(one.kind) : one.kind,
          unitName(one.unit),
          `${say(one.missed ? "missed" : "due")} ${at(one.due_at)}`,
        ]}
      </Part>
      <Part title="units" items={sheet.units}>
        {(one) => [
          unitName(one.unit),
          one.incident,
          at(one.dispatched_at),
          one.arrived_at ? `${say("arrived")} ${at(one.arrived_at)}` : say("underWay"),
        ]}
      </Part>
      <Part title="closures" items={sheet.closures}>
        {(one) => [
          one.reason || one.id,
          one.id,
          at(one.starts),
          one.ends ? `${say("until")} ${at(one.ends)}` : "—",
        ]}
      </Part>
      <Part title="overrides" items={sheet.overrides}>
        {(one) => [one.incident, unitName(one.unit), one.reason ?? one.departure, one.decided_by]}
      </Part>
    </div>
  );
}

interface PartProps<T> {
  title: HandoverWord;
  items: T[];
  children: (one: T) => ComponentChildren[];
}

function Part<T>({ title, items, children }: PartProps<T>) {
  return (
    <section data-testid={`sheet-${title}`}>
      <h3>
        {say(title)} <span class="count">{items.length}</span>
      </h3>
      {items.length > 0 && (
        <table class="table">
          <tbody>
            {items.slice(0, MOST).map((one, row) => (
              <tr key={row}>
                {children(one).map((cell, column) => (
                  <td key={column}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {items.length > MOST && (
        <p class="row-more">
          {say("more")} {items.length - MOST} {say("others")}
        </p>
      )}
    </section>
  );
}

const at = (instant: string) => timeOf(Date.parse(instant));

function unitName(code: string | null): string {
  const unit = units.value.get(code ?? "");
  return unit ? nameOf(unit) : (code ?? "—");
}

function zoneName(code: string | null): string {
  const zone = zones.value.get(code ?? "");
  return zone ? nameOf(zone) : (code ?? "—");
}

function matterNames(codes: string[]): string {
  return codes.map((code) => {
    const matter = matters.value.get(code);
    return matter ? shortName(matter) : code;
  }).join("、");
}
