/** What is done with a crew: shown on the map, its reach, its place and duty set by hand. */

import { signal } from "@preact/signals";
import { tell, tellProblem } from "../../design/Notices";
import { readUnits, units } from "../../frame/book";
import { clockAhead } from "../../frame/screen";
import { inWords, nameOf } from "../../frame/words";
import { fitGround, goTo } from "../../map/camera";
import { Refused, type LonLat } from "../../service/ask";
import type { Officer } from "../../service/shapes";
import { showTip } from "../fleet/tip";
import { endPick, pick } from "../pick/pick";
import { crewNow, placeOf, selectedUnit } from "./crews";
import { unitService } from "./service";
import { say } from "./words";

/** The ground that a crew reaches, and whose it is. */
export interface Reach {
  unit: string;
  bands: GeoJSON.FeatureCollection;
}

export const reach = signal<Reach | null>(null);

/** Selects a crew, and takes the map there: the person asked. */
export function selectUnit(code: string | null): void {
  selectedUnit.value = code;
  if (reach.peek()?.unit !== code) reach.value = null;
  const unit = units.peek().get(code ?? "");
  const place = unit ? placeOf(unit) : null;
  if (place) goTo(place);
  if (unit) showTip(crewNow(unit).seen?.officer ?? null);
}

/** Shows the ground that a crew reaches, or hides it. */
export async function turnReach(code: string): Promise<void> {
  if (reach.peek()?.unit === code) {
    reach.value = null;
    return;
  }
  await orTell(async () => {
    const bands = await unitService.reach(code);
    if (selectedUnit.peek() !== code) return;
    reach.value = { unit: code, bands };
    fitGround(bands);
  });
}

/** Asks where a crew is, and sets that by hand for everybody of it who is on duty. */
export function askPlace(code: string): void {
  const unit = units.peek().get(code);
  if (!unit) return;
  pick.value = {
    says: () => say("pickPlace").replace("{}", nameOf(unit)),
    take: (lonLat) => {
      endPick();
      void setPlace(code, lonLat);
    },
  };
}

async function setPlace(code: string, lonLat: LonLat): Promise<void> {
  const unit = units.peek().get(code);
  if (!unit) return;
  const { members } = crewNow(unit);
  const time = new Date(Date.now() + clockAhead.peek()).toISOString();
  await orTell(async () => {
    const { results } = await unitService.place(
      members.map(({ id }) => id),
      lonLat,
      time,
    );
    const taken = results.filter(({ accepted }) => accepted);
    const refused = results.find(({ accepted }) => !accepted);
    if (taken.length > 0) tell(() => `${nameOf(unit)}: ${say("placeSet")} (${taken.length})`);
    else if (refused) tell(() => inWords(refused.remark));
  });
}

/** Signs an officer on or off. */
export async function setDuty(officer: Officer, on: boolean): Promise<void> {
  await orTell(async () => {
    await unitService.duty(officer.id, on);
    await readUnits();
    tell(() => `${officer.name}: ${say(on ? "signedOn" : "signedOff")} · ${say("dutyByHand")}`);
  });
}

/** Does something; what the service refuses is said. */
export async function orTell(deed: () => Promise<void>): Promise<boolean> {
  try {
    await deed();
    return true;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    tellProblem(error.problem);
    return false;
  }
}
