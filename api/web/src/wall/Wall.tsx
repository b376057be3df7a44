/** The command wall: read from two metres, no controls, the same stream. */

import "./wall.css";
import "../command/fleet/fleet.css";
import { effect } from "@preact/signals";
import type { Map as MapLibre } from "maplibre-gl";
import { city, matters } from "../frame/book";
import { StreamState } from "../frame/Header";
import { now } from "../frame/screen";
import { clockface, nameOf, shortName, wallClock } from "../frame/words";
import { closures } from "../command/closures/closures";
import { drawIncidents } from "../command/draw";
import { dueOf, waits } from "../command/due";
import { fleet, fleetTold } from "../command/fleet/fleet";
import { followFleet } from "../command/fleet/follow";
import { followLists } from "../command/left/follow";
import { listenToCity } from "../command/live";
import { quarterMinute } from "../command/quarter_minute";
import { openIncidents } from "../command/state";
import { COMMAND_STYLE } from "../command/style";
import { BaseMap } from "../map/BaseMap";
import type { Incident } from "../service/shapes";
import { say } from "./words";

export { open } from "../command/actions";

/** How many of the most pressing are named: more is not read from two metres. */
const NAMED = 9;

export function View() {
  const opened = city.value;
  if (!opened) return null;
  return (
    <main class="wall" data-testid="wall">
      <header class="wall-head">
        <h1>
          {nameOf(opened)} {opened.invented && <small>{say("invented")}</small>}
        </h1>
        <StreamState />
        <time>{wallClock(now.value)}</time>
      </header>
      <section class="wall-map" aria-label="map">
        <BaseMap city={opened} own={COMMAND_STYLE} tie={tie} />
      </section>
      <aside class="wall-side" aria-label={say("figures")}>
        <Figures />
        <Pressing />
      </aside>
    </main>
  );
}

export function begin(): void {
  document.documentElement.dataset["view"] = "wall";
  listenToCity();
}

function tie(map: MapLibre): (() => void)[] {
  return [
    followFleet(map, fleet),
    ...followLists(map),
    effect(() => drawIncidents(map, openIncidents.value, quarterMinute.value)),
  ];
}

function Figures() {
  void fleetTold.value;
  const all = [...openIncidents.value.values()];
  const late = all.filter((one) => (dueOf(one)?.at ?? Infinity) < now.value).length;
  const there = all.filter(({ state }) => state === "on_scene").length;
  const counts = fleet.counts();
  const closed = [...(closures.value?.values() ?? [])].filter(({ state }) => state === "in_force");
  const figures: (readonly [keyof typeof TONES, number])[] = [
    ["open", all.length],
    ["overdue", late],
    ["waits", all.filter(waits).length],
    ["underWay", all.length - there - all.filter(waits).length],
    ["onScene", there],
    ["free", counts.get("available") ?? 0],
    ["busyOfficers", counts.get("busy") ?? 0],
    ["closed", closed.length],
  ];
  return (
    <dl class="wall-figures" data-testid="wall-figures">
      {figures.map(([word, count]) => (
        <div key={word} class={count > 0 ? TONES[word] : ""} data-figure={word}>
          <dt>{say(word)}</dt>
          <dd>{count}</dd>
        </div>
      ))}
    </dl>
  );
}

const TONES = {
  open: "",
  overdue: "bad",
  waits: "warn",
  underWay: "",
  onScene: "",
  free: "good",
  busyOfficers: "",
  closed: "",
} as const;

function Pressing() {
  const dues = [...openIncidents.value.values()].flatMap((incident) => {
    const due = dueOf(incident);
    return due ? [{ incident, at: due.at }] : [];
  });
  const named = dues.sort((a, b) => a.at - b.at).slice(0, NAMED);
  return (
    <section>
      <h2>{say("longest")}</h2>
      {named.length === 0 ? (
        <p>{say("none")}</p>
      ) : (
        <ol class="wall-list">
          {named.map(({ incident, at }) => (
            <Row key={incident.id} incident={incident} at={at} />
          ))}
        </ol>
      )}
    </section>
  );
}

function Row({ incident, at }: { incident: Incident; at: number }) {
  const left = at - now.value;
  const first = matters.value.get(incident.matters[0] ?? "");
  return (
    <li class={left < 0 ? "bad" : ""}>
      <span>{first ? shortName(first) : incident.id}</span>
      <b>
        <small>{say(left < 0 ? "late" : "left")}</small> {clockface(Math.abs(left) / 1000)}
      </b>
    </li>
  );
}
