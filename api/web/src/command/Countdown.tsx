import { now } from "../frame/screen";
import { clockface, duration } from "../frame/words";
import { word } from "./case_words";

const LONG_S = 3600;

/** What is left until an instant, or by how much it is over; alone in being drawn every second. */
export function Countdown({ at, label }: { at: number; label?: string }) {
  const leftS = (at - now.value) / 1000;
  const over = leftS < 0;
  const size = Math.abs(leftS);
  const figure = size >= LONG_S ? duration(Math.round(size / 60) * 60) : clockface(size);
  const level = over ? "over" : leftS < 180 ? "soon" : "calm";
  return (
    <span class={`countdown ${level}`}>
      {label && <small>{label} </small>}
      <small>{word(over ? "overdue" : "left")} </small>
      <b>{figure}</b>
    </span>
  );
}
