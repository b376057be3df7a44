/** Words of the shift handover. */

import { COMMON, dictionary, type Words } from "../../frame/words";

const WORDS = {
  ...COMMON,
  handover: ["交接班", "Shift handover"],
  write: ["交班", "Hand over"],
  past: ["历次交接", "Handovers"],
  none: ["还没有交接班记录", "No shift has been handed over yet"],
  sheet: ["交接班记录", "Handover sheet"],
  shift: ["班次", "Shift"],
  incidents: ["未结事件", "Open incidents"],
  promises: ["下一班到期时限", "Promises due in the next shift"],
  units: ["在外单元", "Units out"],
  closures: ["封路与限速", "Closures"],
  overrides: ["本班改派", "Overrides of this shift"],
  nothing: ["无", "none"],
  notes: ["交接事项", "Notes"],
  sign: ["交班签字", "Sign as outgoing"],
  signed: ["交班人", "Handed over by"],
  taken: ["接班人", "Taken over by"],
  waits: ["待接班签字", "waits to be taken over"],
  coming: ["接班人签字", "Incoming signs"],
  name: ["账号", "Account"],
  password: ["密码", "Password"],
  code: ["动态码（如已启用）", "Code, if in use"],
  takeOver: ["接班签字", "Sign as incoming"],
  print: ["打印（PDF）", "Print (PDF)"],
  missed: ["已逾期", "missed"],
  due: ["到期", "due"],
  until: ["至", "until"],
  arrived: ["已到场", "on scene"],
  underWay: ["途中", "under way"],
  signedNow: ["已签交班", "Signed; the next shift signs below"],
  takenNow: ["交接完成", "Handed over"],
  acknowledge: ["接警", "acknowledge"],
  secure: ["先期处置", "secure"],
  arrive: ["到场", "arrive"],
  handle: ["处置", "handle"],
  feed_back: ["反馈", "feed back"],
  verify: ["核查", "verify"],
  answer: ["吹哨应答", "answer a whistle"],
  more: ["另有", "and"],
  others: ["条", "more"],
} as const satisfies Words;

export const say = dictionary(WORDS);
export type HandoverWord = keyof typeof WORDS;
export const known = (word: string): word is HandoverWord => word in WORDS;
