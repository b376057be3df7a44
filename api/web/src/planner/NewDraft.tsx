import { useState } from "preact/hooks";
import { Dialog } from "../design/Dialog";
import { inWords } from "../frame/words";
import type { Problem } from "../service/ask";
import { beginDraft } from "./actions";
import type { Beginning } from "./service";
import { drafts } from "./state";
import { say } from "./words";

type Source = "published" | "csv" | "plan";

/** Begins a draft: from what is published, from a table, or from another plan. */
export function NewDraft({ leave }: { leave: () => void }) {
  const plans = drafts.value.state === "ready" ? drafts.value.value : [];
  const [name, setName] = useState("");
  const [source, setSource] = useState<Source>("published");
  const [file, setFile] = useState<File | null>(null);
  const [plan, setPlan] = useState(plans[0]?.id ?? "");
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const able = name.trim() !== "" && (source !== "csv" || file !== null) && !busy;

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    if (!able) return;
    setBusy(true);
    const refusal = await beginDraft(name.trim(), await beginningOf(source, file, plan));
    setBusy(false);
    if (refusal) setProblem(refusal);
    else leave();
  }

  return (
    <Dialog title={say("newDraft")} leave={leave} testid="new-draft">
      <form class="stack" onSubmit={(event) => void submit(event)}>
        <label class="field">
          <span>{say("draftName")}</span>
          <input
            name="name"
            required
            maxLength={200}
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </label>
        <label class="field">
          <span>{say("beginsFrom")}</span>
          <select
            name="source"
            value={source}
            onChange={(event) => setSource(event.currentTarget.value as Source)}
          >
            <option value="published">{say("fromPublished")}</option>
            <option value="csv">{say("fromCsv")}</option>
            {plans.length > 0 && <option value="plan">{say("fromPlan")}</option>}
          </select>
        </label>
        {source === "csv" && (
          <label class="field">
            <span>{say("csvFile")}</span>
            <input
              type="file"
              accept=".csv,text/csv"
              onChange={(event) => setFile(event.currentTarget.files?.[0] ?? null)}
            />
          </label>
        )}
        {source === "plan" && (
          <label class="field">
            <span>{say("fromPlan")}</span>
            <select value={plan} onChange={(event) => setPlan(event.currentTarget.value)}>
              {plans.map(({ id, name: called }) => (
                <option key={id} value={id}>
                  {called} · {id}
                </option>
              ))}
            </select>
          </label>
        )}
        {problem && (
          <p class="alert" role="alert">
            {inWords(problem)}
          </p>
        )}
        <div class="button-row">
          <button class="button" type="submit" disabled={!able}>
            {say("newDraft")}
          </button>
          <button class="button quiet" type="button" onClick={leave}>
            {say("cancel")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

async function beginningOf(source: Source, file: File | null, plan: string): Promise<Beginning> {
  if (source === "csv") return { from: "csv", csv: (await file?.text()) ?? "" };
  return source === "plan" ? { from: "plan", plan } : { from: "published" };
}
