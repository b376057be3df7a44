import { BaseMap } from "../map/BaseMap";
import type { City } from "../service/shapes";
import { followPlan } from "./draw";
import { followPlayback } from "./playback";
import { PLANNER_STYLE } from "./style";
import { followSwipe } from "./Swipe";
import { listenToPointer } from "./tools";

/** The map of the planner. */
export function MapPane({ city }: { city: City }) {
  return (
    <BaseMap
      city={city}
      own={PLANNER_STYLE}
      begin={(map) => {
        const ends = [listenToPointer(map), followSwipe(map, city)];
        return () => {
          for (const end of ends) end();
        };
      }}
      tie={(map) => [...followPlan(map), ...followPlayback(map)]}
    />
  );
}
