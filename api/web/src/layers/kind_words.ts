/** What kinds of layer, findings and datums are called. */

import { dictionary, type Words } from "../frame/words";
import type { KindName } from "./shapes";

const KIND_WORDS = {
  boundary: ["市界", "Boundary"],
  areas: ["行政区划", "Areas"],
  zones: ["责任区", "Zones"],
  grids: ["单元网格", "Unit grids"],
  roads: ["道路", "Roads"],
  closures: ["封路与缓行", "Closures"],
  units: ["执法单元", "Units"],
  bases: ["驻地", "Bases"],
  officers: ["执法队员", "Officers"],
  rosters: ["排班表", "Rosters"],
  calendars: ["驻点日历", "Calendars"],
  matters: ["执法事项", "Matters"],
  authority: ["权责清单", "Authority"],
  places: ["地名地址", "Places"],
  demand: ["需求点", "Demand"],
  "no-fly": ["禁飞区", "No-fly"],
} as const satisfies Record<KindName, readonly [string, string]>;

export const sayKind = dictionary(KIND_WORDS);

/** Column by which rows of a kind are told apart. */
export function keyOf(kind: KindName): string {
  return ["officers", "rosters", "calendars", "closures", "authority", "demand"].includes(kind)
    ? "id"
    : "code";
}

/** Kinds of which the city has a collection under `/ogc/` with shapes, to draw what is published. */
export const DRAWN_KINDS: ReadonlySet<KindName> = new Set([
  "areas",
  "zones",
  "grids",
  "no-fly",
  "places",
  "units",
]);

const CODES = {
  empty_file: ["空文件", "Empty file"],
  missing_column: ["缺少必需列", "Column missing"],
  no_place: ["没有位置", "No place"],
  bad_value: ["单元格取值无效", "Cell can't be used"],
  no_code: ["没有编码", "No code"],
  duplicate_code: ["编码重复", "Code twice"],
  name_clash: ["名称重复", "Name twice"],
  no_shape: ["没有图形", "No shape"],
  shape_other_dimension: ["图形类型不符", "Shape of another kind"],
  shape_not_finite: ["坐标不是有限数", "Shape not finite"],
  position_nowhere: ["坐标不在地球上", "Position nowhere"],
  shape_invalid: ["边界自相交", "Border crosses itself"],
  shape_unclosed: ["边界未闭合", "Border not closed"],
  shape_multipart: ["一个网格多块", "Several parts"],
  shape_twice: ["图形重复", "Shape twice"],
  tiling_overlap: ["相互重叠", "Overlap"],
  tiling_missing: ["缺失一块", "One is missing"],
  datum_other: ["坐标系（基准）不符", "Another datum"],
  tiling_gap: ["缝隙", "Gap"],
  tiling_sliver: ["细缝或细条重叠", "Sliver"],
  tiling_outside: ["超出上级范围", "Beyond its parent"],
  code_other_scheme: ["编码位数不统一", "Code of another scheme"],
  code_not_digits: ["编码含非数字", "Code not digits"],
  code_other_length: ["编码长度不符", "Code length"],
  code_unknown_street: ["街道代码不在国标内", "Unknown street code"],
  code_not_in_community: ["编码与所在社区不符", "Code of another community"],
  serial_left_out: ["顺序号不连续", "Serial numbers left out"],
  code_no_scheme: ["编码没有规则", "Codes follow no scheme"],
  grid_in_no_community: ["不在任何社区内", "In no community"],
  grid_in_no_zone: ["不在任何责任区内", "In no zone"],
  grid_in_other_community: ["所填社区与位置不符", "In another community"],
  grid_in_other_zone: ["所填责任区与位置不符", "In another zone"],
  grid_across_community: ["跨社区", "Across communities"],
  grid_across_zone: ["跨责任区", "Across zones"],
  road_unknown_class: ["道路等级不识别", "Unknown road class"],
  road_unknown_direction: ["通行方向不识别", "Unknown direction"],
  road_implausible_speed: ["限速不合理", "Implausible speed"],
  road_filled_in_speed: ["限速为机器填充", "Filled-in speed"],
  road_island: ["孤立道路", "Road island"],
  one_way_no_way_out: ["单行线有进无出", "One-way: no way out"],
  one_way_no_way_in: ["单行线有出无进", "One-way: no way in"],
  road_stops_short: ["端点未接上", "Stops short"],
  road_crosses_without_junction: ["交叉未打断", "Crosses without junction"],
  unknown_reference: ["引用不存在", "Unknown reference"],
  parent_not_above: ["上级层级不符", "Parent not above"],
  zone_without_brigade: ["责任区没有大队", "Zone without brigade"],
  crew_without_parent: ["小组没有上级", "Crew without parent"],
  crew_without_brigade: ["小组没有大队", "Crew without brigade"],
  crew_without_roads: ["小组没有路网", "Crew without roads"],
  not_a_drone: ["不是无人机", "Not a drone"],
  brigade_without_zone: ["大队没有责任区", "Brigade without zone"],
  officer_at_work: ["队员正在处置", "Officer at work"],
  closure_over: ["封路已结束", "Closure is over"],
  closure_entered: ["封路已登记", "Closure entered"],
  closure_is_other: ["封路编号已用", "Closure number taken"],
  closure_no_way: ["封路道路不存在", "Closure of no road"],
  demand_outside: ["需求点在网格外", "Demand outside"],
  several_boundaries: ["市界多条", "Several boundaries"],
  several_cities: ["市级区划多个", "Several cities"],
  crs_not_said: ["未说明坐标系", "System not said"],
  crs_by_zone_number: ["按带号判定坐标系", "System by zone number"],
  crs_other_zone_number: ["带号与声明不符", "Another zone number"],
  axes_exchanged: ["坐标轴互换", "Axes exchanged"],
  encoding_not_said: ["未说明编码", "Encoding not said"],
} as const satisfies Words;

const sayCode = dictionary(CODES);

/** What a finding is called; a code that is new here stands for itself. */
export function nameOfCode(code: string): string {
  return code in CODES ? sayCode(code as keyof typeof CODES) : code;
}

const DATUMS: Record<string, string> = {
  wgs84: "WGS-84 / CGCS2000",
  cgcs2000: "CGCS2000",
  gcj02: "GCJ-02",
  bd09: "BD-09",
};

/** A coordinate system as people write it. */
export function nameOfCrs(crs: string): string {
  return DATUMS[crs] ?? crs;
}
