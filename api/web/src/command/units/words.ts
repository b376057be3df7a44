/** Words of the list of units. */

import { COMMON, dictionary, type Words } from "../../frame/words";

const WORDS = {
  ...COMMON,
  units: ["执法小组", "Crews"],
  unitSearch: ["筛选小组、队员、呼号", "Filter crews, officers, call signs"],
  anyStatus: ["全部状态", "Any status"],
  anyZone: ["全部责任区", "Any zone"],
  status: ["状态", "Status"],
  zone: ["责任区", "Zone"],
  noUnit: ["没有符合条件的小组", "No crew matches"],
  onDutyOf: ["在岗", "on duty"],
  fixAge: ["定位", "Fix"],
  ago: ["前", "ago"],
  noFix: ["无定位", "no fix"],
  heading: ["航向", "heading"],
  byHand: ["位置为人工设置", "place set by hand"],
  dutyByHand: ["在岗状态为代签", "duty set by hand"],
  job: ["任务", "Job"],
  etaAt: ["预计", "ETA"],
  arrivedAt: ["到场", "there since"],
  reach: ["可达范围", "Reach"],
  reachOff: ["隐藏范围", "Hide reach"],
  reachLegend: ["5 / 10 / 15 分钟可达", "5 / 10 / 15 min by road"],
  setPlace: ["人工定位", "Set place"],
  pickPlace: ["在地图上点选 {} 的位置", "Click where {} is"],
  placeSet: ["已人工设置位置", "Place set by hand"],
  signOn: ["签到", "Sign on"],
  signOff: ["签退", "Sign off"],
  signedOn: ["已签到", "Signed on"],
  signedOff: ["已签退", "Signed off"],
  members: ["队员", "Officers"],
  certified: ["持证", "certified"],
  auxiliary: ["辅助", "auxiliary"],
  more: ["更多", "More"],
  stale: ["定位超过 20 分钟", "Fix over 20 min old"],
} as const satisfies Words;

export const say = dictionary(WORDS);
