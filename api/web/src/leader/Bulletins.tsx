import { may } from "../frame/book";
import { language } from "../frame/screen";
import { inWords, wallClock } from "../frame/words";
import {
  bulletins,
  busy,
  chooseKind,
  fileAt,
  issueConsultation,
  kind,
  note,
  openBulletin,
  readBulletins,
  shown,
  signOpen,
} from "./bulletins";
import type { Bulletin, BulletinKind, BulletinRecord } from "./shapes";
import { dayOf, say } from "./words";

const KINDS: readonly BulletinKind[] = ["weekly", "monthly", "yearly", "consultation"];

/** The reports that were issued: who signed them, who is listed, and where the paper is. */
export function Bulletins() {
  return (
    <section class="bulletins" aria-labelledby="bulletins-head">
      <div class="bulletins-head">
        <h2 id="bulletins-head">{say("bulletins")}</h2>
        <label class="field inline">
          <span class="hidden-label">{say("bulletinKind")}</span>
          <select
            data-testid="bulletin-kind"
            value={kind.value}
            onChange={(event) => chooseKind(event.currentTarget.value as BulletinKind | "")}
          >
            <option value="">{say("all")}</option>
            {KINDS.map((each) => (
              <option key={each} value={each}>
                {say(each)}
              </option>
            ))}
          </select>
        </label>
        <span class="spring" />
        {may("issue_reports") && (
          <button
            class="button quiet"
            type="button"
            disabled={busy.value}
            data-testid="consult"
            onClick={() => void issueConsultation()}
          >
            {say("consultNow")}
          </button>
        )}
      </div>
      <List />
      <Opened />
    </section>
  );
}

function List() {
  const asked = bulletins.value;
  if (asked.state === "refused") {
    return (
      <div class="alert" role="alert">
        <p>{inWords(asked.problem)}</p>
        <button class="button quiet" type="button" onClick={() => void readBulletins()}>
          {say("retry")}
        </button>
      </div>
    );
  }
  if (asked.state !== "ready") return <div class="skeleton" aria-busy="true" />;
  if (asked.value.length === 0) return <p class="empty">{say("noBulletins")}</p>;
  return (
    <table class="table" data-testid="bulletins">
      <thead>
        <tr>
          <th>{say("bulletins")}</th>
          <th>{say("bulletinSpan")}</th>
          <th>{say("signed")}</th>
          <th>{say("paper")}</th>
        </tr>
      </thead>
      <tbody>
        {asked.value.map((one) => (
          <Row key={one.id} one={one} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ one }: { one: Bulletin }) {
  const open = shown.value.state === "ready" && shown.value.value.id === one.id;
  const last = new Date(Date.parse(one.until) - 1).toISOString();
  return (
    <tr aria-selected={open}>
      <td>
        <button
          type="button"
          class="link"
          aria-expanded={open}
          data-testid={`bulletin-${one.id}`}
          onClick={() => void openBulletin(one.id)}
        >
          {inWords({ zh: one.area_zh, en: one.area_en })} {say(one.kind)}
        </button>
        <span class="aside">
          {one.id}
          {one.issue > 1 && ` · ${say("issue")} ${one.issue}`}
        </span>
      </td>
      <td>
        {dayOf(one.since)} – {dayOf(last)}
      </td>
      <td>{one.signatures.map(({ by }) => by).join("、") || say("unsigned")}</td>
      <td class="bulletin-files">
        {(["pdf", "xlsx"] as const).map((form) => (
          <a
            key={form}
            href={fileAt(one.id, form, language.value)}
            download
            aria-label={`${form.toUpperCase()} ${one.id}`}
          >
            {form.toUpperCase()}
          </a>
        ))}
      </td>
    </tr>
  );
}

function Opened() {
  const asked = shown.value;
  if (asked.state === "idle") return null;
  if (asked.state === "refused") {
    return (
      <p class="alert" role="alert">
        {inWords(asked.problem)}
      </p>
    );
  }
  if (asked.state !== "ready") return <div class="skeleton" aria-busy="true" />;
  const one = asked.value;
  const ranking = one.content.rankings.brigade;
  return (
    <div class="bulletin" data-testid="bulletin">
      <h3>
        {inWords({ zh: one.area_zh, en: one.area_en })} {say(one.kind)} <span class="aside">{one.id}</span>
      </h3>
      {ranking && (
        <div class="red-and-black">
          <Listed record={one} colour="red" codes={ranking.red} />
          <Listed record={one} colour="black" codes={ranking.black} />
        </div>
      )}
      {one.content.lists.map((listed) => (
        <p key={listed.code}>
          {inWords(listed)} <b>{listed.cases.length}</b>
        </p>
      ))}
      <ul class="bulletin-signatures" aria-label={say("signed")}>
        {one.signatures.map((each) => (
          <li key={each.by}>
            <b>{each.by}</b> {wallClock(Date.parse(each.at))} {each.note}
          </li>
        ))}
      </ul>
      <p class="aside">
        {say("digest")} <code>{one.digest}</code>
      </p>
      {may("sign_reports") && (
        <form
          class="bulletin-sign"
          onSubmit={(event) => {
            event.preventDefault();
            void signOpen();
          }}
        >
          <label class="field inline">
            <span>{say("note")}</span>
            <input
              value={note.value}
              maxLength={2000}
              onInput={(event) => {
                note.value = event.currentTarget.value;
              }}
            />
          </label>
          <button class="button" type="submit" disabled={busy.value} data-testid="sign">
            {say("sign")}
          </button>
        </form>
      )}
    </div>
  );
}

function Listed(props: { record: BulletinRecord; colour: "red" | "black"; codes: string[] }) {
  const { record, colour, codes } = props;
  const rows = new Map(record.content.rankings.brigade?.rows.map((row) => [row.group, row]));
  const names = record.content.names.brigade ?? {};
  return (
    <section class={`listed ${colour}`} data-testid={`${colour}-list`}>
      <h4>{say(colour)}</h4>
      {codes.length === 0 && <p class="aside">{say("nobodyListed")}</p>}
      <ol>
        {codes.map((code) => (
          <li key={code}>
            <span>{names[code] ? inWords(names[code]) : code}</span>
            <b>{rows.get(code)?.score?.toFixed(1)}</b>
          </li>
        ))}
      </ol>
    </section>
  );
}
