/** Every word on the screen in both languages, and how figures are written. */

import { language } from "./state";

const WORDS = {
  product: ["网格派单", "Grid Dispatch"],
  invented: ["演示城市（虚构）", "invented demo city"],
  inventedLong: [
    "本城市为程序生成，人员、单位、事件与法规依据均为虚构。",
    "This city is generated: its people, units, incidents and legal bases are invented.",
  ],
  queue: ["待办事件", "Open incidents"],
  queueSearch: ["筛选事件", "Filter incidents"],
  queueEmpty: ["没有待办事件", "No open incidents"],
  queueNoMatch: ["没有符合条件的事件", "No incident matches"],
  waiting: ["已等待", "waiting"],
  streamLive: ["实时", "Live"],
  streamConnecting: ["连接中", "Connecting"],
  streamLost: ["实时数据中断，正在重连", "Live data lost, reconnecting"],
  stale: ["存储中断，内容可能已过时，自", "Store down, what is shown may be old, since"],
  account: ["账号", "Account"],
  onDuty: ["在岗", "on duty"],
  available: ["空闲", "Available"],
  busy: ["处置中", "Busy"],
  en_route: ["途中", "En route"],
  on_scene: ["到场", "On scene"],
  off_duty: ["离岗", "Off duty"],
  loadingCity: ["正在载入城市…", "Loading the city…"],
  cityFailed: ["城市未能载入", "The city could not be loaded"],
  retry: ["重试", "Try again"],
  idleTitle: ["在地图上点选位置", "Click a place on the map"],
  idleText: [
    "系统将判定责任区与执法主体，并按路网行程时间给出派单建议。",
    "The service finds the zone and the holder of the power, and ranks crews by travel time on the road network.",
  ],
  idleKeys: ["或从左侧队列中选择事件：", "Or pick an incident from the queue:"],
  place: ["位置", "Place"],
  zone: ["责任区", "Zone"],
  area: ["行政区划", "Area"],
  grid: ["单元网格", "Unit grid"],
  outsideZones: ["不在任何责任区内", "Outside every zone"],
  target: ["到场时限", "target"],
  matters: ["执法事项", "Matters"],
  matterSearch: ["搜索事项名称、编码或领域", "Search matters by name, code or domain"],
  matterNone: ["没有符合条件的事项", "No matter matches"],
  matterMore: ["继续输入以缩小范围", "Keep typing to narrow down"],
  removeMatter: ["移除", "Remove"],
  suggestion: ["派单建议", "Suggestion"],
  suggesting: ["正在计算行程时间…", "Computing travel times…"],
  holder: ["承办单位", "Holder"],
  actingBody: ["执法主体", "Acting body"],
  rule: ["判定依据", "Rule"],
  noMatter: ["请选择至少一个执法事项", "Choose at least one matter"],
  noProposal: ["没有可派单元", "No crew can be proposed"],
  noProposalText: ["原因见下方未入选单元。", "The reasons stand with the units passed over below."],
  passedOver: ["未入选单元", "Passed over"],
  others: ["较远的其余小组：", "Others, farther away:"],
  eta: ["预计到达", "ETA"],
  distance: ["路程", "Distance"],
  fixAge: ["定位", "Fix"],
  inTarget: ["时限内", "in target"],
  late: ["超时限", "late"],
  overhead: ["到达上空", "overhead"],
  noFly: ["禁飞区", "No-fly"],
  mutualAid: ["跨区支援", "Mutual aid"],
  grid_kind: ["网格", "Grid"],
  specialist: ["专业", "Specialist"],
  secure: ["先期处置", "Secure first"],
  first_look: ["先行查看", "First look"],
  degraded: ["降级", "Degraded"],
  officers: ["人", "officers"],
  ago: ["前", "ago"],
  showRoute: ["查看路线", "Show route"],
  close: ["关闭", "Close"],
  theme: ["深色", "Dark"],
  themeLight: ["浅色", "Light"],
  keys: ["键盘", "Keys"],
  keyMove: ["上下移动", "move"],
  keyOpen: ["打开 / 查看路线", "open / show route"],
  keySearch: ["搜索", "search"],
  keyEscape: ["返回", "back"],
  legend: ["图例", "Legend"],
  coverage: ["覆盖", "Coverage"],
  uncovered: ["无人可及时到达", "Nobody in time"],
  byOne: ["仅一组可及", "One crew alone"],
  route: ["建议路线", "Proposed route"],
  zoneBorder: ["责任区界线", "Zone border"],
  report: ["举报", "Report"],
  visit: ["巡查", "Visit"],
  version: ["版本", "version"],
  attribution: ["虚构路网，非真实测绘数据", "Invented roads, not survey data"],
} as const satisfies Record<string, readonly [string, string]>;

export type Word = keyof typeof WORDS;

/** A word in the language of the screen. */
export function say(word: Word): string {
  return WORDS[word][language.value === "zh" ? 0 : 1];
}

export function isWord(word: string): word is Word {
  return word in WORDS;
}

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

/** The wall clock of the city. */
export function wallClock(instant: number): string {
  return new Intl.DateTimeFormat(language.value === "zh" ? "zh-CN" : "en-GB", {
    timeZone: "Asia/Shanghai",
    hour12: false,
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  }).format(instant);
}
