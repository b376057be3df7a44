/** The open draft as the fragment of the page's address, to be sent to whoever reviews it. */

import { effect } from "@preact/signals";
import { openDraft } from "./actions";
import { draftTab, openedId } from "./state";

/** Takes up the draft that the address names, and keeps the address from then on. */
export function keepAddress(): void {
  resume();
  window.addEventListener("hashchange", resume);
  effect(() => {
    const id = openedId.value;
    history.replaceState(null, "", id === null ? location.pathname : `#draft=${id}`);
  });
}

function resume(): void {
  const was = new URLSearchParams(location.hash.slice(1));
  const id = was.get("draft");
  if (id === null || id === openedId.peek()) return;
  if (was.get("tab") === "release") draftTab.value = "release";
  openDraft(id, { look: true });
}

/** The address of a draft for somebody else. */
export function addressOf(id: string): string {
  return `${location.origin}${location.pathname}#draft=${id}&tab=release`;
}
