import { useState } from "preact/hooks";
import { beginAnother, follow, sendPhotos } from "./actions";
import type { KeptReceipt } from "./shapes";
import type { Sending } from "./state";
import { say } from "./words";

type Over = Extract<Sending, { state: "done" | "photos" }>;

/** The receipt: its number and its code, to be kept. */
export function Done({ written }: { written: Over }) {
  const { receipt } = written;
  return (
    <section class="card" data-testid="done" aria-live="polite">
      <h2>{say("done")}</h2>
      <p class="soft">{say("doneText")}</p>
      <dl class="receipt">
        <dt>{say("receipt")}</dt>
        <dd data-testid="receipt">{receipt.receipt}</dd>
        <dt>{say("secret")}</dt>
        <dd data-testid="secret">{inFours(receipt.secret)}</dd>
      </dl>
      <Copy receipt={receipt} />
      {written.state === "photos" && <p role="status">{say("sendingPhotos")}</p>}
      {written.state === "done" && written.missing.length > 0 && (
        <div role="alert">
          <p class="bad-text">{say("photosFailed")}</p>
          <button
            class="button quiet wide"
            type="button"
            onClick={() => void sendPhotos(receipt, written.missing)}
          >
            {say("tryPhotos")}
          </button>
        </div>
      )}
      {written.state === "done" && (
        <>
          <button
            class="button wide"
            type="button"
            onClick={() => void follow(receipt.receipt, receipt.secret)}
          >
            {say("follow")}
          </button>
          <button class="button quiet wide" type="button" onClick={beginAnother}>
            {say("another")}
          </button>
        </>
      )}
    </section>
  );
}

function Copy({ receipt }: { receipt: KeptReceipt }) {
  const [copied, setCopied] = useState(false);
  if (!("clipboard" in navigator)) return null;
  const copy = async (): Promise<void> => {
    const words = `${say("receipt")} ${receipt.receipt}\n${say("secret")} ${inFours(receipt.secret)}`;
    try {
      await navigator.clipboard.writeText(words);
      setCopied(true);
    } catch {
      setCopied(false); // the browser does not allow it: the number stands above
    }
  };
  return (
    <button class="button quiet" type="button" onClick={() => void copy()}>
      {say(copied ? "copied" : "copy")}
    </button>
  );
}

/** Four by four, as people copy it. */
export function inFours(secret: string): string {
  return secret.match(/.{1,4}/g)?.join("-") ?? secret;
}
