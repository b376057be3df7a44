/** Coverage: read while it is shown, and again whenever the service says that it has changed. */

import { Refused } from "../service/ask";
import { command } from "./service";
import { coverage, coverageShown } from "./state";

/** Shows coverage, or hides it. */
export function showCoverage(shown: boolean): void {
  coverageShown.value = shown;
  if (shown) void readCoverage();
  else coverage.value = null;
}

/** Reads what is covered now; what is not shown is not read. */
export async function readCoverage(): Promise<void> {
  if (!coverageShown.peek()) return;
  try {
    const marks = await command.coverage();
    if (coverageShown.peek()) coverage.value = marks;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    // The last count stays; the header says that the service does not answer.
  }
}
