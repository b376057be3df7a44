import { open } from "./actions";
import { MapPane } from "./map/MapPane";
import { Detail } from "./panel/Detail";
import { Header } from "./panel/Header";
import { Legend } from "./panel/Legend";
import { Queue } from "./panel/Queue";
import { opening } from "./state";
import { inWords, say } from "./text";

/** One screen: queue on the left, map in the middle, detail on the right. */
export function App() {
  const city = opening.value;
  return (
    <div class="screen">
      <Header />
      {city.state === "ready" ? (
        <main class="panes">
          <Queue />
          <section class="stage" aria-label="map">
            <MapPane city={city.value} />
            <Legend />
          </section>
          <Detail />
        </main>
      ) : (
        <Opening />
      )}
    </div>
  );
}

function Opening() {
  const city = opening.value;
  if (city.state !== "refused") {
    return (
      <main class="opening" aria-busy="true">
        <span class="spinner" />
        <p>{say("loadingCity")}</p>
      </main>
    );
  }
  return (
    <main class="opening">
      <h1>{say("cityFailed")}</h1>
      <p role="alert">{inWords(city.problem)}</p>
      <button class="button" type="button" onClick={() => void open()}>
        {say("retry")}
      </button>
    </main>
  );
}
