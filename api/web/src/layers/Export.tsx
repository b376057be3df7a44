import { useState } from "preact/hooks";
import { tellProblem } from "../design/Notices";
import type { Problem } from "../service/ask";
import { numbered } from "./actions";
import { when } from "./figures";
import { sayKind } from "./kind_words";
import { exportAddress } from "./service";
import { KINDS, type KindName } from "./shapes";
import { versions } from "./state";
import { say } from "./words";

const FORMATS = {
  gpkg: "GeoPackage (.gpkg)",
  geojson: "GeoJSON (.geojson)",
  fgb: "FlatGeobuf (.fgb)",
  csv: "CSV (.csv)",
};

/** A published layer of any version as a file. */
export function Export() {
  const [kind, setKind] = useState<KindName>("zones");
  const [format, setFormat] = useState("gpkg");
  const [version, setVersion] = useState("");
  const [crs, setCrs] = useState("");
  const [writing, setWriting] = useState(false);
  const fetchFile = async (event: Event) => {
    event.preventDefault();
    setWriting(true);
    await download(exportAddress(kind, format, version, crs.trim()), `${kind}.${format}`);
    setWriting(false);
  };
  return (
    <form class="export" onSubmit={(event) => void fetchFile(event)}>
      <h3>{say("exportTitle")}</h3>
      <div class="two">
        <label class="field">
          <span>{say("kind")}</span>
          <select
            name="export-kind"
            value={kind}
            onChange={(event) => setKind(event.currentTarget.value as KindName)}
          >
            {KINDS.map((one) => (
              <option key={one} value={one}>
                {sayKind(one)}
              </option>
            ))}
          </select>
        </label>
        <label class="field">
          <span>{say("format")}</span>
          <select value={format} onChange={(event) => setFormat(event.currentTarget.value)}>
            {Object.entries(FORMATS).map(([ending, text]) => (
              <option key={ending} value={ending}>
                {text}
              </option>
            ))}
          </select>
        </label>
        <label class="field">
          <span>{say("version")}</span>
          <select value={version} onChange={(event) => setVersion(event.currentTarget.value)}>
            <option value="">{say("currentVersion")}</option>
            {versions.value.map((one) => (
              <option key={one.number} value={String(one.number)}>
                {numbered(one.number)} {when(one.published_at)}
              </option>
            ))}
          </select>
        </label>
        <label class="field">
          <span>{say("crs")}</span>
          <input
            value={crs}
            placeholder="CGCS2000"
            title={say("exportCrsHint")}
            onInput={(event) => setCrs(event.currentTarget.value)}
          />
        </label>
      </div>
      <button class="button" type="submit" data-testid="export" disabled={writing}>
        {say(writing ? "downloading" : "download")}
      </button>
    </form>
  );
}

/** Has a file written and saves it; a refusal is said on the page instead of in its place. */
async function download(address: string, name: string): Promise<void> {
  let response: Response;
  try {
    response = await fetch(address);
  } catch {
    tellProblem({ status: 0, code: "unreachable", zh: "无法连接服务。", en: "The service does not answer." });
    return;
  }
  if (!response.ok) {
    tellProblem((await response.json()) as Problem);
    return;
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await response.blob());
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
