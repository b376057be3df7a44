/** The command view: queue on the left, map in the middle, detail on the right. */

import "./command.css";
import "./case.css";
import "./fleet/fleet.css";
import "./closures/closures.css";
import "./operations/operations.css";
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
import { FleetTip } from "./fleet/FleetTip";
import { fleet, fleetTold } from "./fleet/fleet";
import { Left } from "./left/Left";
import { addListKeys } from "./left/keys";
import { PickBanner } from "./pick/PickBanner";
import { ring, waitForGesture } from "./tones";
import { say } from "./words";

export { open } from "./actions";

export function View() {
  const opened = city.value;
  if (!opened) return null;
  return (
    <main class="panes">
      <Left />
      <section class="stage" aria-label="map">
        <MapPane city={opened} />
        <Legend />
        <PickBanner />
        <FleetTip />
        <MergeBanner />
      </section>
      <Detail />
      <Dialogs />
    </main>
  );
}

export function Figures() {
  void fleetTold.value;
  const counts = [...fleet.counts()].filter(([status]) => status !== "off_duty");
  const onDuty = counts.reduce((sum, [, count]) => sum + count, 0);
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
  addListKeys();
  addMergingKeys();
  addMovingKeys();
  addCaseKeys();
  listenToKeys();
  listenToCity();
  keepAddress();
  waitForGesture();
  watchForAlarms(ring);
}
