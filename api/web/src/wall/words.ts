/** Words of the command wall. */

import { COMMON, dictionary, type Words } from "../frame/words";

const WORDS = {
  ...COMMON,
  open: ["待办", "Open"],
  overdue: ["超时", "Overdue"],
  waits: ["待派", "To send"],
  underWay: ["途中", "Under way"],
  onScene: ["到场", "On scene"],
  free: ["空闲队员", "Officers free"],
  busyOfficers: ["处置中", "Busy"],
  closed: ["封路", "Roads closed"],
  longest: ["最紧迫", "Most pressing"],
  none: ["没有待办事件", "No open incidents"],
  figures: ["态势", "State of the city"],
  late: ["超时", "over by"],
  left: ["剩", "left"],
} as const satisfies Words;

export const say = dictionary(WORDS);
