/** The left pane: one list at a time, its tabs on top. */

import type { FunctionComponent } from "preact";
import { dictionary, type Words } from "../../frame/words";
import { Closures } from "../closures/Closures";
import { HandoverPane } from "../handover/HandoverPane";
import { MoveUps } from "../operations/MoveUps";
import { Operations } from "../operations/Operations";
import { Queue } from "../Queue";
import { openIncidents } from "../state";
import { Units } from "../units/Units";
import { tab, TABS, turnTab, type Tab } from "./tab";

const WORDS = {
  lists: ["列表", "Lists"],
  incidents: ["事件", "Queue"],
  units: ["单元", "Crews"],
  closures: ["封路", "Roads"],
  operations: ["行动", "Joint"],
  moveups: ["布防", "Moves"],
  handover: ["交接", "Shift"],
} as const satisfies Words;
const say = dictionary(WORDS);

const PANES: Record<Tab, FunctionComponent> = {
  incidents: Queue,
  units: Units,
  closures: Closures,
  operations: Operations,
  moveups: MoveUps,
  handover: HandoverPane,
};

export function Left() {
  const shown = tab.value;
  const Pane = PANES[shown];
  return (
    <div class="left">
      <div class="tabs" role="tablist" aria-label={say("lists")} onKeyDown={turn}>
        {TABS.map((one) => (
          <button
            key={one}
            type="button"
            role="tab"
            id={`tab-${one}`}
            data-testid={`tab-${one}`}
            aria-selected={one === shown}
            aria-controls="left-pane"
            tabIndex={one === shown ? 0 : -1}
            onClick={() => (tab.value = one)}
          >
            {say(one)}
            {one === "incidents" && shown !== one && ` ${openIncidents.value.size}`}
          </button>
        ))}
      </div>
      <div id="left-pane" role="tabpanel" aria-labelledby={`tab-${shown}`}>
        <Pane />
      </div>
    </div>
  );
}

function turn(event: KeyboardEvent): void {
  if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
  event.preventDefault();
  turnTab(event.key === "ArrowRight" ? 1 : -1);
  document.getElementById(`tab-${tab.peek()}`)?.focus();
}
