import { city } from "../frame/book";
import { showCoverage } from "./coverage";
import { fleet, fleetTold } from "./fleet/fleet";
import { base } from "../map/base_choice";
import { LAYERS, layersShown, showLayer } from "./layers_shown";
import { coverage, coverageShown } from "./state";
import { say as sayUnits } from "./units/words";
import { say } from "./words";

const SHOWN = ["available", "en_route", "on_scene", "busy", "off_duty"] as const;

/** What the colours on the map mean, with how many officers are in each state. */
export function Legend() {
  void fleetTold.value;
  const counts = fleet.counts();
  return (
    <div class="legend" aria-label={say("legend")}>
      {SHOWN.filter((status) => counts.get(status)).map((status) => (
        <span class="legend-item" key={status}>
          <i class={`dot status-${status}`} />
          {say(status)} <b>{counts.get(status)}</b>
        </span>
      ))}
      <span class="legend-item">
        <i class="line-route" />
        {say("route")}
      </span>
      <span class="legend-item">
        <i class="line-zone" />
        {say("zoneBorder")}
      </span>
      <span class="legend-item">
        <i class="line-no-fly" />
        {say("noFly")}
      </span>
      <span class="legend-item">
        <i class="dot stale" />
        {sayUnits("stale")}
      </span>
      <LayerSwitches />
      <BaseSwitch />
      <a class="legend-item" href="/wall" target="_blank" rel="noreferrer">
        {say("wall")}
      </a>
      <CoverageSwitch />
    </div>
  );
}

const GAPS_NAMED = 5;

/** Shows or hides coverage, and says what share is covered and where it is missing. */
function CoverageSwitch() {
  const marks = coverage.value;
  const gaps = marks?.uncovered ?? [];
  return (
    <>
      <label class="legend-item">
        <input
          type="checkbox"
          data-testid="coverage-switch"
          checked={coverageShown.value}
          onChange={(event) => showCoverage(event.currentTarget.checked)}
        />
        {say("coverage")} {marks && <b>{(Math.floor(marks.share * 1000) / 10).toFixed(1)} %</b>}
      </label>
      {marks && (
        <>
          <span class="legend-item" data-testid="coverage-gaps" title={gaps.join(" ")}>
            <i class="area-uncovered" />
            {say("uncovered")} <b>{gaps.length}</b>
            {gaps.length > 0 && ` ${gaps.slice(0, GAPS_NAMED).join(" ")}`}
            {gaps.length > GAPS_NAMED && " …"}
          </span>
          <span class="legend-item">
            <i class="area-by-one" />
            {say("byOne")} <b>{marks.by_one.length}</b>
          </span>
        </>
      )}
    </>
  );
}

/** Shows or hides the layers of the map. */
function LayerSwitches() {
  return (
    <>
      {LAYERS.map((layer) => (
        <label class="legend-item" key={layer}>
          <input
            type="checkbox"
            data-testid={`layer-${layer}`}
            checked={layersShown.value[layer]}
            onChange={(event) => showLayer(layer, event.currentTarget.checked)}
          />
          {say(`layer_${layer}`)}
        </label>
      ))}
    </>
  );
}

/** The base map of the operator's network instead of the city's own roads, where there is one. */
function BaseSwitch() {
  const network = city.value?.basemap;
  if (!network) return null;
  return (
    <label class="legend-item" title={network.attribution}>
      <input
        type="checkbox"
        data-testid="base-switch"
        checked={base.value === "network"}
        onChange={(event) => (base.value = event.currentTarget.checked ? "network" : "own")}
      />
      {say("baseMap")}
      {base.value === "network" && network.attribution && <small>{network.attribution}</small>}
    </label>
  );
}
