/** How a page is opened: who is there, whether they may, the city, and what the view needs. */

import { signal } from "@preact/signals";
import { Refused } from "../service/ask";
import { service } from "../service/service";
import { lastHere } from "./again";
import { may, opening, readCity, session } from "./book";
import { script, view } from "./views";

/** Whether whoever is signed in may not use this view. */
export const denied = signal(false);

/** Opens the view; what is refused is said on the page, with a way to try again. */
export async function openView(): Promise<void> {
  opening.value = { state: "loading" };
  try {
    const [loaded] = await Promise.all([view.load(), seeWhoIsThere()]);
    if (denied.value) return;
    const [city] = await Promise.all([readCity(view.act === null), loaded.open()]);
    if (script.peek() === null) loaded.begin();
    script.value = loaded;
    opening.value = { state: "ready", value: city };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    opening.value = { state: "refused", problem: error.problem };
  }
}

async function seeWhoIsThere(): Promise<void> {
  if (view.act === null) return;
  session.value = await service.session();
  lastHere.value = session.value.name;
  denied.value = !may(view.act);
}

/** Signs in as somebody of the demo, and opens the view. */
export async function openAs(name: string): Promise<void> {
  await service.signInToDemo(name);
  location.reload();
}
