/** Two plans on one map: the other lies over it, clipped at a line that is moved. */

import { effect } from "@preact/signals";
import { Map as MapLibre } from "maplibre-gl";
import { language, theme } from "../frame/screen";
import { styleOf } from "../map/style";
import { fill } from "../map/zones";
import type { City } from "../service/shapes";
import { colour } from "./colours";
import { GridMarks, namesOf } from "./draw";
import { bordersOf } from "./ground";
import { ground, shownZoneOf, swipe } from "./state";
import { PLANNER_STYLE } from "./style";
import { say } from "./words";

/** Puts the other plan's map over this one for as long as plans are compared. */
export function followSwipe(map: MapLibre, city: City): () => void {
  let over: Over | null = null;
  const end = effect(() => {
    const wanted = swipe.value;
    if (!wanted) {
      over?.remove();
      over = null;
      return;
    }
    over ??= new Over(map, city);
    over.show(wanted.zoneOf, `${theme.value} ${language.value}`);
    over.clip(wanted.at);
  });
  return () => {
    end();
    over?.remove();
  };
}

/** The map on top; it follows the camera of the one below, and lets every touch through. */
class Over {
  private readonly holder = document.createElement("div");
  private readonly map: MapLibre;
  private shown: string | null = null;
  private dressed = `${theme.peek()} ${language.peek()}`;

  constructor(
    private readonly below: MapLibre,
    private readonly city: City,
  ) {
    this.holder.className = "swipe-over";
    this.holder.inert = true;
    below.getContainer().parentElement?.append(this.holder);
    this.map = new MapLibre({
      container: this.holder,
      style: this.style(),
      center: below.getCenter(),
      zoom: below.getZoom(),
      interactive: false,
      attributionControl: false,
      localIdeographFontFamily: "'Noto Sans CJK SC', 'Microsoft YaHei', 'PingFang SC', sans-serif",
    });
    below.on("move", this.follow);
  }

  private style() {
    return styleOf(this.city, theme.peek(), language.peek(), PLANNER_STYLE);
  }

  private readonly follow = () => {
    this.map.jumpTo({ center: this.below.getCenter(), zoom: this.below.getZoom() });
  };

  show(zoneOf: Record<string, string | null>, dress: string): void {
    const key = JSON.stringify(zoneOf);
    if (this.shown === key && this.dressed === dress) return;
    const restyle = this.dressed !== dress;
    this.shown = key;
    this.dressed = dress;
    const draw = () => this.draw(zoneOf);
    if (restyle) this.map.setStyle(this.style(), { diff: false });
    if (restyle || !this.map.isStyleLoaded()) void this.map.once("style.load", draw);
    else draw();
  }

  private draw(zoneOf: Record<string, string | null>): void {
    const on = ground.peek();
    if (!on) return;
    fill(this.map, "plan-grids", on.layer.features);
    fill(this.map, "plan-borders", bordersOf(on.edges, zoneOf));
    fill(this.map, "plan-names", namesOf(on, zoneOf));
    // Both sides have the colours of the plan below, so that a difference is a difference.
    const hues = colour(on, { ...zoneOf });
    new GridMarks(this.map).each(
      "hue",
      new Map(on.codes.map((code) => [code, hues.get(zoneOf[code] ?? "") ?? -1])),
    );
    colour(on, shownZoneOf.peek());
  }

  /** Shows what lies to the left of a share of the width. */
  clip(at: number): void {
    this.holder.style.clipPath = `inset(0 ${100 - at}% 0 0)`;
  }

  remove(): void {
    this.below.off("move", this.follow);
    this.map.remove();
    this.holder.remove();
  }
}

/** The line between both plans; it is moved by dragging and by the arrows. */
export function SwipeBar() {
  const shown = swipe.value;
  if (!shown) return null;
  return (
    <>
      <div class="swipe-line" style={{ left: `${shown.at}%` }} />
      <span class="swipe-name" style={{ right: `calc(${100 - shown.at}% + 10px)` }}>
        {shown.plan}
      </span>
      <input
        class="swipe-range"
        type="range"
        min={0}
        max={100}
        value={shown.at}
        aria-label={say("swipeLabel")}
        data-testid="swipe"
        onInput={(event) => (swipe.value = { ...shown, at: Number(event.currentTarget.value) })}
      />
    </>
  );
}
