import { Connect } from "./Connect";
import { Export } from "./Export";
import { Overview } from "./Overview";
import { sideTab, uploading, type SideTab } from "./state";
import { beginUpload } from "./upload";
import { Tabs } from "./Tabs";
import { Versions } from "./Versions";
import { say } from "./words";

const TABS: readonly { tab: SideTab; word: "tabKinds" | "tabVersions" | "tabFiles" }[] = [
  { tab: "kinds", word: "tabKinds" },
  { tab: "versions", word: "tabVersions" },
  { tab: "files", word: "tabFiles" },
];

/** Left of the map: what there is, what was, and how it is taken away. */
export function Side() {
  const tab = sideTab.value;
  return (
    <aside class="pane side" aria-label={say("side")}>
      <div class="side-head">
        <button
          class="button"
          type="button"
          data-testid="upload"
          aria-pressed={uploading.value}
          onClick={beginUpload}
        >
          {say("upload")}
        </button>
      </div>
      <Tabs
        name="side"
        tabs={TABS.map((one) => ({ tab: one.tab, text: say(one.word) }))}
        chosen={tab}
        choose={(chosen) => (sideTab.value = chosen)}
      />
      <div class="pane-body" role="tabpanel" id="side-panel" aria-labelledby={`side-${tab}`} tabIndex={0}>
        {tab === "kinds" && <Overview />}
        {tab === "versions" && <Versions />}
        {tab === "files" && (
          <>
            <Export />
            <Connect />
          </>
        )}
      </div>
    </aside>
  );
}
