"""The replay gate of a store: made once for each version of city and history, and kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from api.clock import system_clock
from api.instant import read_instant
from api.plan_question import tables_folder
from api.progress import Report
from api.settings import store_url
from dispatch.city import City
from dispatch.planning.incident_history import IncidentHistory, Span
from dispatch.planning.plan_setting import SettingChoice
from dispatch.planning.replay_city import records_of, replay_city, verdict_name
from dispatch.planning.replay_gate import ReplayCheck, ReplayVerdict
from dispatch.store.cities import read_city
from dispatch.store.engine import Store, open_store
from dispatch.store.history_file import read_history
from dispatch.store.past_incidents import past_incidents_digest, read_past_incidents
from dispatch.store.weights import read_speed_layers
from geo.errors import BadValue
from geo.remark import Remark
from geo.road.week import CITY_TIME


@dataclass(frozen=True, slots=True)
class GateQuestion:
    """
    What is asked of the gate.

    Attributes
    ----------
    store
        URL, or None for the usual one.
    at
        Instant whose week of measured speeds counts, or None for now.
    history
        File in the place of what the store keeps, or None.
    weeks
        Weeks to judge by, or None for three of ten.
    seed
        Source of chance.
    anew
        Whether a verdict that is kept already is made again.
    """

    store: str | None = None
    at: str | None = None
    history: Path | None = None
    weeks: int | None = None
    seed: int = 1
    anew: bool = False


def ask_gate(question: GateQuestion, report: Report) -> dict[str, Any]:
    """
    Ask whether drafts may be judged.

    Parameters
    ----------
    question
        What is asked.
    report
        Told how far it is.

    Returns
    -------
    record
        The verdict as JSON; ``kept`` tells whether it was made earlier.

    Raises
    ------
    BadValue
        There are no past incidents, or too few weeks of them.
    UnreadableFile
        The store holds no city, or the history cannot be read.
    """
    with closing(open_store(store_url(question.store))) as store:
        report("reading the city", 0.0)
        city = read_city(store)
        if not question.anew and (record := kept_gate(store, city, question)) is not None:
            return record
        kept, folder = _place(store, city, question), tables_folder(store)
        history = _history(store, question, report)
        if history is None:
            raise BadValue(
                f"{city.name_en} keeps no past incidents to replay: give --history FILE, or load "
                "a city folder with history.parquet."
            )
        with store.reading() as session:
            layers = read_speed_layers(session)
        choice = SettingChoice(
            at=system_clock() if question.at is None else read_instant(question.at),
            cache=folder,
            told=lambda share: report("travel times", share),
        )
        records = records_of(city, layers, history, choice)
        verdict, _ = replay_city(records, weeks=question.weeks, seed=question.seed, told=report)
        name = kept.stem.removeprefix("replay-")
        record = as_record(verdict) | {"city_version": city.version, "digest": name}
    folder.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps(record, ensure_ascii=False, indent=2), encoding="utf-8")
    return record | {"kept": False}


def kept_gate(
    store: Store, city: City, question: GateQuestion | None = None
) -> dict[str, Any] | None:
    """
    Give the verdict on a city as it is now, if it was made already.

    Parameters
    ----------
    store
        The store.
    city
        Its city.
    question
        What is asked, as for `ask_gate`; by default what `plan replay` asks by itself.

    Returns
    -------
    record
        The verdict as JSON; None before the replay was made for this city, its roads and its
        past incidents.
    """
    record = _read(_place(store, city, question or GateQuestion()))
    return None if record is None else record | {"kept": True}


def as_record(verdict: ReplayVerdict) -> dict[str, Any]:
    """
    Write a verdict as JSON.

    Parameters
    ----------
    verdict
        The verdict.

    Returns
    -------
    record
        Seconds and shares as numbers, spans as instants.
    """
    return {
        "passed": verdict.passed,
        "why": [_remark(one) for one in verdict.why],
        "figures": [_figure(one) for one in verdict.checks],
        "notes": [_remark(one) for one in verdict.notes],
        "learnt": _span(verdict.learnt),
        "judged": _span(verdict.judged),
        "incidents": verdict.incidents,
        "arrivals": verdict.arrivals,
        "nobody_came": verdict.nobody_came,
        "replays": verdict.replays,
        "seed": verdict.seed,
    }


def said_of(record: Mapping[str, Any], language: str = "en") -> list[str]:
    """
    Say a verdict to a person.

    Parameters
    ----------
    record
        What `ask_gate` gave.
    language
        ``zh`` or ``en``.

    Returns
    -------
    lines
        Verdict, figures, what differs, and what was taken from the records.
    """
    verdict = "passed" if record["passed"] else "not passed"
    lines = [
        f"Replay of today's plan: {verdict}.",
        f"Learnt until {record['learnt']['to'][:10]}, judged by {record['arrivals']:,} arrivals.",
    ]
    lines += [_line(one) for one in record["figures"]]
    lines += [one[language] for one in record["why"]]
    return [*lines, *(one[language] for one in record["notes"])]


def told_of(record: Mapping[str, Any] | None) -> dict[str, Any]:
    """
    Say beside a simulation whether the simulator reproduces what is on record.

    Parameters
    ----------
    record
        What `kept_gate` gave.

    Returns
    -------
    told
        ``passed``, None before `plan replay` was run, and a sentence as ``zh`` and ``en``.
    """
    if record is None:
        return {
            "passed": None,
            "zh": "尚未检验仿真能否再现记录；请先运行 plan replay。",
            "en": "Nobody has asked yet whether the simulator reproduces what is on record: run "
            "plan replay.",
        }
    begin, end = (record["judged"][name][:10] for name in ("from", "to"))
    number = len(record["figures"])
    if record["passed"]:
        zh = f"仿真再现了{begin}至{end}的记录：{number}项指标均在置信区间内。"
        en = (
            f"The simulator reproduces the records from {begin} to {end}: all {number} figures "
            "lie inside their intervals."
        )
    else:
        zh = f"仿真未能再现{begin}至{end}的记录，不宜据此评判草案。"
        en = (
            f"The simulator does not reproduce the records from {begin} to {end}, so judge no "
            "draft by it; plan replay says what differs."
        )
    return {"passed": record["passed"], "zh": zh, "en": en}


def _line(figure: Mapping[str, Any]) -> str:
    """One figure, on record and replayed."""
    shares = figure["figure"] == "in_time"
    name = f"in time in {figure['zone']}" if shares else figure["figure"].removesuffix("_s")
    columns = ("recorded", "simulated", "low", "high")
    said = [f"{figure[one]:.1%}" if shares else f"{figure[one]:.0f} s" for one in columns]
    outside = "" if figure["inside"] else "  outside"
    return f"  {name:<20} {said[0]:>8} → {said[1]:>8}  ({said[2]} to {said[3]}){outside}"


def _history(store: Store, question: GateQuestion, report: Report) -> IncidentHistory | None:
    """Past incidents, from the file or the store."""
    report("past incidents", 0.0)
    if question.history is not None:
        return read_history(question.history)
    with store.reading() as session:
        return read_past_incidents(session, told=lambda share: report("past incidents", share))


def _history_name(store: Store, question: GateQuestion) -> str:
    """Name the past incidents without reading them."""
    if question.history is None:
        with store.reading() as session:
            return past_incidents_digest(session)
    if not question.history.is_file():
        return "none"  # reading it says so
    with question.history.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()


def _place(store: Store, city: City, question: GateQuestion) -> Path:
    """Where a verdict is kept."""
    name = verdict_name(
        city, _history_name(store, question), weeks=question.weeks, seed=question.seed
    )
    return tables_folder(store) / f"replay-{name}.json"


def _read(path: Path) -> dict[str, Any] | None:
    """Give a verdict that is kept; a damaged one is made anew."""
    try:
        record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return record


def _remark(one: Remark) -> dict[str, str]:
    return {"code": one.code, "zh": one.zh, "en": one.en}


def _figure(one: ReplayCheck) -> dict[str, Any]:
    names = ("figure", "zone", "recorded", "simulated", "low", "high", "inside", "arrivals")
    return {name: getattr(one, name) for name in names}


def _span(span: Span) -> dict[str, str]:
    ends = {"from": span.start_s, "to": span.end_s}
    return {
        name: datetime.fromtimestamp(at, UTC).astimezone(CITY_TIME).isoformat()
        for name, at in ends.items()
    }
