import { signal, type Signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Dialog } from "../design/Dialog";
import { PhotoPicker } from "../design/PhotoPicker";
import { say as sayCommon } from "../frame/words";
import { decline, handIn } from "./actions";
import { dialog } from "./state";
import { say, type OfficerWord } from "./words";

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
  return (
    <WordsDialog
      name="decline"
      typed={declineReason}
      most={1000}
      says={{
        title: "declineTitle",
        hint: "declineHint",
        missing: "reasonNeeded",
        send: "decline",
      }}
      danger
      send={(reason) => void decline(reason)}
    />
  );
}

/** How it was dealt with, with photos. */
export function ResultDialog() {
  const send = (text: string): void => {
    const taken = photos.value;
    photos.value = [];
    void handIn(text, taken);
  };
  return (
    <WordsDialog
      name="result"
      typed={resultText}
      most={900}
      says={{ title: "resultTitle", hint: "resultHint", missing: "resultNeeded", send: "send" }}
      send={send}
    >
      <PhotoPicker
        photos={photos}
        most={MOST_PHOTOS}
        add={say("addPhoto")}
        remove={say("removePhoto")}
      />
    </WordsDialog>
  );
}

interface WordsDialogProps {
  name: string;
  typed: Signal<string>;
  /** How many characters may be typed. */
  most: number;
  says: Record<"title" | "hint" | "missing" | "send", OfficerWord>;
  danger?: boolean;
  send: (text: string) => void;
  children?: ComponentChildren;
}

/** Asks for words, without which nothing is sent. */
function WordsDialog({ name, typed, most, says, danger, send, children }: WordsDialogProps) {
  const [missing, setMissing] = useState(false);
  const press = (): void => {
    const text = typed.value.trim();
    if (!text) return setMissing(true);
    typed.value = "";
    send(text);
  };
  return (
    <Dialog title={say(says.title)} leave={leave} testid={name}>
      <p class="soft">{say(says.hint)}</p>
      <label class="field">
        <span>{say(says.title)}</span>
        <textarea
          maxLength={most}
          aria-invalid={missing}
          value={typed.value}
          onInput={(event) => (typed.value = event.currentTarget.value)}
        />
      </label>
      {missing && (
        <p class="bad-text" role="alert">
          {say(says.missing)}
        </p>
      )}
      {children}
      <div class="button-row">
        <button class={danger ? "button danger" : "button"} type="button" onClick={press}>
          {say(says.send)}
        </button>
        <button class="button quiet" type="button" onClick={leave}>
          {sayCommon("cancel")}
        </button>
      </div>
    </Dialog>
  );
}
