import { Dialog } from "../design/Dialog";
import { EditWords } from "./Drafts";
import { resolve } from "./edits";
import { conflict } from "./state";
import { say } from "./words";

/** Two planners at one draft: what the other did, and how to go on.  Nothing of one's own is lost. */
export function ConflictDialog() {
  const found = conflict.value;
  if (!found) return null;
  return (
    <Dialog
      title={say("othersEdited")}
      leave={() => void resolve("later")}
      testid="conflict"
    >
      <p>
        {say("theirEdits")} <b>{found.by}</b>
      </p>
      <ol class="history">
        {found.theirs.map((one) => (
          <li key={one.number}>
            <EditWords made={one} />
          </li>
        ))}
      </ol>
      <div class="button-row">
        {found.mine && (
          <button class="button" type="button" onClick={() => void resolve("mine")}>
            {say("mineOnTop")}
          </button>
        )}
        <button class="button quiet" type="button" onClick={() => void resolve("theirs")}>
          {say(found.mine ? "goWithTheirs" : "goOn")}
        </button>
      </div>
    </Dialog>
  );
}
