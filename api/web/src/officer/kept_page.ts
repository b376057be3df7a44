/** The page is kept on the phone, so that it opens again where there is no network. */

import { online } from "./outbox";
import type { Keep, Told } from "./page_keeper";

const KEEPER = "/officer-keeper.js";
const SCOPE = "/officer";

// Said before the page is drawn: whoever listens later would miss it.
if ("serviceWorker" in navigator) {
  navigator.serviceWorker.addEventListener("message", ({ data }: MessageEvent<Told>) => {
    online.value = data.live;
  });
}

/** Has the page kept; browsers do that over HTTPS, and for this machine itself. */
export async function keepPage(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  try {
    await navigator.serviceWorker.register(KEEPER, { scope: SCOPE });
  } catch (error) {
    // Without a network it cannot be looked whether there is a newer one; the one that is there stays.
    if (error instanceof TypeError) return;
    throw error;
  }
  const { active } = await navigator.serviceWorker.ready;
  active?.postMessage({ assets: ownAssets() } satisfies Keep);
}

/** Scripts and styles of the page, as far as it has asked for them. */
function ownAssets(): string[] {
  const addresses = performance.getEntriesByType("resource").map(({ name }) => new URL(name));
  const own = addresses.filter(
    ({ origin, pathname }) => origin === location.origin && pathname.startsWith("/assets/"),
  );
  return [...new Set(own.map(({ pathname }) => pathname))];
}
