/** Everything the layers view shows, as signals; components read it, actions write it. */

import { computed, signal } from "@preact/signals";
import type { Fetched } from "../frame/screen";
import type { Marked } from "../service/ask";
import type {
  Checklist,
  CityPlan,
  CityVersion,
  Finding,
  KindName,
  LayerDraft,
  Report,
  Severity,
} from "./shapes";

export type SideTab = "kinds" | "versions" | "files";
export type DraftTab = "findings" | "difference" | "columns" | "release";

export const sideTab = signal<SideTab>("kinds");

export const drafts = signal<readonly LayerDraft[]>([]);
export const versions = signal<readonly CityVersion[]>([]);
export const planned = signal<readonly CityPlan[]>([]);
export const checklist = signal<Checklist | null>(null);

/** Drafts that are chosen to be published as one version. */
export const chosenDrafts = signal<readonly string[]>([]);

/** Dialogs that stand over the page. */
export const publishing = signal(false);
export const rollingBack = signal(false);

/** Whether the pane on the right takes a file in. */
export const uploading = signal(false);

export const openedId = signal<string | null>(null);
export const opened = signal<Fetched<Marked<LayerDraft>>>({ state: "idle" });
export const report = signal<Fetched<Report>>({ state: "idle" });
export const draftTab = signal<DraftTab>("findings");

/** What others did to the open draft meanwhile. */
export const meanwhile = signal<"edited" | "gone" | "city" | null>(null);

export const severity = signal<Severity | null>(null);
export const chosenFinding = signal<Finding | null>(null);
/** Code of the feature of the difference that is looked at. */
export const chosenFeature = signal<string | null>(null);

/** What is being done to the open draft, so that nothing is done twice. */
export const busy = signal(false);

export const openDrafts = computed(() => drafts.value.filter(isOpen));

/** Drafts that are chosen and still there. */
export const toPublish = computed(() =>
  openDrafts.value.filter((draft) => chosenDrafts.value.includes(draft.id)),
);

/** Findings that are shown, in groups by code, in the order in which the service tells them. */
export const groups = computed(() => {
  const told = report.value;
  if (told.state !== "ready") return [];
  const wanted = severity.value;
  const found = new Map<string, Finding[]>();
  for (const finding of told.value.findings) {
    if (wanted !== null && finding.severity !== wanted) continue;
    const key = `${finding.severity} ${finding.code}`;
    const group = found.get(key);
    if (group) group.push(finding);
    else found.set(key, [finding]);
  }
  return [...found.values()];
});

export function isOpen(draft: LayerDraft): boolean {
  return draft.state === "draft" || draft.state === "reviewed";
}

/** The version of the city by which each kind was published last, as far as versions tell. */
export const publishedIn = computed<ReadonlyMap<KindName, CityVersion>>(() => {
  const kinds = new Map(drafts.value.map((draft) => [draft.id, draft.kind]));
  const byNumber = new Map(versions.value.map((version) => [version.number, version]));
  const found = new Map<KindName, CityVersion>();
  let number = versions.value[0]?.number ?? 0;
  for (let left = versions.value.length + 1; left > 0 && number > 0; left -= 1) {
    const version = byNumber.get(number);
    for (const draft of version?.drafts ?? []) {
      const kind = kinds.get(draft);
      if (version && kind !== undefined && !found.has(kind)) found.set(kind, version);
    }
    number = version?.back_to ?? number - 1;
  }
  return found;
});
