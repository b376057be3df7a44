/** The incidents that the screen knows: read as a list, kept up by the live stream. */

import type { Incident } from "../service/shapes";
import { incidents } from "./state";

/** Takes an incident as the stream tells of it; what is older than what is known is passed over. */
export function takeIncident(incident: Incident): void {
  const known = incidents.peek().get(incident.id);
  if (known && known.version > incident.version) return;
  incidents.value = new Map(incidents.peek()).set(incident.id, incident);
}

/** Forgets an incident that is no longer this room's to see. */
export function dropIncident(id: string): void {
  const left = new Map(incidents.peek());
  if (left.delete(id)) incidents.value = left;
}

/** Reads the whole list anew; what the stream tells while it is on its way is not undone by it. */
export async function readIncidents(read: () => Promise<Incident[]>): Promise<void> {
  const before = incidents.peek();
  const listed = new Map((await read()).map((incident) => [incident.id, incident]));
  const present = incidents.peek();
  for (const id of before.keys()) if (!present.has(id)) listed.delete(id);
  for (const [id, told] of present) {
    const newer = told.version > (listed.get(id)?.version ?? 0);
    if (told !== before.get(id) && newer) listed.set(id, told);
  }
  incidents.value = listed;
}
