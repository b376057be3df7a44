/** The live stream in a thread of its own: positions are packed here, all else is passed on. */

import { buffersOf, Packer, type Told } from "./pack";

/** What the page says to the worker. */
export type Order = { open: string; kinds: string[] } | { close: true };

/** What the worker says to the page. */
export type Word =
  | { kind: "open" | "error"; state: number }
  | { kind: string; data: unknown };

const POSITIONS = "positions";

let packer = new Packer();
let source: EventSource | null = null;

self.addEventListener("message", ({ data }: MessageEvent<Order>) => {
  source?.close();
  source = null;
  if ("open" in data) open(data.open, data.kinds);
});

function open(address: string, kinds: string[]): void {
  const opened = new EventSource(address);
  source = opened;
  packer = new Packer();
  for (const kind of ["open", "error"] as const) {
    opened.addEventListener(kind, () => say({ kind, state: opened.readyState }));
  }
  for (const kind of kinds) {
    opened.addEventListener(kind, ({ data }: MessageEvent<string>) => pass(kind, data));
  }
}

function pass(kind: string, data: string): void {
  if (kind !== POSITIONS) {
    say({ kind, data });
    return;
  }
  const packed = packer.pack(JSON.parse(data) as Told);
  say({ kind, data: packed }, buffersOf(packed));
}

function say(word: Word, handed: ArrayBuffer[] = []): void {
  self.postMessage(word, { transfer: handed });
}
