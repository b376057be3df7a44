import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import { Dialog } from "../design/Dialog";
import { PhotoPicker } from "../design/PhotoPicker";
import { say as sayCommon } from "../frame/words";
import { decline, handIn } from "./actions";
import { dialog } from "./state";
import { say } from "./words";

const MOST_PHOTOS = 5;

// What is typed stays when the dialog is left, and goes once it is sent.
const declineReason = signal("");
const resultText = signal("");
const photos = signal<readonly Blob[]>([]);

const leave = (): void => {
  dialog.value = null;
};

/** Why an order is declined. */
export function DeclineDialog() {
  const [missing, setMissing] = useState(false);
  const send = (): void => {
    const reason = declineReason.value.trim();
    if (!reason) return setMissing(true);
    declineReason.value = "";
    void decline(reason);
  };
  return (
    <Dialog title={say("declineTitle")} leave={leave} testid="decline">
      <p class="soft">{say("declineHint")}</p>
      <label class="field">
        <span>{say("declineTitle")}</span>
        <textarea
          maxLength={1000}
          aria-invalid={missing}
          value={declineReason.value}
          onInput={(event) => (declineReason.value = event.currentTarget.value)}
        />
      </label>
      {missing && (
        <p class="bad-text" role="alert">
          {say("reasonNeeded")}
        </p>
      )}
      <div class="button-row">
        <button class="button danger" type="button" onClick={send}>
          {say("decline")}
        </button>
        <button class="button quiet" type="button" onClick={leave}>
          {sayCommon("cancel")}
        </button>
      </div>
    </Dialog>
  );
}

/** How it was dealt with, with photos. */
export function ResultDialog() {
  const [missing, setMissing] = useState(false);
  const send = (): void => {
    const text = resultText.value.trim();
    if (!text) return setMissing(true);
    const taken = photos.value;
    resultText.value = "";
    photos.value = [];
    void handIn(text, taken);
  };
  return (
    <Dialog title={say("resultTitle")} leave={leave} testid="result">
      <p class="soft">{say("resultHint")}</p>
      <label class="field">
        <span>{say("resultTitle")}</span>
        <textarea
          maxLength={900}
          aria-invalid={missing}
          value={resultText.value}
          onInput={(event) => (resultText.value = event.currentTarget.value)}
        />
      </label>
      {missing && (
        <p class="bad-text" role="alert">
          {say("resultNeeded")}
        </p>
      )}
      <PhotoPicker
        photos={photos}
        most={MOST_PHOTOS}
        add={say("addPhoto")}
        remove={say("removePhoto")}
      />
      <div class="button-row">
        <button class="button" type="button" onClick={send}>
          {say("send")}
        </button>
        <button class="button quiet" type="button" onClick={leave}>
          {sayCommon("cancel")}
        </button>
      </div>
    </Dialog>
  );
}
