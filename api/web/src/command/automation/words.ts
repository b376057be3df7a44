/** Words of automatic dispatch. */

import { COMMON, dictionary, type Words } from "../../frame/words";

const WORDS = {
  ...COMMON,
  automation: ["自动派单", "Automatic dispatch"],
  short: ["自动", "Rules"],
  asleep: [
    "本系统未启用自动派单，各责任区开关先行设定。",
    "Nothing is dispatched by rule here yet; the switches hold once it is.",
  ],
  zone: ["责任区", "Zone"],
  share: ["自动派出", "By rule"],
  state: ["自动处置", "Switch"],
  on: ["启用", "On"],
  off: ["停用", "Off"],
  offBy: ["停用人", "by"],
  why: ["停用原因（可不填）", "Reason for switching off (optional)"],
  rule: ["规则", "Rule"],
  byRules: ["各规则派出", "What each rule sent"],
  byPeople: ["转人工原因", "Left to people because"],
  reports: ["件", "reports"],
  noRules: ["没有规则", "No rules"],
  nothingJudged: ["近 30 天没有判定过的上报", "Nothing was judged in the last 30 days"],
  lastDays: ["近 30 天", "Last 30 days"],
  noZones: ["辖区内没有责任区", "There are no zones in your areas"],
} as const satisfies Words;

export const say = dictionary(WORDS);
