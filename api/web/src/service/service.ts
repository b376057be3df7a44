/** Questions that more than one view asks. */

import { all, ask, sending, type LonLat } from "./ask";
import type {
  City,
  Incident,
  Matter,
  Named,
  Officer,
  Place,
  PublicCity,
  Session,
  Unit,
} from "./shapes";

export const service = {
  session: () => ask<Session>("/api/v1/session"),
  /** Signs in as somebody of the demo, whose password is known. */
  signInToDemo: (name: string) =>
    ask<Session>("/api/v1/session", sending("POST", { name, password: "demo" })),
  /** Signs in over the page: a refusal is said there. */
  signIn: (asked: { name: string; password: string; code: string | null }) =>
    ask<Session>("/api/v1/session", { ...sending("POST", asked), anybody: true }),
  /** Who is there, where it is no matter if nobody is. */
  whoIsThere: () => ask<Session>("/api/v1/session", { anybody: true }),
  /** The identity provider's name; null where there is none. */
  provider: () => ask<{ title: string | null }>("/api/v1/session/provider", { anybody: true }),
  signOut: () => ask<void>("/api/v1/session", sending("DELETE")),
  city: () => ask<City>("/api/v1/city"),
  /** The city for whoever has no account: what its map needs, and no more. */
  publicCity: async (): Promise<City> => {
    const known = await ask<PublicCity>("/api/v1/public/city", { anybody: true });
    return { ...known, code: "", city_version: "", weight_version: "", degraded: null };
  },
  matters: () => all<Matter>("/api/v1/matters"),
  domains: () => all<Named>("/api/v1/domains"),
  units: () => all<Unit>("/api/v1/units"),
  officers: () => all<Officer>("/api/v1/officers"),
  incidents: () => all<Incident>("/api/v1/incidents"),
  layer: (kind: string) => ask<GeoJSON.FeatureCollection>(`/api/v1/layers/${kind}/published`),
  place: ([lon, lat]: LonLat, signal?: AbortSignal) =>
    ask<Place>(`/api/v1/places/at?lon=${lon}&lat=${lat}`, signal ? { signal } : {}),
};
