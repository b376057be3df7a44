/** Automatic dispatch: a switch for each zone, and what share each rule has sent. */

import "./automation.css";
import { useEffect } from "preact/hooks";
import { Dialog } from "../../design/Dialog";
import { may } from "../../frame/book";
import { language } from "../../frame/screen";
import { inWords, wallClock } from "../../frame/words";
import { shut } from "../dialogs";
import { readAutomation, report, rules, switching, switchZone, why } from "./automation";
import type { RuleReport, Rules, Share, ZoneSwitch } from "./shapes";
import { say } from "./words";

export function AutomationDialog() {
  const asked = rules.value;
  useEffect(() => void readAutomation(), []);
  return (
    <Dialog title={say("automation")} leave={shut} wide testid="automation">
      {(asked.state === "idle" || asked.state === "loading") && (
        <div class="skeleton tall" aria-busy="true" />
      )}
      {asked.state === "refused" && (
        <div class="alert" role="alert">
          <p>{inWords(asked.problem)}</p>
          <button class="button quiet" type="button" onClick={() => void readAutomation()}>
            {say("retry")}
          </button>
        </div>
      )}
      {asked.state === "ready" && <Switches shown={asked.value} />}
      {asked.state === "ready" && <Shares known={asked.value} />}
    </Dialog>
  );
}

function Switches({ shown }: { shown: Rules }) {
  const told = report.value.state === "ready" ? report.value.value : null;
  if (shown.zones.length === 0) return <p class="empty">{say("noZones")}</p>;
  return (
    <>
      {!shown.active && (
        <p class="aside" data-testid="automation-asleep">
          {say("asleep")}
        </p>
      )}
      {may("dispatch_crew") && (
        <label class="field">
          <span>{say("why")}</span>
          <input
            value={why.value}
            maxLength={500}
            data-testid="automation-why"
            onInput={(event) => (why.value = event.currentTarget.value)}
          />
        </label>
      )}
      <div class="automation-zones">
        <table class="table">
          <thead>
            <tr>
              <th scope="col">{say("zone")}</th>
              <th scope="col" class="number">
                {say("share")} · {say("lastDays")}
              </th>
              <th scope="col">{say("state")}</th>
            </tr>
          </thead>
          <tbody>
            {shown.zones.map((one) => (
              <Zone key={one.zone} one={one} share={told?.by_zone[one.zone]} />
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function Zone({ one, share }: { one: ZoneSwitch; share: Share | undefined }) {
  return (
    <tr data-testid={`automation-${one.zone}`}>
      <th scope="row">
        {one.name} <span class="aside">{one.zone}</span>
        {!one.on && (
          <span class="automation-off aside">
            {one.since !== null && wallClock(Date.parse(one.since))} {say("offBy")} {one.by}
            {one.why && ` · ${one.why}`}
          </span>
        )}
      </th>
      <td class="number">{shareOf(share)}</td>
      <td>
        <button
          type="button"
          role="switch"
          class={one.on ? "button quiet small" : "button danger small"}
          aria-checked={one.on}
          aria-label={`${say("automation")} ${one.name}`}
          disabled={!may("dispatch_crew") || switching.value === one.zone}
          onClick={() => void switchZone(one.zone, !one.on)}
        >
          {say(one.on ? "on" : "off")}
        </button>
      </td>
    </tr>
  );
}

function Shares({ known }: { known: Rules }) {
  const asked = report.value;
  if (asked.state === "refused") return <p class="alert">{inWords(asked.problem)}</p>;
  if (asked.state !== "ready") return <div class="skeleton" aria-busy="true" />;
  const told = asked.value;
  if (told.dispatched.of === 0) return <p class="empty">{say("nothingJudged")}</p>;
  return (
    <div class="automation-shares">
      <section>
        <h3>
          {say("byRules")} · {say("lastDays")}
        </h3>
        <p data-testid="automation-share">
          <b>{percent(told.dispatched.share)}</b> {shareOf(told.dispatched)} {say("reports")}
        </p>
        <dl>{known.rules.map((rule) => line(title(rule), told.by_rule[rule.name] ?? 0, told))}</dl>
      </section>
      <section>
        <h3>{say("byPeople")}</h3>
        <dl>{told.left.map((each) => line(inWords(each.latest), each.count, told))}</dl>
      </section>
    </div>
  );
}

function line(words: string, count: number, told: RuleReport) {
  return (
    <div key={words}>
      <dt>{words}</dt>
      <dd>
        {count} · {percent(count / told.dispatched.of)}
      </dd>
    </div>
  );
}

function title(rule: Rules["rules"][number]): string {
  return inWords({ zh: rule.title_zh, en: rule.title_en });
}

function shareOf(share: Share | undefined): string {
  if (!share || share.of === 0) return "—";
  return `${share.hits} / ${share.of}`;
}

function percent(share: number | null): string {
  if (share === null) return "—";
  const locale = language.value === "zh" ? "zh-CN" : "en-GB";
  return new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 }).format(share);
}
