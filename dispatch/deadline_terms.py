"""Terms of deadlines as data: how long, in which time, who is reminded, and who is told after."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

from dispatch.city import City
from dispatch.deadline import ClockKind
from dispatch.duty_days import DaySpan, SpecialDay, working_days
from dispatch.incident_state import State
from dispatch.matter import Triage
from dispatch.toml_keys import Key, flaws, is_number, read_operators_file, text, word
from dispatch.work_calendar import Counts, WorkCalendar, read_sessions
from geo.errors import BadValue, FlawedData
from geo.finding import Finding
from geo.remark import Remark

STATED_ELSEWHERE = frozenset({ClockKind.SECURE, ClockKind.ARRIVE, ClockKind.ANSWER})
"""Kinds whose time the zone, the authority list, the suggestion or the whistle states."""


class OnSilence(StrEnum):
    """What follows when nobody acknowledges."""

    OFFER = "offer"
    SEND = "send"


@dataclass(frozen=True, slots=True)
class Term:
    """
    Terms of one kind of deadline.

    Attributes
    ----------
    title
        What is to be done, as a code with words.
    counts
        In which time.
    within
        Seconds, or days where working days count; 0 for what is stated elsewhere.
    by_triage
        The same by triage of the lead matter, where it differs.
    remind
        Below 1 a share of the time gone, otherwise seconds that are left.
    next_above_after
        Seconds that each command centre has before the next one above is told.
    runs_in, kept_in, met_by
        States in which it begins, in which one that has begun runs on, and that meet it.
    on_silence
        What follows when a crew does not acknowledge, or refuses.
    """

    title: Remark
    counts: Counts
    within: float
    by_triage: Mapping[Triage, float]
    remind: tuple[float, ...]
    next_above_after: float
    runs_in: frozenset[str]
    kept_in: frozenset[str]
    met_by: frozenset[str]
    on_silence: OnSilence

    def amount(self, triage: Triage | None) -> float:
        """
        Tell how long it is.

        Parameters
        ----------
        triage
            Of the lead matter, or None.

        Returns
        -------
        within
            Seconds, or days where working days count.
        """
        return self.within if triage is None else self.by_triage.get(triage, self.within)


@dataclass(frozen=True, slots=True)
class DeadlineTerms:
    """
    Terms of all deadlines.

    Attributes
    ----------
    sessions
        Hours of a working day.
    of
        Terms by kind.
    """

    sessions: tuple[DaySpan, ...]
    of: Mapping[ClockKind, Term]

    def calendar(self, special: Iterable[SpecialDay]) -> WorkCalendar:
        """
        Lay the hours over the days of a city.

        Parameters
        ----------
        special
            Its holidays and moved working days.

        Returns
        -------
        calendar
            When it works.
        """
        return WorkCalendar(working_days(special), self.sessions)


@cache
def standard_deadlines() -> DeadlineTerms:
    """
    Read the terms that come with the program.

    Returns
    -------
    terms
        One for each kind.
    """
    return read_deadlines(files("dispatch").joinpath("deadlines.toml").read_text("utf-8"))


def known_deadlines(path: Path | None) -> DeadlineTerms:
    """
    Give the terms of an operator's file, or those that come with the program.

    Parameters
    ----------
    path
        The file, or None where the operator has none.

    Returns
    -------
    terms
        One for each kind.

    Raises
    ------
    UnreadableFile
        The file is missing, or no text in UTF-8.
    FlawedData
        It says something that is no term; every finding at once.
    """
    if path is None:
        return standard_deadlines()
    return read_deadlines(read_operators_file(path, "deadlines"), path.name)


def terms_of(city: City) -> DeadlineTerms:
    """
    Give the terms by which the deadlines of a city go.

    Parameters
    ----------
    city
        The city.

    Returns
    -------
    terms
        The operator's own, or those that come with the program.
    """
    return city.deadlines or standard_deadlines()


def read_deadlines(content: str, where: str = "deadlines.toml") -> DeadlineTerms:
    """
    Read terms of deadlines.

    Parameters
    ----------
    content
        TOML with ``hours.sessions`` and a table ``deadline.KIND`` for each kind.
    where
        What it came from, for the findings.

    Returns
    -------
    terms
        What it says.

    Raises
    ------
    FlawedData
        It is no TOML, or something is missing, unknown or of the wrong kind; it holds every
        finding.
    """
    try:
        data = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        remark = Remark("no_toml", f"不是有效的 TOML：{error}。", f"It is no TOML: {error}.")
        raise _flawed(where, [Finding(where, None, remark)]) from error
    findings = list(_findings(data, where))
    if findings:
        raise _flawed(where, findings)
    tables = data["deadline"]
    terms = DeadlineTerms(
        read_sessions(data["hours"]["sessions"]),
        MappingProxyType({kind: _term(kind, tables[kind]) for kind in ClockKind}),
    )
    terms.calendar(())
    return terms


def _flawed(where: str, findings: Sequence[Finding]) -> FlawedData:
    """Say that a file of terms has findings."""
    return FlawedData(f"The deadlines {where} have {len(findings)} finding(s).", findings)


def _findings(data: Mapping[str, object], where: str) -> Iterator[Finding]:
    """List everything that is wrong with a file of terms."""
    hours = data.get("hours", {})
    for key, said in flaws(data, {"hours": _TABLE, "deadline": _TABLE}):
        yield Finding(where, key, said)
    for key, said in flaws(hours, {"sessions": _SESSIONS}):
        yield Finding(where, f"hours.{key}" if key else "hours", said)
    tables = data.get("deadline", {})
    for key, said in flaws(tables, dict.fromkeys(ClockKind, _TABLE)):
        yield Finding(where, f"deadline.{key}" if key else "deadline", said)
    for kind in ClockKind:
        table = tables.get(kind) if isinstance(tables, dict) else None
        keys = STATED_ELSEWHERE_KEYS if kind in STATED_ELSEWHERE else KEYS
        for key, said in flaws(table, keys) if isinstance(table, dict) else ():
            yield Finding(where, f"deadline.{kind}.{key}", said)


def _term(kind: ClockKind, table: Mapping[str, Any]) -> Term:
    """Read the terms of one kind."""
    return Term(
        title=Remark(kind.value, table["zh"], table["en"]),
        counts=Counts(table["counts"]),
        within=float(table.get("within", 0)),
        by_triage=MappingProxyType(
            {Triage(word): float(within) for word, within in table.get("by_triage", {}).items()}
        ),
        remind=tuple(map(float, table.get("remind", ()))),
        next_above_after=float(table["next_above_after"]),
        runs_in=frozenset(table["runs_in"]),
        kept_in=frozenset(table.get("kept_in", ())),
        met_by=frozenset(table["met_by"]),
        on_silence=OnSilence(table.get("on_silence", OnSilence.OFFER)),
    )


def _times() -> Key:
    """Ask for a list of numbers above 0."""
    return Key(
        lambda value: isinstance(value, list) and all(map(_is_time, value)),
        "正数列表",
        "a list of numbers above 0",
    )


def _are_sessions(value: object) -> bool:
    """Whether a value is the hours of a working day."""
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        return False
    try:
        WorkCalendar(working_days(()), read_sessions(value))
    except BadValue:
        return False
    return True


def _is_time(value: object) -> bool:
    """Whether a value is a finite time above 0."""
    return is_number(value) and 0 < float(str(value)) < float("inf")


def _states(*, needed: bool = False) -> Key:
    """Ask for a list of states, which may be empty."""
    return Key(
        lambda value: isinstance(value, list) and all(one in list(State) for one in value),
        "状态列表",
        "a list of states",
        needed,
    )


def _by_triage(value: object) -> bool:
    """Whether a value gives times by triage."""
    return isinstance(value, dict) and all(
        word in list(Triage) and _is_time(within) for word, within in value.items()
    )


_SESSIONS = Key(
    _are_sessions,
    "一天内先后相接、互不重叠的时段列表，如 09:00-12:00",
    "a list of hours of a day, such as 09:00-12:00, that follow each other and don't overlap",
    needed=True,
)
_TIME = Key(_is_time, "大于 0 的数", "a number above 0", needed=True)
_TABLE = Key(lambda value: isinstance(value, dict), "表", "a table", needed=True)
KEYS = {
    "zh": text(needed=True),
    "en": text(needed=True),
    "counts": word(Counts, needed=True),
    "within": _TIME,
    "by_triage": Key(_by_triage, "按繁简分流的时间", "times by triage"),
    "remind": _times(),
    "next_above_after": _TIME,
    "runs_in": _states(needed=True),
    "kept_in": _states(),
    "met_by": _states(needed=True),
    "on_silence": word(OnSilence),
}
"""What the table of a kind may have."""

STATED_ELSEWHERE_KEYS = {
    name: key for name, key in KEYS.items() if name not in {"within", "by_triage"}
}
"""The same for a kind whose time is stated elsewhere."""
