/** The command view: queue on the left, map in the middle, detail on the right. */

import "./command.css";
import "./case.css";
import { city } from "../frame/book";
import { StreamState } from "../frame/Header";
import { keepAddress } from "./address";
import { Alarms } from "./Alarms";
import { watchForAlarms } from "./alarms";
import { addCaseKeys, addMergingKeys } from "./case_keys";
import { Detail } from "./Detail";
import { Dialogs } from "./Dialogs";
import { listenToKeys } from "./keyboard";
import { Legend } from "./Legend";
import { MergeBanner } from "./MergeBanner";
import { addMovingKeys } from "./moving_keys";
import { listenToCity } from "./live";
import { MapPane } from "./MapPane";
import { Queue } from "./Queue";
import { positions } from "./state";
import { ring, waitForGesture } from "./tones";
import { say } from "./words";

export { open } from "./actions";

export function View() {
  const opened = city.value;
  if (!opened) return null;
  return (
    <main class="panes">
      <Queue />
      <section class="stage" aria-label="map">
        <MapPane city={opened} />
        <Legend />
        <MergeBanner />
      </section>
      <Detail />
      <Dialogs />
    </main>
  );
}

export function Figures() {
  const all = [...positions.value.values()];
  const onDuty = all.filter((position) => position.status !== "off_duty").length;
  return (
    <>
      <span class="figure">
        <b>{onDuty}</b> {say("onDuty")}
      </span>
      <Alarms />
      <StreamState />
    </>
  );
}

export function begin(): void {
  addMergingKeys();
  addMovingKeys();
  addCaseKeys();
  listenToKeys();
  listenToCity();
  keepAddress();
  waitForGesture();
  watchForAlarms(ring);
}
