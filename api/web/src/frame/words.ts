/** Words in both languages, and how figures are written; a view's own words stand with the view. */

import { computed } from "@preact/signals";
import { language } from "./screen";

export type Words = Record<string, readonly [zh: string, en: string]>;

/** Makes the function that says words of a list in the language of the screen. */
export function dictionary<W extends Words>(words: W): (word: keyof W) => string {
  return (word) => (words[word] as readonly [string, string])[language.value === "zh" ? 0 : 1];
}

/** Words that every view may need. */
export const COMMON = {
  product: ["网格派单", "Grid Dispatch"],
  invented: ["演示城市（虚构）", "invented demo city"],
  inventedLong: [
    "本城市为程序生成，人员、单位、事件与法规依据均为虚构。",
    "This city is generated: its people, units, incidents and legal bases are invented.",
  ],
  streamLive: ["实时", "Live"],
  streamConnecting: ["连接中", "Connecting"],
  streamLost: ["实时数据中断，正在重连", "Live data lost, reconnecting"],
  stale: ["存储中断，内容可能已过时，自", "Store down, what is shown may be old, since"],
  account: ["账号", "Account"],
  available: ["空闲", "Available"],
  busy: ["处置中", "Busy"],
  en_route: ["途中", "En route"],
  on_scene: ["到场", "On scene"],
  off_duty: ["离岗", "Off duty"],
  loadingCity: ["正在载入城市…", "Loading the city…"],
  cityFailed: ["城市未能载入", "The city could not be loaded"],
  retry: ["重试", "Try again"],
  close: ["关闭", "Close"],
  theme: ["深色", "Dark"],
  themeLight: ["浅色", "Light"],
  signOut: ["退出", "Sign out"],
  views: ["页面", "Pages"],
  command: ["指挥", "Command"],
  wall: ["大屏", "Wall"],
  planner: ["规划", "Planning"],
  layers: ["图层", "Layers"],
  officer: ["队员", "Officer"],
  reporter: ["我要举报", "Report"],
  leader: ["领导", "Leader"],
  denied: ["您的账号不能使用此页面", "Your account may not use this page"],
  deniedText: [
    "请使用有权限的账号登录，或联系管理员。",
    "Sign in with an account that may, or ask an administrator.",
  ],
  signInAgain: ["换一个账号登录", "Sign in as somebody else"],
  openAs: ["以此演示账号打开：", "Open as the demo's"],
  loading: ["正在载入…", "Loading…"],
  sessionOver: ["登录已过期", "Your session has ended"],
  sessionOverText: [
    "请重新登录后继续。页面内容和已填写的内容都会保留，未送出的操作随后自动送出。",
    "Sign in to go on. The page and all that you typed stay; what could not be sent is sent then.",
  ],
  accountName: ["账号", "Account name"],
  password: ["密码", "Password"],
  codeIfAny: ["动态验证码（如已启用）", "Code (if you have one set up)"],
  signInHere: ["登录", "Sign in"],
  signInBy: ["在新标签页使用", "In a new tab, by"],
  cancel: ["取消", "Cancel"],
} as const satisfies Words;

export const say = dictionary(COMMON);

/** The name of a thing in the language of the screen. */
export function nameOf(thing: { name: string; name_en: string }): string {
  return language.value === "zh" ? thing.name : thing.name_en || thing.name;
}

/** A matter's name without the words that all of them share (对…的处罚). */
export function shortName(matter: { name: string; name_en: string }): string {
  return nameOf(matter).replace(/^对(.+)的(?:行政)?处罚$/, "$1");
}

/** A reason or problem in the language of the screen. */
export function inWords(text: { zh: string; en: string }): string {
  return language.value === "zh" ? text.zh : text.en;
}

/** A span of time with the two units that matter. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [days, hours] = [Math.floor(whole / 86400), Math.floor(whole / 3600)];
  const minutes = Math.floor(whole / 60);
  const zh = language.value === "zh";
  if (days > 1) return zh ? `${days} 天` : `${days} d`;
  if (hours > 0) return zh ? `${hours} 时 ${minutes % 60} 分` : `${hours} h ${minutes % 60} min`;
  if (minutes > 0 && whole % 60 === 0) return zh ? `${minutes} 分钟` : `${minutes} min`;
  if (minutes > 0) return zh ? `${minutes} 分 ${whole % 60} 秒` : `${minutes} min ${whole % 60} s`;
  return zh ? `${whole} 秒` : `${whole} s`;
}

/** Minutes and seconds as on a clock, for columns that are compared at a glance. */
export function clockface(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const padded = String(whole % 60).padStart(2, "0");
  return `${Math.floor(whole / 60)}:${padded}`;
}

/** A length in metres or kilometres. */
export function metres(length: number): string {
  if (length < 1000) return `${Math.round(length)} m`;
  return `${(length / 1000).toFixed(length < 10_000 ? 1 : 0)} km`;
}

const clockFormat = computed(
  () =>
    new Intl.DateTimeFormat(language.value === "zh" ? "zh-CN" : "en-GB", {
      timeZone: "Asia/Shanghai",
      hour12: false,
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    }),
);

/** The wall clock of the city. */
export function wallClock(instant: number): string {
  return clockFormat.value.format(instant);
}
