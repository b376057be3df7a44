/** The planner view: drafts on the left, the map in the middle, what a plan does on the right. */

import "./planner.css";
import { city } from "../frame/book";
import { Balance } from "./Balance";
import { Compare } from "./Compare";
import { ConflictDialog } from "./ConflictDialog";
import { Drafts } from "./Drafts";
import { followDrags } from "./figures";
import { HandoverPane } from "./Handover";
import { Hours } from "./Hours";
import { keepJobs } from "./jobs";
import { listenToKeys } from "./keyboard";
import { Legend } from "./Legend";
import { MapPane } from "./MapPane";
import { PlaybackBar } from "./PlaybackBar";
import { Propose } from "./Propose";
import { Publish } from "./Publish";
import { RefusedPanel } from "./RefusedPanel";
import { Simulate } from "./Simulate";
import { draft, tab, type Tab } from "./state";
import { SwipeBar } from "./Swipe";
import { Toolbar } from "./Toolbar";
import { say } from "./words";

export { open } from "./actions";

const TABS: readonly [Tab, Parameters<typeof say>[0]][] = [
  ["zones", "zonesTab"],
  ["compare", "compareTab"],
  ["propose", "proposeTab"],
  ["simulate", "simulateTab"],
  ["handover", "handoverTab"],
  ["publish", "publishTab"],
];

export function View() {
  const opened = city.value;
  if (!opened) return null;
  return (
    <main class="planner">
      <Drafts />
      <section class="stage planner-stage" aria-label={say("mapLabel")}>
        <MapPane city={opened} />
        <Toolbar />
        <SwipeBar />
        <RefusedPanel />
        <div class="stage-foot">
          <Legend />
          <PlaybackBar />
          <Hours />
        </div>
      </section>
      <Side />
      <ConflictDialog />
    </main>
  );
}

function Side() {
  const shown = tab.value;
  return (
    <aside class="planner-side" aria-label={say("planner")}>
      <div class="tabs" role="tablist" onKeyDown={turn}>
        {TABS.map(([name, word]) => (
          <button
            key={name}
            id={`tab-${name}`}
            type="button"
            role="tab"
            aria-selected={name === shown}
            aria-controls="planner-panel"
            tabIndex={name === shown ? 0 : -1}
            onClick={() => (tab.value = name)}
          >
            {say(word)}
          </button>
        ))}
      </div>
      <div
        class="planner-panel"
        id="planner-panel"
        role="tabpanel"
        aria-labelledby={`tab-${shown}`}
        tabIndex={0}
      >
        <Panel />
      </div>
    </aside>
  );
}

/** The arrows go from tab to tab. */
function turn(event: KeyboardEvent): void {
  const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
  if (by === 0) return;
  const at = TABS.findIndex(([name]) => name === tab.value);
  const next = TABS[(at + by + TABS.length) % TABS.length]!;
  tab.value = next[0];
  document.getElementById(`tab-${next[0]}`)?.focus();
}

function Panel() {
  const shown = tab.value;
  if (shown === "propose") return <Propose />;
  if (shown === "publish") return <Publish />;
  if (!draft.value) {
    return (
      <div class="empty">
        <h2>{say("openDraftFirst")}</h2>
        <p>{say("openDraftText")}</p>
      </div>
    );
  }
  if (shown === "compare") return <Compare />;
  if (shown === "simulate") return <Simulate />;
  if (shown === "handover") return <HandoverPane />;
  return <Balance />;
}

export function begin(): void {
  listenToKeys();
  followDrags();
  keepJobs();
}
