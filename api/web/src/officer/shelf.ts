/** What waits to be sent, kept on the phone: it is still there when the page was closed meanwhile. */

import type { Problem } from "../service/ask";
import type { OfficerWord } from "./words";

/** One act of the officer, as it will be sent. */
export interface Act {
  /** Its place in the order; given when it is kept. */
  id?: number;
  /** Account of whoever did it: nobody else's phone session sends it. */
  by: string;
  /** By which the service knows it again, however often it is sent. */
  key: string;
  method: "POST" | "PUT";
  path: string;
  body: unknown;
  photo: Blob | null;
  word: OfficerWord;
  assignment: string | null;
  at: string;
  problem: Problem | null;
}

const NAME = "grid-dispatch-officer";
const STORE = "acts";

let opened: Promise<IDBDatabase> | null = null;

function open(): Promise<IDBDatabase> {
  opened ??= new Promise((done, failed) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(STORE, { keyPath: "id", autoIncrement: true });
    };
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
  return opened;
}

async function within<T>(
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const transaction = (await open()).transaction(STORE, mode);
  const request = work(transaction.objectStore(STORE));
  return new Promise((done, failed) => {
    transaction.oncomplete = () => done(request.result);
    transaction.onabort = () => failed(transaction.error);
    transaction.onerror = () => failed(transaction.error);
  });
}

/** Every act that is kept, in the order in which it was done. */
export function allActs(): Promise<Act[]> {
  return within<Act[]>("readonly", (store) => store.getAll());
}

export async function keepAct(act: Act): Promise<void> {
  await within("readwrite", (store) => store.put(act));
}

export async function dropAct(act: Act): Promise<void> {
  await within("readwrite", (store) => store.delete(act.id as number));
}
