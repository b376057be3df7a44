/** Times of day in the city, to the second; a day that is not today is named. */

import { language, now } from "../frame/screen";

const ZONE = "Asia/Shanghai";
const DAY_MS = 86_400_000;

const forms = new Map<string, Intl.DateTimeFormat>();

function form(kind: "time" | "day"): Intl.DateTimeFormat {
  const locale = language.value === "zh" ? "zh-CN" : "en-GB";
  const key = `${kind} ${locale}`;
  let made = forms.get(key);
  if (!made) {
    const day = { month: "2-digit", day: "2-digit" } as const;
    const time = { hour: "2-digit", minute: "2-digit", second: "2-digit" } as const;
    made = new Intl.DateTimeFormat(locale, {
      timeZone: ZONE,
      hour12: false,
      ...(kind === "time" ? time : { ...day, ...time }),
    });
    forms.set(key, made);
  }
  return made;
}

/** The time of day; with its day where that was not within the last or next few hours. */
export function timeOf(instant: number): string {
  const near = Math.abs(instant - now.peek()) < DAY_MS / 2;
  return form(near ? "time" : "day").format(instant);
}
