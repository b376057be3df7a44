/** Figures and instants as people of the screen's language write them. */

import { language } from "../frame/screen";

function locale(): string {
  return language.value === "zh" ? "zh-CN" : "en-GB";
}

export function number(value: number): string {
  return new Intl.NumberFormat(locale()).format(value);
}

export function percent(share: number): string {
  return new Intl.NumberFormat(locale(), { style: "percent", maximumFractionDigits: 2 }).format(share);
}

/** Day and minute, in the city's time. */
export function when(instant: string): string {
  return new Intl.DateTimeFormat(locale(), {
    timeZone: "Asia/Shanghai",
    hour12: false,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
  }).format(Date.parse(instant));
}

/** A length to the decimetre where that matters. */
export function metresOf(length_m: number): string {
  return `${number(length_m < 100 ? Math.round(length_m * 10) / 10 : Math.round(length_m))} m`;
}

/** A moment as it was typed, in the city's time, with its offset. */
export function inBeijing(typed: string): string {
  return `${typed.length === 16 ? `${typed}:00` : typed}+08:00`;
}
