import { useRef } from "preact/hooks";
import { inWords } from "../frame/words";
import type { Problem } from "../service/ask";
import { ColumnTable } from "./ColumnTable";
import { DatumPanel } from "./DatumPanel";
import { number } from "./figures";
import { nameOfCrs, sayKind as nameOfKind } from "./kind_words";
import { KINDS, type KindName, type Preview } from "./shapes";
import {
  crs,
  discard,
  doing,
  file,
  keep,
  kind,
  layerName,
  look,
  lookSoon,
  preview,
  problem,
  sayKind,
  sent,
  seven,
  source,
  stop,
  takeFile,
} from "./upload";
import { say } from "./words";

const SYSTEMS = [
  ["wgs84", "WGS-84"],
  ["cgcs2000", "CGCS2000"],
  ["gcj02", "GCJ-02 火星坐标"],
  ["bd09", "BD-09 百度坐标"],
  ["EPSG:4547", "CGCS2000 / 3° GK 114E"],
  ["EPSG:4546", "CGCS2000 / 3° GK 111E"],
  ["EPSG:4545", "CGCS2000 / 3° GK 108E"],
  ["EPSG:4548", "CGCS2000 / 3° GK 117E"],
  ["EPSG:4549", "CGCS2000 / 3° GK 120E"],
] as const;

/** Right of the map: a file, what is said of it, and how it would be read. */
export function UploadPane() {
  const seen = preview.value;
  return (
    <aside class="pane upload-pane" aria-label={say("upload")} data-testid="upload-pane">
      <div class="pane-head">
        <h2>{say("upload")}</h2>
        <span class="spring" />
        <button class="close" type="button" aria-label={say("discard")} onClick={discard}>
          ×
        </button>
      </div>
      <div class="pane-body" tabIndex={0} role="group" aria-label={say("upload")}>
        <Chooser />
        {file.value && <Fields seen={seen} />}
        <Progress />
        {problem.value && <Refusal problem={problem.value} />}
        {seen && <Seen seen={seen} />}
      </div>
      {file.value && (
        <div class="pane-foot button-row">
          <button
            class="button"
            type="button"
            data-testid="keep"
            disabled={seen === null || seen.crs === null || doing.value !== null}
            onClick={() => void keep()}
          >
            {say("keepAsDraft")}
          </button>
          <button class="button quiet" type="button" onClick={discard}>
            {say("discard")}
          </button>
        </div>
      )}
    </aside>
  );
}

/** A button that chooses a file; files may be dropped anywhere on the page. */
function Chooser() {
  const input = useRef<HTMLInputElement>(null);
  const chosen = file.value;
  return (
    <div class="chooser">
      <input
        ref={input}
        class="hidden-label"
        type="file"
        tabIndex={-1}
        aria-label={say("file")}
        data-testid="file"
        onChange={(event) => {
          const [taken] = event.currentTarget.files ?? [];
          if (taken) takeFile(taken);
          event.currentTarget.value = "";
        }}
      />
      {chosen ? (
        <p class="chosen-file">
          <b>{chosen.name}</b> <span class="aside">{number(Math.ceil(chosen.size / 1024))} KB</span>
          <button class="link" type="button" onClick={() => input.current?.click()}>
            {say("otherFile")}
          </button>
        </p>
      ) : (
        <button class="drop-here" type="button" onClick={() => input.current?.click()}>
          <b>{say("dropHere")}</b>
          <span>{say("dropFormats")}</span>
        </button>
      )}
    </div>
  );
}

