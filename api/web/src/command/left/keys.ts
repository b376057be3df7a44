/** Keys of the lists on the left, and of what is asked for on the map. */

import { dictionary, type Words } from "../../frame/words";
import { addKeys } from "../keyboard";
import { plan, sendAll } from "../operations/operation";
import { leavePick, pick } from "../pick/pick";
import { selectedUnit } from "../units/crews";
import { tab, turnTab } from "./tab";

const WORDS = {
  before: ["上一个列表", "list before"],
  next: ["下一个列表", "next list"],
  into: ["进入左侧列表", "go into the list"],
  search: ["筛选小组", "filter crews"],
  leavePick: ["取消地图点选", "stop picking on the map"],
  closeUnit: ["收起小组", "fold the crew up"],
  sendAll: ["联合行动全部派出", "send the whole joint operation"],
} as const satisfies Words;
const say = dictionary(WORDS);

export function addListKeys(): void {
  addKeys([
    {
      keys: ["/"],
      standsIn: true,
      group: "moving",
      says: () => say("search"),
      when: () => tab.value === "units",
      press: () => document.getElementById("unit-search")?.focus(),
    },
    { keys: ["["], group: "moving", says: () => say("before"), press: () => turnTab(-1) },
    { keys: ["]"], group: "moving", says: () => say("next"), press: () => turnTab(1) },
    { keys: ["l"], group: "moving", says: () => say("into"), press: goInto },
    {
      keys: ["Escape"],
      standsIn: true,
      group: "map",
      says: () => say("leavePick"),
      when: () => pick.value !== null,
      press: leavePick,
    },
    {
      keys: ["Escape"],
      standsIn: true,
      group: "map",
      says: () => say("closeUnit"),
      when: () => tab.value === "units" && selectedUnit.value !== null,
      press: () => (selectedUnit.value = null),
    },
    {
      keys: ["o"],
      group: "map",
      says: () => say("sendAll"),
      when: () => tab.value === "operations" && plan.value.state === "ready",
      press: () => void sendAll(),
    },
  ]);
}

/** To the first thing of the list that can be pressed; from there Tab goes on. */
function goInto(): void {
  document.querySelector<HTMLElement>("#left-pane :is(button, input, select, a)")?.focus();
}
