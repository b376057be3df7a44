import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import { tell, tellProblem } from "../design/Notices";
import { may, session } from "../frame/book";
import { Refused } from "../service/ask";
import { layers } from "./service";
import { say, type Word } from "./words";

const PROJECT = "/ogc/qgis-project";
const STEPS: readonly Word[] = ["step1", "step2", "step3", "step4", "step5"];

/** The key that was made, as long as the page stands: the service shows it once. */
const madeKey = signal<string | null>(null);

/** How QGIS comes to the layers: addresses, sign-in, the project file, in the words of QGIS. */
export function Connect() {
  const root = location.origin;
  const tiles = `${root}/ogc/collections/zones/tiles/WebMercatorQuad/{z}/{y}/{x}`;
  return (
    <section class="connect" data-testid="connect">
      <h3>{say("qgisTitle")}</h3>
      <a class="button quiet" href={PROJECT} download="grid-dispatch.qgs" data-testid="qgis-project">
        {say("qgisProject")}
      </a>
      <p class="aside">{say("qgisProjectText")}</p>
      <Copied label={say("addressFeatures")} text={`${root}/ogc`} />
      <Copied label={say("addressTiles")} text={tiles} />
      <SignIn />
      <h4>{say("steps")}</h4>
      <ol class="steps">
        {STEPS.map((step) => (
          <li key={step}>{say(step)}</li>
        ))}
      </ol>
    </section>
  );
}

function SignIn() {
  const who = session.value?.name ?? "";
  const demo = who.startsWith("demo-");
  const token = madeKey.value ?? (demo ? who : null);
  return (
    <>
      <h4>{say("token")}</h4>
      {madeKey.value !== null && <p class="aside">{say("tokenMade")}</p>}
      {demo && <p class="aside">{say("tokenDemo")}</p>}
      {token !== null && (
        <Copied label={`${say("headerName")} Authorization`} text={`Bearer ${token}`} />
      )}
      {!demo && (may("manage_users") ? <MakeKey account={who} /> : <p class="aside">{say("tokenAsk")}</p>)}
    </>
  );
}

/** A key that opens the map and nothing else. */
function MakeKey({ account: own }: { account: string }) {
  const [account, setAccount] = useState(own);
  const [label, setLabel] = useState("QGIS");
  const make = async (event: Event) => {
    event.preventDefault();
    try {
      madeKey.value = (await layers.makeKey(account.trim(), label.trim())).key;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      tellProblem(error.problem);
    }
  };
  return (
    <form class="two" onSubmit={(event) => void make(event)}>
      <label class="field">
        <span>{say("tokenAccount")}</span>
        <input required value={account} onInput={(event) => setAccount(event.currentTarget.value)} />
      </label>
      <label class="field">
        <span>{say("tokenLabel")}</span>
        <input required value={label} onInput={(event) => setLabel(event.currentTarget.value)} />
      </label>
      <button class="button quiet" type="submit">
        {say("tokenMake")}
      </button>
    </form>
  );
}

/** A text with a button that copies it; it can be marked and copied by hand as well. */
export function Copied({ label, text }: { label: string; text: string }) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      tell(() => say("copied"));
    } catch {
      // Without a secure address there is no clipboard: the text is marked, to be copied by hand.
      document.getElementById(`copied-${label}`)?.querySelector("input")?.select();
    }
  };
  return (
    <div class="copied" id={`copied-${label}`}>
      <label class="field">
        <span>{label}</span>
        <input readOnly value={text} onFocus={(event) => event.currentTarget.select()} />
      </label>
      <button
        class="button quiet"
        type="button"
        aria-label={`${say("copy")} ${label}`}
        onClick={() => void copy()}
      >
        {say("copy")}
      </button>
    </div>
  );
}
