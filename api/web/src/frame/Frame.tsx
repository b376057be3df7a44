import { Notices } from "../design/Notices";
import { inWords, say } from "./words";
import { opening, session } from "./book";
import { Header } from "./Header";
import { denied, openAs, openView } from "./opening";
import { SignInAgain } from "./SignInAgain";
import { script, view } from "./views";

/** Every page: the header, and below it the view, or why it is not there. */
export function Frame() {
  const View = script.value?.View;
  const ready = opening.value.state === "ready";
  return (
    <div class="screen">
      <Header />
      <Notices />
      <SignInAgain />
      {denied.value ? <Denied /> : ready && View ? <View /> : <Opening />}
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
      <button class="button" type="button" onClick={() => void openView()}>
        {say("retry")}
      </button>
    </main>
  );
}

/** Who may not use a view is told so, and how somebody else comes to it. */
function Denied() {
  const demo = session.value?.name.startsWith("demo-") ?? false;
  return (
    <main class="opening" data-testid="denied">
      <h1>{say("denied")}</h1>
      <p role="alert">
        {session.value?.name} · {say("deniedText")}
      </p>
      {demo ? (
        <button class="button" type="button" onClick={() => void openAs(view.demo)}>
          {say("openAs")} {view.demo}
        </button>
      ) : (
        <a class="button" href={`/sign-in?to=${view.path}`}>
          {say("signInAgain")}
        </a>
      )}
    </main>
  );
}
