/** The views: where each stands, who may open it, and the script that draws it. */

import { signal } from "@preact/signals";
import type { FunctionComponent } from "preact";
import type { COMMON } from "./words";

/** The script of one view. */
export interface ViewScript {
  /** Everything below the header. */
  View: FunctionComponent;
  /** What stands in the header between title and clock. */
  Figures?: FunctionComponent;
  /** Reads what the view needs before it can be used; tried again where it is refused. */
  open: () => Promise<void>;
  /** Begins what goes on for as long as the page stands: keys, the stream; called once. */
  begin: () => void;
}

export interface ViewPlace {
  path: string;
  word: keyof typeof COMMON;
  /** What one has to be allowed to do; null where no account is needed. */
  act: string | null;
  /** Who opens it in the demo. */
  demo: string;
  load: () => Promise<ViewScript>;
  /** Whether it is opened from another view, and not named in the header. */
  beside?: true;
}

/** Every view, in the order of the header; `api/pages.py` serves the page at each path. */
export const VIEWS: readonly ViewPlace[] = [
  {
    path: "/",
    word: "command",
    act: "suggest",
    demo: "demo-dispatcher",
    load: () => import("../command/Command"),
  },
  {
    path: "/wall",
    word: "wall",
    act: "suggest",
    demo: "demo-dispatcher",
    load: () => import("../wall/Wall"),
    beside: true,
  },
  {
    path: "/planner",
    word: "planner",
    act: "see_plans",
    demo: "demo-planner",
    load: () => import("../planner/Planner"),
  },
  {
    path: "/layers",
    word: "layers",
    act: "load_layers",
    demo: "demo-gis",
    load: () => import("../layers/Layers"),
  },
  {
    path: "/leader",
    word: "leader",
    act: "see_reports",
    demo: "demo-leader",
    load: () => import("../leader/Leader"),
  },
  {
    path: "/officer",
    word: "officer",
    act: "follow_assignment",
    demo: "demo-officer",
    load: () => import("../officer/Officer"),
  },
  {
    path: "/report",
    word: "reporter",
    act: null,
    demo: "demo-reporter",
    load: () => import("../reporter/Reporter"),
  },
];

/** The view at an address. */
export function viewAt(path: string): ViewPlace {
  return VIEWS.find((view) => view.path === path) ?? (VIEWS[0] as ViewPlace);
}

export const view: ViewPlace = viewAt(location.pathname);

/** The script of this page's view, once it is there. */
export const script = signal<ViewScript | null>(null);
