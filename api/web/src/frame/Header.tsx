import { city, session } from "./book";
import { language, now, staleSince, theme } from "./screen";
import { stream } from "./stream";
import { script, view, VIEWS } from "./views";
import { nameOf, say, wallClock } from "./words";

/** Title, the word that the city is invented, the views, live state, clock, language and theme. */
export function Header() {
  const opened = city.value;
  const Figures = script.value?.Figures;
  return (
    <header class="header">
      <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
        <path d="M4 4h11v11H4zM17 17h11v11H17zM4 17h11v11H4z" class="mark-cell" />
        <path d="M17 4h11v11H17z" class="mark-lit" />
      </svg>
      <h1 class="title">
        {say("product")}
        {opened && <span class="city">{nameOf(opened)}</span>}
      </h1>
      {opened?.invented && (
        <span class="badge" title={say("inventedLong")} data-testid="invented">
          {say("invented")}
        </span>
      )}
      <Views />
      <span class="spring" />
      {Figures && <Figures />}
      <Stale />
      <Clock />
      <Account />
      <button
        class="switch"
        type="button"
        data-testid="theme"
        onClick={() => (theme.value = theme.value === "light" ? "dark" : "light")}
      >
        {say(theme.value === "light" ? "theme" : "themeLight")}
      </button>
      <button
        class="switch"
        type="button"
        data-testid="language"
        onClick={() => (language.value = language.value === "zh" ? "en" : "zh")}
      >
        {language.value === "zh" ? "English" : "中文"}
      </button>
    </header>
  );
}

/** The clock, which alone of the header is drawn every second. */
function Clock() {
  return <time class="clock">{wallClock(now.value)}</time>;
}

/** The other views that one may open; in the demo all of them. */
function Views() {
  const who = session.value;
  const mine = VIEWS.filter(
    ({ act, beside }) => !beside &&
      (who?.name.startsWith("demo-") || (act !== null && who?.acts.includes(act))),
  );
  if (mine.length < 2) return null;
  return (
    <nav class="views" aria-label={say("views")}>
      {mine.map(({ path, word }) => (
        <a key={path} href={path} aria-current={path === view.path ? "page" : undefined}>
          {say(word)}
        </a>
      ))}
    </nav>
  );
}

function Account() {
  const who = session.value;
  if (!who) return null;
  if (who.name.startsWith("demo-")) return <span class="figure account">{who.name}</span>;
  return (
    <a class="switch" href="/account" data-testid="account">
      {say("account")}
    </a>
  );
}

/** How the live stream stands; for the figures of views that listen to it. */
export function StreamState() {
  const state = stream.value;
  const word = { live: "streamLive", connecting: "streamConnecting", lost: "streamLost" } as const;
  return (
    <span class={`stream stream-${state}`} role="status" data-testid="stream">
      {say(word[state])}
    </span>
  );
}

/** While the store is down the service says what it knew: nobody shall take it for the present. */
function Stale() {
  const since = staleSince.value;
  if (since === null) return null;
  return (
    <span class="stale" role="status" data-testid="stale">
      {say("stale")} {wallClock(Date.parse(since))}
    </span>
  );
}
