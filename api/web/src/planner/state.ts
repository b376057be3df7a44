/** Everything the planner's screen shows, as signals; components read it, actions write it. */

import { computed, signal } from "@preact/signals";
import { may } from "../frame/book";
import type { Fetched } from "../frame/screen";
import type { Problem } from "../service/ask";
import type { Ground } from "./ground";
import type { Edit, EditMade, Plan, PlanFigures, Told, TwoPlans, WholePlan, ZoneOf } from "./shapes";

export type Tool = "select" | "brush" | "lasso" | "cut";
export type Tab = "zones" | "compare" | "propose" | "simulate" | "handover" | "publish";

/** An edit that the service did not take, and what it said. */
export interface RefusedEdit {
  problem: Problem & { errors?: Told[] };
  edit: Edit;
}

/** Somebody else has edited the draft meanwhile. */
export interface Conflict {
  mine: RefusedEdit | null;
  theirs: EditMade[];
  by: string;
}

/** A plan that is looked at and not edited: a proposal, say. */
export interface Looking {
  label: string;
  moves: ZoneOf;
}

export const ground = signal<Ground | null>(null);
export const drafts = signal<Fetched<Plan[]>>({ state: "idle" });
export const draft = signal<WholePlan | null>(null);
export const edits = signal<readonly EditMade[]>([]);

export const tab = signal<Tab>("zones");
export const tool = signal<Tool>("select");
export const brushPx = signal(12);
export const target = signal<string | null>(null);
export const selected = signal<ReadonlySet<string>>(new Set());
export const hour = signal<number | null>(null);

/** Where grids are dragged to, before the service has taken it. */
export const dragged = signal<ReadonlyMap<string, string | null>>(new Map());
/** An edit that is on its way. */
export const sendingEdit = signal(false);
export const refused = signal<RefusedEdit | null>(null);
export const conflict = signal<Conflict | null>(null);
/** A freehand line across a zone that waits for a word. */
export const cutLine = signal<{ zone: string; line: [number, number][] } | null>(null);
export const sketch = signal<readonly [number, number][]>([]);

export const figures = signal<Fetched<TwoPlans>>({ state: "idle" });
/** Figures while grids are dragged. */
export const trial = signal<PlanFigures | null>(null);
/** Milliseconds from the last drag to its figures on the screen. */
export const lastTrialMs = signal<number | null>(null);

export const looking = signal<Looking | null>(null);
export const swipe = signal<{ plan: string; zoneOf: ZoneOf; at: number } | null>(null);

/** Whether the open draft may be edited by whoever is signed in. */
export const editable = computed(() => draft.value?.state === "draft" && may("draw_plans"));

/** Zone of each grid as the map shows it. */
export const shownZoneOf = computed<ZoneOf>(() => {
  const seen = looking.value;
  const published = ground.value?.published ?? {};
  if (seen) return { ...published, ...seen.moves };
  const base = draft.value?.zone_of ?? published;
  const moving = dragged.value;
  return moving.size === 0 ? base : { ...base, ...Object.fromEntries(moving) };
});

/** Zones of the plan that is shown, in the order of their codes. */
export const shownZones = computed(() => {
  const codes = new Set(Object.values(shownZoneOf.value));
  codes.delete(null);
  return [...(codes as Set<string>)].sort();
});

/** Figures of what the map shows: of the drag, else of the draft. */
export const shownFigures = computed<PlanFigures | null>(() => {
  if (trial.value && dragged.value.size > 0) return trial.value;
  return figures.value.state === "ready" ? figures.value.value.plan : null;
});
