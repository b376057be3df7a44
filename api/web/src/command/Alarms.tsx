import { workOnIncident } from "./actions";
import { overdue, seeAll, unseen } from "./alarms";
import { word } from "./case_words";
import { audible, lastTune, sound, turnSound } from "./tones";

/** Signs of what is new and what is overdue, and whether it is heard. */
export function Alarms() {
  const says = sound.value ? (audible.value ? "soundOn" : "soundWaits") : "soundOff";
  return (
    <>
      {unseen.value.size > 0 && (
        <button type="button" class="alarm alarm-new" data-testid="alarm-new" onClick={lookAtNewest}>
          {word("alarmNew")} <b>{unseen.value.size}</b>
        </button>
      )}
      {overdue.value.size > 0 && (
        <span class="alarm alarm-overdue" data-testid="alarm-overdue">
          {word("alarmOverdue")} <b>{overdue.value.size}</b>
        </span>
      )}
      <button
        type="button"
        class="switch"
        aria-pressed={sound.value}
        title={word(says)}
        aria-label={word(says)}
        data-testid="sound"
        data-tune={lastTune.value ?? ""}
        onClick={turnSound}
      >
        <svg viewBox="0 0 20 20" class="sound-mark" aria-hidden="true">
          <path d="M3 8v4h3l4 3.5v-11L6 8z" />
          {sound.value ? (
            <path class="wave" d="M13 7c1.6 1.6 1.6 4.4 0 6m2-8c2.8 2.8 2.8 7.2 0 10" />
          ) : (
            <path class="wave" d="M13 7.5l5 5m0-5l-5 5" />
          )}
        </svg>
        {sound.value && !audible.value && <span aria-hidden="true">?</span>}
      </button>
    </>
  );
}

function lookAtNewest(): void {
  const newest = [...unseen.value].at(-1);
  seeAll();
  if (newest) workOnIncident(newest);
}
