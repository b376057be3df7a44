import { useState } from "preact/hooks";
import { zones } from "../frame/book";
import { nameOf } from "../frame/words";
import { assign, canStep, freshCode, sendEdit, step } from "./edits";
import {
  brushPx,
  cutLine,
  draft,
  editable,
  ground,
  looking,
  selected,
  sendingEdit,
  shownZones,
  target,
  tool,
  type Tool,
} from "./state";
import { say } from "./words";

const TOOLS: readonly { name: Tool; key: string; hint: Parameters<typeof say>[0] }[] = [
  { name: "select", key: "V", hint: "hintSelect" },
  { name: "brush", key: "B", hint: "hintBrush" },
  { name: "lasso", key: "L", hint: "hintLasso" },
  { name: "cut", key: "C", hint: "hintCut" },
];

/** What one can do on the map, and with what is selected. */
export function Toolbar() {
  if (looking.value) return <LookingBar />;
  if (!editable.value) return null;
  const inHand = TOOLS.find(({ name }) => name === tool.value);
  return (
    <div class="map-tools">
      <div class="toolbar" role="toolbar" aria-label={say("tools")}>
        {TOOLS.map(({ name, key, hint }) => (
          <button
            key={name}
            type="button"
            class="tool"
            aria-pressed={tool.value === name}
            aria-keyshortcuts={key}
            title={say(hint)}
            onClick={() => (tool.value = name)}
          >
            {say(name)} <kbd>{key}</kbd>
          </button>
        ))}
        <span class="rule" />
        <Step way="undo" keys="Ctrl+Z" />
        <Step way="redo" keys="Ctrl+Y" />
        {tool.value === "brush" && <BrushChoice />}
        {sendingEdit.value && <span class="aside" role="status">{say("saving")}</span>}
      </div>
      {inHand && <p class="hint">{say(inHand.hint)}</p>}
      {cutLine.value ? <CutForm /> : <Selection />}
    </div>
  );
}

function Step({ way, keys }: { way: "undo" | "redo"; keys: string }) {
  return (
    <button
      type="button"
      class="tool"
      data-testid={way}
      aria-label={say(way)}
      aria-keyshortcuts={keys.replace("Ctrl", "Control")}
      title={`${say(way)} ${keys}`}
      disabled={!canStep(way) || sendingEdit.value}
      onClick={() => void step(way)}
    >
      <span aria-hidden="true">{way === "undo" ? "↶" : "↷"}</span>
    </button>
  );
}

function BrushChoice() {
  return (
    <>
      <ZoneChoice value={target.value} choose={(zone) => (target.value = zone)} label={say("intoZone")} />
      <label class="brush-size">
        <span class="hidden-label">{say("brushSize")}</span>
        <input
          type="range"
          min={1}
          max={60}
          value={brushPx.value}
          title={say("brushSize")}
          onInput={(event) => (brushPx.value = Number(event.currentTarget.value))}
        />
      </label>
    </>
  );
}

interface ZoneChoiceProps {
  value: string | null;
  choose: (zone: string | null) => void;
  label: string;
  without?: string;
}

/** A zone of the plan by its code and name. */
export function ZoneChoice({ value, choose, label, without }: ZoneChoiceProps) {
  return (
    <label class="zone-choice">
      <span>{label}</span>
      <select
        aria-label={label}
        value={value ?? ""}
        onChange={(event) => choose(event.currentTarget.value || null)}
      >
        <option value="">{say("chooseZone")}</option>
        {shownZones.value
          .filter((code) => code !== without)
          .map((code) => (
            <option key={code} value={code}>
              {zoneName(code)}
            </option>
          ))}
      </select>
    </label>
  );
}

/** Code and name of a zone, as far as it has one. */
export function zoneName(code: string): string {
  const known = zones.value.get(code);
  const name = draft.value?.terms[code]?.name ?? (known ? nameOf(known) : "");
  return name ? `${code} ${name}` : code;
}

/** What is done with the grids that are selected; a code can be typed instead of pointing at it. */
function Selection() {
  const chosen = [...selected.value];
  const [into, setInto] = useState<string | null>(null);
  const locked = new Set(draft.value?.locks.grids);
  const allLocked = chosen.length > 0 && chosen.every((code) => locked.has(code));
  return (
    <div class="selection" data-testid="selection">
      <GridField />
      {chosen.length > 0 && (
        <>
          <b data-testid="chosen">{chosen.length}</b> {say("gridsChosen")}
          <ZoneChoice value={into} choose={setInto} label={say("intoZone")} />
          <button
            class="button"
            type="button"
            disabled={into === null}
            onClick={() => into && assign(chosen, into)}
          >
            {say("assign")}
          </button>
          <button
            class="button quiet"
            type="button"
            onClick={() => void sendEdit({ op: allLocked ? "unlock" : "lock", grids: chosen })}
          >
            {say(allLocked ? "unlock" : "lock")}
          </button>
          <button class="button quiet" type="button" onClick={() => (selected.value = new Set())}>
            {say("clear")}
          </button>
        </>
      )}
    </div>
  );
}

function GridField() {
  const [code, setCode] = useState("");
  const [wrong, setWrong] = useState(false);
  function add(event: Event): void {
    event.preventDefault();
    const known = ground.value?.middle.has(code.trim()) ?? false;
    setWrong(!known);
    if (!known) return;
    selected.value = new Set([...selected.value, code.trim()]);
    setCode("");
  }
  return (
    <form class="grid-field" onSubmit={add}>
      <input
        aria-label={say("gridCode")}
        placeholder={say("gridCode")}
        aria-invalid={wrong}
        value={code}
        onInput={(event) => setCode(event.currentTarget.value)}
      />
      <button class="button quiet" type="submit">
        {say("addGrid")}
      </button>
      {wrong && <span role="alert">{say("gridUnknown")}</span>}
    </form>
  );
}

/** A freehand line across a zone waits for the code of the new zone. */
function CutForm() {
  const cut = cutLine.value;
  const [code, setCode] = useState(freshCode());
  if (!cut) return null;
  function submit(event: Event): void {
    event.preventDefault();
    if (!cut || !code.trim()) return;
    void sendEdit({ op: "cut", zone: cut.zone, new_zone: code.trim(), line: cut.line });
  }
  return (
    <form class="selection" data-testid="cut-form" onSubmit={submit}>
      <b>
        {say("cutTitle")} {zoneName(cut.zone)}
      </b>
      <label class="zone-choice">
        <span>{say("newCode")}</span>
        <input
          size={8}
          value={code}
          maxLength={64}
          onInput={(event) => setCode(event.currentTarget.value)}
        />
      </label>
      <button class="button" type="submit">
        {say("cut")}
      </button>
      <button class="button quiet" type="button" onClick={() => (cutLine.value = null)}>
        {say("cancel")}
      </button>
      <span class="aside">{say("cutText")}</span>
    </form>
  );
}

/** While a proposal is looked at nothing is edited, and this says so. */
function LookingBar() {
  const seen = looking.value;
  if (!seen) return null;
  return (
    <div class="map-tools" data-testid="looking">
      <div class="selection">
        {say("lookingAt")} <b>{seen.label}</b>
        <button class="button quiet" type="button" onClick={() => (looking.value = null)}>
          {say("stopLooking")}
        </button>
      </div>
    </div>
  );
}
