/** Questions of the leader's view. */

import { ask, type Page } from "../service/ask";
import type { Case, GroupBy, IndicatorReport, Span } from "./shapes";

const PATH = "/api/v1/reports/indicators";
const SHOWN = 1000;

/** Which report: a span of time that holds a day, and what groups are made by. */
export interface Wanted {
  span: Span;
  day: string;
  by: GroupBy;
}

function query(wanted: Wanted, more: Record<string, string> = {}): string {
  return new URLSearchParams({ ...wanted, ...more }).toString();
}

export const leader = {
  report: (wanted: Wanted, signal: AbortSignal) =>
    ask<IndicatorReport>(`${PATH}?${query(wanted)}`, { signal }),
  cases: (code: string, wanted: Wanted, group: string | null, signal: AbortSignal) =>
    ask<Page<Case>>(
      `${PATH}/${code}/cases?${query(wanted, {
        limit: String(SHOWN),
        ...(group === null ? {} : { group }),
      })}`,
      { signal },
    ),
  /** Where the table for a spreadsheet is. */
  tableAt: (wanted: Wanted) => `${PATH}?${query(wanted, { format: "csv" })}`,
};
