/** Move-up proposals: asked for while the list is open, and again when coverage changes and one asks. */

import { signal } from "@preact/signals";
import type { Fetched } from "../../frame/screen";
import { ask, Refused } from "../../service/ask";
import type { MoveUps } from "./shapes";

export const moveUps = signal<Fetched<MoveUps>>({ state: "idle" });
export const mostMoves = signal(3);

/** Asks which crews to post elsewhere. */
export async function readMoveUps(): Promise<void> {
  moveUps.value = { state: "loading" };
  try {
    const value = await ask<MoveUps>(`/api/v1/move-ups?limit=${mostMoves.peek()}`);
    moveUps.value = { state: "ready", value };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    moveUps.value = { state: "refused", problem: error.problem };
  }
}
