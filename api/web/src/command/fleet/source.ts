/** The stream as a page listens to it, while a worker reads it. */

import type { Source } from "../../frame/stream";
import type { Order, Word } from "./worker";

type Listener = (event: MessageEvent<string>) => void;

let worker: Worker | null = null;

/** Opens the stream in the worker; one that was open before is closed. */
export function openInWorker(address: string, kinds: string[]): Source {
  worker?.terminate();
  worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  return new WorkerSource(worker, address, kinds);
}

class WorkerSource implements Source {
  readyState: number = EventSource.CONNECTING;
  private readonly listeners = new Map<string, Listener[]>();

  constructor(
    private readonly worker: Worker,
    address: string,
    kinds: string[],
  ) {
    worker.onmessage = ({ data }: MessageEvent<Word>) => this.hear(data);
    this.order({ open: address, kinds });
  }

  addEventListener(kind: string, listener: Listener): void {
    this.listeners.set(kind, [...(this.listeners.get(kind) ?? []), listener]);
  }

  close(): void {
    this.readyState = EventSource.CLOSED;
    this.order({ close: true });
  }

  private hear(word: Word): void {
    if (this.readyState === EventSource.CLOSED) return;
    if ("state" in word) this.readyState = word.state;
    else this.readyState = EventSource.OPEN;
    const event = new MessageEvent<string>(word.kind, {
      data: "data" in word ? (word.data as string) : "",
    });
    for (const listener of this.listeners.get(word.kind) ?? []) listener(event);
  }

  private order(order: Order): void {
    this.worker.postMessage(order);
  }
}
