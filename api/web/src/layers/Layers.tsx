/** The layers view: what there is on the left, the map in the middle, one draft on the right. */

import "./layers.css";
import { city } from "../frame/book";
import { StreamState } from "../frame/Header";
import { keepListening } from "../frame/stream";
import { keepLooking, quietly, refresh } from "./actions";
import { keepAddress } from "./address";
import { DraftPane } from "./DraftPane";
import { DropZone } from "./DropZone";
import { Legend } from "./Legend";
import { MapPane } from "./MapPane";
import { PublishDialog } from "./PublishDialog";
import { RollBackDialog } from "./RollBackDialog";
import { Side } from "./Side";
import { openedId, publishing, rollingBack, uploading } from "./state";
import { UploadPane } from "./UploadPane";
import { say } from "./words";

export function View() {
  const opened = city.value;
  if (!opened) return null;
  return (
    <main class="layers">
      <Side />
      <section class="stage" aria-label={say("map")}>
        <MapPane city={opened} />
        <Legend />
      </section>
      {uploading.value ? <UploadPane /> : openedId.value !== null ? <DraftPane /> : <NothingOpen />}
      <DropZone />
      {publishing.value && <PublishDialog />}
      {rollingBack.value && <RollBackDialog />}
    </main>
  );
}

export function Figures() {
  return <StreamState />;
}

/** Reads what there is before the view is shown. */
export async function open(): Promise<void> {
  await refresh();
}

export function begin(): void {
  const again = () => quietly(refresh);
  keepListening({ city: () => void again() }, again);
  keepLooking();
  keepAddress();
}

function NothingOpen() {
  return (
    <aside class="pane nothing-open" aria-label={say("draft")}>
      <h2>{say("nothingOpen")}</h2>
      <p>{say("nothingOpenText")}</p>
    </aside>
  );
}
