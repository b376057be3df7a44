/** What the service says of what is done by rule. */

import type { Reason } from "../../service/ask";

export interface ZoneSwitch {
  zone: string;
  name: string;
  on: boolean;
  since: string | null;
  by: string | null;
  why: string;
}

export interface Rules {
  /** Whether the operator lets rules dispatch at all. */
  active: boolean;
  rules: { name: string; title_zh: string; title_en: string }[];
  zones: ZoneSwitch[];
}

export interface Share {
  hits: number;
  of: number;
  share: number | null;
}

export interface RuleReport {
  since: string;
  until: string;
  dispatched: Share;
  by_zone: Record<string, Share>;
  by_rule: Record<string, number>;
  left: { code: string; latest: Reason; count: number }[];
}
