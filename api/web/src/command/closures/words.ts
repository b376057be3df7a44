/** Words of closures. */

import { COMMON, dictionary, type Words } from "../../frame/words";

const WORDS = {
  ...COMMON,
  closures: ["封路与限速", "Closures"],
  draw: ["绘制", "Draw"],
  polygon: ["区域", "Area"],
  line: ["路段", "Along a street"],
  point: ["一处", "One place"],
  pickPolygon: ["依次点选区域的拐角，至少三处", "Click the corners, three or more"],
  pickLine: ["沿道路依次点选，至少两处", "Click along the street, twice or more"],
  pickPoint: ["点选封闭处", "Click the place"],
  finish: ["完成", "Done"],
  none: ["没有在用或待用的封路", "Nothing is closed, now or to come"],
  closed: ["封闭", "Closed"],
  slow: ["限速", "Slow"],
  kind: ["类型", "Kind"],
  factor: ["车速降至（%）", "Speed left, %"],
  starts: ["开始", "From"],
  ends: ["结束", "Until"],
  atOnce: ["立即", "at once"],
  open: ["未定", "open"],
  why: ["事由", "Why"],
  enter: ["生效", "Enter"],
  lift: ["解除", "Lift"],
  lifted: ["已解除", "Lifted"],
  entered: ["已登记封路", "Closure entered"],
  planned: ["待生效", "planned"],
  in_force: ["生效中", "in force"],
  over: ["已结束", "over"],
  streets: ["影响路段", "Streets"],
  noStreet: ["未覆盖任何道路", "covers no street"],
  newClosure: ["新的封路", "New closure"],
  endsFirst: ["结束时间须晚于开始时间", "It has to end after it begins"],
} as const satisfies Words;

export const say = dictionary(WORDS);
