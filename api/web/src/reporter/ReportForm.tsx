import { useState } from "preact/hooks";
import { PhotoPicker } from "../design/PhotoPicker";
import { inWords } from "../frame/words";
import type { City } from "../service/shapes";
import { send } from "./actions";
import { Matters } from "./Matters";
import { NearbyReports } from "./NearbyReports";
import { joins, matters, name, phone, photos, place, sent, text, website } from "./state";
import { say } from "./words";
import { Where } from "./Where";

const MOST_PHOTOS = 5;

/** The report, from above to below: where, what, photos, the same nearby, whom to call back. */
export function ReportForm({ city }: { city: City }) {
  const [missing, setMissing] = useState<"needPlace" | "needWords" | null>(null);
  const written = sent.value;
  const busy = written.state === "sending";
  const trySend = (): void => {
    if (!place.value) return setMissing("needPlace");
    if (!text.value.trim() && matters.value.length === 0) return setMissing("needWords");
    setMissing(null);
    void send();
  };
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        trySend();
      }}
    >
      <Where city={city} />
      <section class="card" aria-labelledby="what">
        <h2 id="what">{say("what")}</h2>
        <label class="field">
          <span>{say("whatText")}</span>
          <textarea
            maxLength={2000}
            aria-label={say("describe")}
            value={text.value}
            onInput={(event) => (text.value = event.currentTarget.value)}
          />
        </label>
        <Matters />
      </section>
      <section class="card" aria-labelledby="photos">
        <h2 id="photos">{say("photos")}</h2>
        <PhotoPicker
          photos={photos}
          most={MOST_PHOTOS}
          add={say("addPhoto")}
          remove={say("removePhoto")}
        />
        <p class="soft">{say("photosText")}</p>
      </section>
      <NearbyReports />
      {joins.value === null && <Contact />}
      <Trap />
      <div class="foot">
        {missing && (
          <p class="bad-text" role="alert">
            {say(missing)}
          </p>
        )}
        {written.state === "writing" && written.problem && (
          <p class="bad-text" role="alert" data-testid="problem">
            {inWords(written.problem)}
          </p>
        )}
        <button class="button wide" type="submit" disabled={busy} data-testid="send">
          {say(busy ? "sending" : "send")}
        </button>
      </div>
    </form>
  );
}

function Contact() {
  return (
    <section class="card" aria-labelledby="contact">
      <h2 id="contact">{say("contact")}</h2>
      <p class="soft">{say("contactText")}</p>
      <label class="field">
        <span>{say("name")}</span>
        <input
          autocomplete="name"
          maxLength={64}
          value={name.value}
          onInput={(event) => (name.value = event.currentTarget.value)}
        />
      </label>
      <label class="field">
        <span>{say("phone")}</span>
        <input
          type="tel"
          autocomplete="tel"
          maxLength={32}
          value={phone.value}
          onInput={(event) => (phone.value = event.currentTarget.value)}
        />
      </label>
    </section>
  );
}

/** A field that no person sees and no reader reads out; what fills it in is a program. */
function Trap() {
  return (
    <div class="trap" aria-hidden="true">
      <input
        tabIndex={-1}
        autocomplete="off"
        name="website"
        value={website.value}
        onInput={(event) => (website.value = event.currentTarget.value)}
      />
    </div>
  );
}
