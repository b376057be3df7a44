import { city, language, now, positions, staleSince, stream, theme } from "../state";
import { nameOf, say, wallClock } from "../text";

/** Title, the word that the city is invented, live state, clock, language and theme. */
export function Header() {
  const opened = city.value;
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
      <span class="spring" />
      <OnDuty />
      <Stale />
      <StreamState />
      <time class="clock">{wallClock(now.value)}</time>
      {opened && !opened.invented && (
        <a class="switch" href="/account" data-testid="account">
          {say("account")}
        </a>
      )}
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

function OnDuty() {
  const all = [...positions.value.values()];
  const onDuty = all.filter((position) => position.status !== "off_duty").length;
  return (
    <span class="figure">
      <b>{onDuty}</b> {say("onDuty")}
    </span>
  );
}

function StreamState() {
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
