import { useState } from "preact/hooks";
import type { Denial } from "../design/whereabouts";
import { inWords, nameOf } from "../frame/words";
import type { City } from "../service/shapes";
import { choosePlace, useMyPosition } from "./actions";
import { ReportMap } from "./ReportMap";
import { foundPlaces, place, question } from "./state";
import { say } from "./words";

/** The place: by a tap on the map, by a name, or as the phone says. */
export function Where({ city }: { city: City }) {
  const [denial, setDenial] = useState<Denial | null>(null);
  const [locating, setLocating] = useState(false);
  const locate = async (): Promise<void> => {
    setLocating(true);
    setDenial(await useMyPosition());
    setLocating(false);
  };
  return (
    <section class="card" aria-labelledby="where">
      <h2 id="where">{say("where")}</h2>
      <p class="soft">{say("whereText")}</p>
      <label class="field">
        <span class="hidden-label">{say("search")}</span>
        <input
          type="search"
          placeholder={say("search")}
          value={question.value}
          onInput={(event) => (question.value = event.currentTarget.value)}
        />
      </label>
      <Found />
      <div class="phone-map">
        <ReportMap city={city} />
      </div>
      <Chosen />
      <button class="button quiet wide" type="button" disabled={locating} onClick={() => void locate()}>
        {say(locating ? "locating" : "myPosition")}
      </button>
      {denial && (
        <p class="bad-text" role="alert">
          {say(denial === "denied" ? "phoneDenied" : "phoneUnavailable")}
        </p>
      )}
    </section>
  );
}

function Found() {
  const found = foundPlaces.value;
  if (found.state === "refused") {
    return (
      <p class="bad-text" role="alert">
        {inWords(found.problem)}
      </p>
    );
  }
  if (found.state !== "ready") return null;
  if (found.value.length === 0) return <p class="soft">{say("searchEmpty")}</p>;
  return (
    <ul class="choices" data-testid="places">
      {found.value.map((one) => (
        <li key={`${one.name} ${one.lon_lat.join()}`}>
          <button type="button" onClick={() => choosePlace(one.lon_lat, one)}>
            <b>{nameOf(one)}</b>
            <span class="soft">{[one.within, one.address].filter(Boolean).join(" · ")}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function Chosen() {
  const at = place.value;
  return (
    <p data-testid="chosen" role="status">
      {at ? (
        <>
          {say("chosen")}: <b>{at.named ? nameOf(at.named) : say("onTheMap")}</b>{" "}
          <span class="soft">
            {at.lonLat[0].toFixed(5)}, {at.lonLat[1].toFixed(5)}
          </span>
        </>
      ) : (
        say("notChosen")
      )}
    </p>
  );
}
