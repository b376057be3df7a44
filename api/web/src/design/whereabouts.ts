/** Where the phone is, as its browser says; asked for only when somebody asks. */

import type { LonLat } from "../service/ask";

export type Denial = "denied" | "unavailable";

/** Asks once; null and why where the phone does not say. */
export function whereNow(): Promise<LonLat | Denial> {
  return new Promise((done) => {
    if (!("geolocation" in navigator)) {
      done("unavailable");
      return;
    }
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => done([coords.longitude, coords.latitude]),
      (error) => done(denialOf(error)),
      { enableHighAccuracy: true, timeout: 15_000, maximumAge: 10_000 },
    );
  });
}

export function denialOf(error: GeolocationPositionError): Denial {
  return error.code === error.PERMISSION_DENIED ? "denied" : "unavailable";
}
