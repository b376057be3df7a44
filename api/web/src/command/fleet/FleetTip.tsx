import { officers, units } from "../../frame/book";
import { now } from "../../frame/screen";
import { duration, nameOf } from "../../frame/words";
import { fleet, fleetTold, STALE_MS } from "./fleet";
import { tip } from "./tip";
import { say } from "../units/words";

/** Who a dot on the map is: name, crew, how to reach them, and how old their place is. */
export function FleetTip() {
  const shown = tip.value;
  void fleetTold.value;
  const where = shown && fleet.at(shown.officer);
  if (!shown || !where) return null;
  const officer = officers.value.get(where.officer);
  const crew = units.value.get(officer?.crew ?? "");
  const age = now.value - where.timeMs;
  return (
    <div
      class="fleet-tip"
      role="status"
      data-testid="fleet-tip"
      style={{ left: `${shown.at.x}px`, top: `${shown.at.y}px` }}
    >
      <b>
        {officer?.name ?? where.officer}
        {crew && <span class="aside"> {nameOf(crew)}</span>}
      </b>
      <span class="legend-item">
        <i class={`dot status-${where.status}`} />
        {say(where.status)}
        {where.heading !== null && ` · ${say("heading")} ${Math.round(where.heading)}°`}
      </span>
      <span class={age > STALE_MS ? "late" : ""}>
        {say("fixAge")} {duration(age / 1000)} {say("ago")}
        {where.byHand && ` · ${say("byHand")}`}
      </span>
      {crew && (
        <span class="contact">
          {[crew.call_sign, crew.phone].filter(Boolean).join(" · ")}
        </span>
      )}
    </div>
  );
}

