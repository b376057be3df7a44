import { positions } from "../state";
import { say } from "../text";

const SHOWN = ["available", "en_route", "on_scene", "busy", "off_duty"] as const;

/** What the colours on the map mean, with how many officers are in each state. */
export function Legend() {
  const counts = new Map<string, number>();
  for (const { status } of positions.value.values()) {
    counts.set(status, (counts.get(status) ?? 0) + 1);
  }
  return (
    <div class="legend" aria-label={say("legend")}>
      {SHOWN.filter((status) => counts.has(status)).map((status) => (
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
    </div>
  );
}
