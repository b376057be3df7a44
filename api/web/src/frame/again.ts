/**
 * Signing in again over the page: whose session ends at work loses nothing that was typed.
 *
 * What was asked waits until somebody is there again, and is then asked once more.
 */

import { signal } from "@preact/signals";

/** Whether the page waits for somebody to sign in. */
export const signingIn = signal(false);

/** Name of whoever was signed in last; null before anybody was, who goes to the sign-in page. */
export const lastHere = signal<string | null>(null);

let waiting: Promise<void> | null = null;
let goOn: () => void = () => undefined;

/** Waits until somebody has signed in; everybody who waits goes on together. */
export function signInAgain(): Promise<void> {
  waiting ??= new Promise((resolve) => {
    goOn = resolve;
    signingIn.value = true;
  });
  return waiting;
}

/** Somebody is there again. */
export function signedIn(name: string): void {
  waiting = null;
  lastHere.value = name;
  signingIn.value = false;
  goOn();
}
