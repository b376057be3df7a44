/**
 * Where one is, as the fragment of the page's address: it outlives a reload and a new sign-in.
 *
 * A fragment stays in the browser; no service and no log is told of it.
 */

import { effect, untracked } from "@preact/signals";
import { workOnIncident, workOnPlace } from "./actions";
import { city } from "../frame/book";
import { chosenMatters, subject } from "./state";

const DIGITS = 6;

/** Takes up where the address says one was, once the city is there, and keeps it from then on. */
export function keepAddress(): void {
  let resumed = false;
  effect(() => {
    if (city.value === null) return;
    if (!resumed) {
      resumed = true;
      untracked(resume);
    }
    const here = fragment();
    history.replaceState(null, "", here ? `#${here}` : location.pathname);
  });
}

function fragment(): string {
  const at = subject.value;
  if (at === null) return "";
  if (at.incident !== null) return new URLSearchParams({ incident: at.incident }).toString();
  const lonLat = at.lonLat.map((degrees) => degrees.toFixed(DIGITS)).join(",");
  return new URLSearchParams({ at: lonLat, matters: chosenMatters.value.join(",") }).toString();
}

function resume(): void {
  const was = new URLSearchParams(location.hash.slice(1));
  const incident = was.get("incident");
  const [lon, lat] = (was.get("at") ?? "").split(",").map(Number);
  if (incident !== null) {
    workOnIncident(incident);
  } else if (lon !== undefined && lat !== undefined && isFinite(lon) && isFinite(lat)) {
    chosenMatters.value = (was.get("matters") ?? "").split(",").filter(Boolean);
    workOnPlace([lon, lat]);
  }
}
