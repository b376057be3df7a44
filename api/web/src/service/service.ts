/** Questions that more than one view asks. */

import { all, ask, sending, type LonLat } from "./ask";
import type { City, Incident, Matter, Named, Officer, Place, Session, Unit } from "./shapes";

export const service = {
  session: () => ask<Session>("/api/v1/session"),
  /** Signs in as somebody of the demo, whose password is known. */
  signInToDemo: (name: string) =>
    ask<Session>("/api/v1/session", sending("POST", { name, password: "demo" })),
  signOut: () => ask<void>("/api/v1/session", sending("DELETE")),
  city: () => ask<City>("/api/v1/city"),
  matters: () => all<Matter>("/api/v1/matters"),
  domains: () => all<Named>("/api/v1/domains"),
  units: () => all<Unit>("/api/v1/units"),
  officers: () => all<Officer>("/api/v1/officers"),
  incidents: () => all<Incident>("/api/v1/incidents"),
  layer: (kind: string) => ask<GeoJSON.FeatureCollection>(`/api/v1/layers/${kind}/published`),
  place: ([lon, lat]: LonLat, signal?: AbortSignal) =>
    ask<Place>(`/api/v1/places/at?lon=${lon}&lat=${lat}`, signal ? { signal } : {}),
};
