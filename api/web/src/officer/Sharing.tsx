import { wallClock } from "../frame/words";
import { onDuty } from "./state";
import { agree, agreed, kept, lastSent, trouble } from "./watch";
import { say } from "./words";

/** Whether the phone tells where it is; asked for only after it was said what for. */
export function Sharing() {
  return (
    <section class="card" data-testid="sharing">
      <h3>{say("sharing")}</h3>
      <p class="soft">{say("sharingWhy")}</p>
      {agreed.value && <State />}
      <button
        class={agreed.value ? "button quiet" : "button"}
        type="button"
        onClick={() => agree(!agreed.value)}
      >
        {say(agreed.value ? "stopSharing" : "share")}
      </button>
    </section>
  );
}

function State() {
  if (!onDuty.value) return <p>{say("sharingPaused")}</p>;
  if (trouble.value) {
    return (
      <p role="alert" class="bad-text">
        {say(trouble.value === "denied" ? "phoneDenied" : "phoneUnavailable")}
      </p>
    );
  }
  if (lastSent.value === null) return <p role="status">{say("sharingStarts")}</p>;
  return (
    <p role="status" data-testid="last-sent">
      {say("sharedAt")} {wallClock(lastSent.value)}
      {kept.value > 1 && ` · ${kept.value} ${say("keptFixes")}`}
    </p>
  );
}
