/** Words of the leader's view. */

import { language } from "../frame/screen";
import { COMMON, dictionary, type Words } from "../frame/words";
import type { Share } from "./shapes";

const WORDS = {
  ...COMMON,
  indicators: ["指标", "Indicators"],
  week: ["周", "Week"],
  month: ["月", "Month"],
  year: ["年", "Year"],
  span: ["统计周期", "Span"],
  earlier: ["上一期", "Earlier"],
  later: ["下一期", "Later"],
  day: ["所在日期", "Day in it"],
  groupBy: ["分组", "By"],
  zone: ["责任区", "Zone"],
  unit: ["小组", "Crew"],
  matter: ["事项", "Matter"],
  kind: ["来源", "Kind"],
  report: ["举报", "Report"],
  visit: ["巡查", "Visit"],
  csv: ["下载表格（CSV）", "Download table (CSV)"],
  reported: ["上报事件", "Reported"],
  figure: ["指标值", "Figure"],
  counted: ["计数", "Counted"],
  change: ["较上期", "Change"],
  trend: ["近八期走势", "Eight spans"],
  nothing: ["无可计", "nothing to count"],
  noneInSpan: ["本期没有可统计的事件", "Nothing to count in this span"],
  groups: ["各组情况", "By group"],
  nowhere: ["未归属", "none"],
  all: ["全部", "All"],
  cases: ["构成该指标的事件", "Cases behind the figure"],
  counts: ["计入", "counts"],
  countsNot: ["未计入", "does not count"],
  noCases: ["没有事件", "No cases"],
  moreCases: ["仅显示最近的 1000 件", "The latest 1,000 are shown"],
  pastCase: ["历史事件", "past case"],
  arrivalTimes: ["派单至到场用时", "From dispatch to arrival"],
  half: ["中位数", "median"],
  ninth: ["九成在", "9 in 10 within"],
  unrecorded: ["未记录到场", "without a recorded arrival"],
  knownAt: ["数据截至", "as known at"],
  map: ["地图", "Map"],
  bulletins: ["通报", "Reports"],
  bulletinKind: ["通报种类", "Kind of report"],
  bulletinSpan: ["报告期", "Span"],
  weekly: ["周报", "Weekly report"],
  monthly: ["月通报", "Monthly bulletin"],
  yearly: ["年度考评", "Yearly evaluation"],
  consultation: ["会商材料", "Pack for consultation"],
  consultNow: ["汇集会商材料", "Gather for consultation"],
  noBulletins: ["还没有通报", "No reports yet"],
  issue: ["版次", "issue"],
  signed: ["签阅", "Signed"],
  unsigned: ["待签阅", "not signed"],
  signedNow: ["已签阅", "Signed"],
  sign: ["签阅", "Sign"],
  note: ["批示", "Note"],
  digest: ["内容摘要", "Digest"],
  paper: ["文件", "Files"],
  red: ["红榜", "Red list"],
  black: ["黑榜", "Black list"],
  nobodyListed: ["本期无单位列入", "Nobody in this span"],
} as const satisfies Words;

export const say = dictionary(WORDS);

/** A share in per cent; empty words where there is nothing to share. */
export function percent(share: number | null): string {
  if (share === null) return "—";
  return new Intl.NumberFormat(language.value === "zh" ? "zh-CN" : "en-GB", {
    style: "percent",
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  }).format(share);
}

/** A count with its thousands apart. */
export function count(number: number): string {
  return new Intl.NumberFormat(language.value === "zh" ? "zh-CN" : "en-GB").format(number);
}

/** By how much a share changed, in points of a hundred; empty where either is missing. */
export function changeOf(found: Share, before: Share | undefined): string {
  if (found.share === null || before?.share == null) return "";
  const points = 100 * (found.share - before.share);
  const sign = points > 0.05 ? "▲ +" : points < -0.05 ? "▼ −" : "= ";
  return `${sign}${Math.abs(points).toFixed(1)}`;
}

/** A day of the calendar of the city. */
export function dayOf(instant: string): string {
  return new Intl.DateTimeFormat(language.value === "zh" ? "zh-CN" : "en-GB", {
    timeZone: "Asia/Shanghai",
    dateStyle: "medium",
  }).format(Date.parse(instant));
}
