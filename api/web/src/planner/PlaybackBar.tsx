import { closePlayback, pause, play, played, playedAt_s, playing, sceneAt } from "./playback";
import { count, dayTime, say } from "./words";

/** Time of a simulated run: played, paused, and moved by hand. */
export function PlaybackBar() {
  const shown = played.value;
  if (!shown) return null;
  const at_s = playedAt_s.value;
  const scene = sceneAt(shown.events, at_s);
  const driving = scene.crews.filter(({ doing }) => doing === "drives").length;
  const working = scene.crews.filter(({ doing }) => doing === "works").length;
  const time = dayTime(new Date(Date.parse(shown.start) + at_s * 1000).toISOString());
  return (
    <div class="hours playback" data-testid="playback">
      <button class="button" type="button" onClick={() => (playing.value ? pause() : play())}>
        {say(playing.value ? "pause" : "play")}
      </button>
      <input
        type="range"
        min={0}
        max={shown.hours * 3600}
        step={60}
        value={at_s}
        aria-label={say("playTime")}
        aria-valuetext={time}
        data-testid="play-time"
        onInput={(event) => (playedAt_s.value = Number(event.currentTarget.value))}
      />
      <output class="hour-name" data-testid="played-at">{time}</output>
      <span class="aside" data-testid="scene">
        {count(driving)} {say("driving")} · {count(working)} {say("atWork")} ·{" "}
        {count(scene.calls.length)} {say("callsOpen")}
      </span>
      <button class="close" type="button" aria-label={say("endPlayback")} onClick={closePlayback}>
        ×
      </button>
    </div>
  );
}