function Fields({ seen }: { seen: Preview | null }) {
  return (
    <div class="two">
      <label class="field">
        <span>
          {say("kind")} {seen && kind.value === seen.kinds[0]?.kind && `(${say("guessed")})`}
        </span>
        <select
          name="kind"
          value={kind.value}
          onChange={(event) => sayKind(event.currentTarget.value as KindName)}
        >
          {kind.value === "" && <option value="">…</option>}
          {KINDS.map((one) => (
            <option key={one} value={one}>
              {nameOfKind(one)}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>{say("crs")}</span>
        <input
          name="crs"
          list="systems"
          value={crs.value}
          placeholder={say("crsAsSaid")}
          title={say("crsHint")}
          onInput={(event) => {
            crs.value = event.currentTarget.value;
            lookSoon();
          }}
        />
        <datalist id="systems">
          {SYSTEMS.map(([code, text]) => (
            <option key={code} value={code}>
              {text}
            </option>
          ))}
        </datalist>
      </label>
      <label class="field">
        <span>{say("source")}</span>
        <input
          name="source"
          value={source.value}
          placeholder={say("sourceHint")}
          onInput={(event) => {
            source.value = event.currentTarget.value;
            lookSoon();
          }}
        />
      </label>
      <label class="field">
        <span>{say("layerInFile")}</span>
        <input
          name="layer"
          list="layers-in-file"
          value={layerName.value}
          placeholder={seen?.layer ?? ""}
          onInput={(event) => {
            layerName.value = event.currentTarget.value;
            lookSoon();
          }}
        />
        <datalist id="layers-in-file">
          {seen?.layers.map((one) => <option key={one} value={one} />)}
        </datalist>
      </label>
      <details class="whole-row">
        <summary>{say("more")}</summary>
        <label class="field">
          <span>{say("seven")}</span>
          <input
            name="seven"
            value={seven.value}
            placeholder={say("sevenHint")}
            onInput={(event) => {
              seven.value = event.currentTarget.value;
              lookSoon();
            }}
          />
        </label>
      </details>
    </div>
  );
}

function Progress() {
  if (doing.value === null) return null;
  const share = Math.round(sent.value * 100);
  const done = share >= 100;
  return (
    <div class="progress" role="status" data-testid="progress">
      <progress max={100} value={done ? undefined : share} aria-label={say("sendingFile")} />
      <span>{done ? say("readingFile") : `${say("sendingFile")} ${share}%`}</span>
      <button class="link" type="button" onClick={stop}>
        {say("stop")}
      </button>
    </div>
  );
}

/** Why the file was not taken; what was entered stays as it is. */
function Refusal({ problem: told }: { problem: Problem }) {
  return (
    <div class="alert" role="alert" data-testid="refused">
      {inWords(told)}
      {told.zh !== told.en && inWords(told) !== told.en && <small lang="en">{told.en}</small>}
      <div class="button-row">
        {told.status === 401 && (
          <a class="link" href="/sign-in" target="_blank" rel="noopener">
            {say("signInNewTab")}
          </a>
        )}
        <button class="link" type="button" onClick={() => void look()}>
          {say("retry")}
        </button>
      </div>
    </div>
  );
}

function Seen({ seen }: { seen: Preview }) {
  return (
    <>
      <dl class="facts" data-testid="facts">
        <dt>{say("rows")}</dt>
        <dd>{number(seen.rows)}</dd>
        <dt>{say("encoding")}</dt>
        <dd>
          {seen.encoding ?? say("encodingSaid")}
          {seen.encoding !== null && <span class="tag warn">{say("encodingNotSaid")}</span>}
        </dd>
        <dt>{say("crs")}</dt>
        <dd>
          {seen.crs === null ? "–" : nameOfCrs(seen.crs)}
          <span class={seen.crs_said || crs.value ? "tag" : "tag warn"}>
            {say(crs.value ? "crsYours" : seen.crs_said ? "crsFile" : "crsNotSaid")}
          </span>
        </dd>
      </dl>
      {seen.unplaced && (
        <p class="alert" role="alert">
          {inWords(seen.unplaced)}
          {inWords(seen.unplaced) !== seen.unplaced.en && <small lang="en">{seen.unplaced.en}</small>}
        </p>
      )}
      {seen.remarks.map((remark) => (
        <p key={remark.code} class="remark">
          {inWords(remark)}
        </p>
      ))}
      <DatumPanel seen={seen} />
      <ColumnTable seen={seen} />
    </>
  );
}
