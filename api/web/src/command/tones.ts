/** Tones are made here, without files: they sound once somebody has touched the page. */

import { signal } from "@preact/signals";

export type Tune = "new" | "overdue" | "lost";

type Note = readonly [hertz: number, startS: number, lengthS: number];

const TUNES: Record<Tune, readonly Note[]> = {
  new: [
    [660, 0, 0.16],
    [880, 0.18, 0.22],
  ],
  overdue: [
    [520, 0, 0.2],
    [520, 0.3, 0.2],
    [520, 0.6, 0.3],
  ],
  lost: [
    [440, 0, 0.25],
    [330, 0.28, 0.4],
  ],
};
const LOUDNESS = 0.18;
const SOFT_S = 0.015;

/** Whether tones are wanted, as it was chosen last. */
export const sound = signal(localStorage.getItem("alarm-sound") !== "off");

/** Whether the browser lets tones be heard yet: it waits for a key or a click. */
export const audible = signal(false);

/** What was rung last; tests and the page look at it. */
export const lastTune = signal<Tune | null>(null);

let context: AudioContext | null = null;

/** Turns the sound on or off, and remembers it. */
export function turnSound(): void {
  sound.value = !sound.value;
  localStorage.setItem("alarm-sound", sound.value ? "on" : "off");
}

/** Makes the sound ready with the first key or click, which browsers ask for. */
export function waitForGesture(): void {
  const begin = (): void => {
    context ??= new AudioContext();
    void context.resume().then(() => (audible.value = true));
    window.removeEventListener("pointerdown", begin);
    window.removeEventListener("keydown", begin);
  };
  window.addEventListener("pointerdown", begin);
  window.addEventListener("keydown", begin);
}

/** Plays a tune, unless the sound is off or nobody has touched the page. */
export function ring(tune: Tune): void {
  lastTune.value = tune;
  if (!sound.peek() || context?.state !== "running") return;
  for (const note of TUNES[tune]) play(context, note);
}

function play(on: AudioContext, [hertz, startS, lengthS]: Note): void {
  const [source, volume] = [on.createOscillator(), on.createGain()];
  const begin = on.currentTime + startS;
  source.frequency.value = hertz;
  volume.gain.setValueAtTime(0, begin);
  volume.gain.linearRampToValueAtTime(LOUDNESS, begin + SOFT_S);
  volume.gain.setValueAtTime(LOUDNESS, begin + lengthS - SOFT_S);
  volume.gain.linearRampToValueAtTime(0, begin + lengthS);
  source.connect(volume).connect(on.destination);
  source.start(begin);
  source.stop(begin + lengthS);
}
