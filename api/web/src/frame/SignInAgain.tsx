import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Refused } from "../service/ask";
import { service } from "../service/service";
import type { Session } from "../service/shapes";
import { lastHere, signedIn, signingIn } from "./again";
import { session } from "./book";
import { inWords, say } from "./words";

const LOOK_MS = 2_000;

/** Over the page, once the session of whoever works there has ended; below nothing is lost. */
export function SignInAgain() {
  return signingIn.value ? <SignInDialog /> : null;
}

function SignInDialog() {
  const element = useRef<HTMLDialogElement>(null);
  const name = useSignal(lastHere.value ?? "");
  const password = useSignal("");
  const code = useSignal("");
  const problem = useSignal("");
  const busy = useSignal(false);
  const provider = useSignal<string | null>(null);
  useLayoutEffect(() => {
    const before = document.activeElement;
    element.current?.showModal();
    const timer = window.setInterval(() => void lookElsewhere(), LOOK_MS);
    void service.provider().then(
      ({ title }) => (provider.value = title),
      () => undefined,
    );
    return () => {
      window.clearInterval(timer);
      element.current?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    busy.value = true;
    problem.value = "";
    try {
      const asked = { name: name.value.trim(), password: password.value, code: code.value || null };
      goOnAs(await service.signIn(asked));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      problem.value = inWords(error.problem);
    } finally {
      busy.value = false;
    }
  };
  return (
    <dialog
      ref={element}
      class="dialog"
      aria-label={say("sessionOver")}
      data-testid="sign-in-again"
      onCancel={(event) => event.preventDefault()}
    >
      <header class="dialog-head">
        <h2>{say("sessionOver")}</h2>
      </header>
      <form class="dialog-body" onSubmit={(event) => void submit(event)}>
        <p>{say("sessionOverText")}</p>
        <label class="field">
          <span>{say("accountName")}</span>
          <input
            name="name"
            required
            autocomplete="username"
            value={name.value}
            onInput={(event) => (name.value = event.currentTarget.value)}
          />
        </label>
        <label class="field">
          <span>{say("password")}</span>
          <input
            name="password"
            type="password"
            required
            autofocus
            autocomplete="current-password"
            value={password.value}
            onInput={(event) => (password.value = event.currentTarget.value)}
          />
        </label>
        <label class="field">
          <span>{say("codeIfAny")}</span>
          <input
            name="code"
            inputMode="numeric"
            pattern="[0-9]{6}"
            autocomplete="one-time-code"
            value={code.value}
            onInput={(event) => (code.value = event.currentTarget.value)}
          />
        </label>
        {problem.value && <p role="alert" class="problem">{problem.value}</p>}
        <div class="button-row">
          <button type="submit" class="button" disabled={busy.value}>
            {say("signInHere")}
          </button>
          {provider.value && (
            <a
              class="button quiet"
              href="/api/v1/session/provider/begin"
              target="_blank"
              rel="noopener"
            >
              {say("signInBy")} {provider.value} ↗
            </a>
          )}
        </div>
      </form>
    </dialog>
  );
}

function goOnAs(who: Session): void {
  session.value = who;
  signedIn(who.name);
}

/** Whoever signs in in another tab, by the identity provider or not, is here as well. */
async function lookElsewhere(): Promise<void> {
  try {
    goOnAs(await service.whoIsThere());
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  }
}
