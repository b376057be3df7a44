/**
 * The service worker of the officer's page: it opens without a network, with the job as last told.
 *
 * Kept on the phone are the page, its scripts, and three answers: who is signed in, the city, and
 * the own job.  Each is asked for first and only given from the shelf where nobody answers; the page
 * is told which of the two it was.  Whoever signs out, or is somebody else, finds none of it.
 */

const SHELF = "officer-page";
const PAGE = "/officer";
const ASSETS = "/assets/";
const WHO = "/api/v1/session";
const JOB = "/api/v1/officers/me/job";
const ANSWERS: readonly string[] = [WHO, "/api/v1/city", JOB];

/** What is kept is found by its address alone. */
const AS_NAMED: CacheQueryOptions = { ignoreVary: true };

interface Life extends Event {
  waitUntil: (done: Promise<unknown>) => void;
}

interface Asked extends Life {
  readonly request: Request;
  readonly clientId: string;
  respondWith: (answer: Promise<Response>) => void;
}

interface Client {
  postMessage: (told: Told) => void;
}

declare const clients: {
  claim: () => Promise<void>;
  get: (id: string) => Promise<Client | undefined>;
};
declare const skipWaiting: () => Promise<void>;

/** What the page says: the scripts and styles that it is made of. */
export interface Keep {
  assets: string[];
}

/** What the page is told: whether its job came from the service just now. */
export interface Told {
  live: boolean;
}

self.addEventListener("install", (event) => (event as Life).waitUntil(skipWaiting()));
self.addEventListener("activate", (event) => (event as Life).waitUntil(clients.claim()));

self.addEventListener("message", (event) => {
  const { assets } = event.data as Keep;
  (event as unknown as Life).waitUntil(keepAll(assets));
});

self.addEventListener("fetch", (event) => {
  const asked = event as Asked;
  const { method, mode, url } = asked.request;
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== location.origin) return;
  if (mode === "navigate") asked.respondWith(fresh(asked, PAGE));
  else if (pathname.startsWith(ASSETS)) asked.respondWith(asset(asked.request));
  else if (ANSWERS.includes(pathname)) asked.respondWith(fresh(asked, pathname));
});

/** Keeps what the page is made of, and puts away what an older one was made of. */
async function keepAll(assets: readonly string[]): Promise<void> {
  const shelf = await caches.open(SHELF);
  const wanted = [PAGE, ...ANSWERS, ...assets];
  const there = new Set((await shelf.keys()).map(({ url }) => new URL(url).pathname));
  for (const path of there) if (!wanted.includes(path)) await shelf.delete(path);
  await Promise.all(wanted.filter((path) => !there.has(path)).map((path) => shelf.add(path)));
}

/** The name of a script changes with its content: what is kept is right. */
async function asset(request: Request): Promise<Response> {
  const shelf = await caches.open(SHELF);
  const known = await shelf.match(request, AS_NAMED);
  if (known) return known;
  const answer = await fetch(request);
  if (answer.ok) await shelf.put(request, answer.clone());
  return answer;
}

/** Asks the service; from the shelf comes only what it cannot be asked for. */
async function fresh(asked: Asked, path: string): Promise<Response> {
  const shelf = await caches.open(SHELF);
  let answer: Response;
  try {
    answer = await fetch(asked.request);
  } catch (error) {
    const known = await shelf.match(path, AS_NAMED);
    if (!known) throw error;
    if (path === JOB) await tell(asked.clientId, { live: false });
    return known;
  }
  if (path === WHO) await forgetOthers(shelf, answer.clone());
  if (answer.ok && answer.type === "basic") await shelf.put(path, answer.clone());
  if (path === JOB) await tell(asked.clientId, { live: true });
  return answer;
}

/** Nobody is shown what somebody else was told. */
async function forgetOthers(shelf: Cache, answer: Response): Promise<void> {
  if (!answer.ok && answer.status !== 401) return;
  const before = await shelf.match(WHO, AS_NAMED);
  if (answer.ok && before && (await nameIn(before)) === (await nameIn(answer))) return;
  await Promise.all(ANSWERS.map((path) => shelf.delete(path)));
}

async function nameIn(answer: Response): Promise<string> {
  return ((await answer.json()) as { name: string }).name;
}

async function tell(client: string, told: Told): Promise<void> {
  (await clients.get(client))?.postMessage(told);
}
