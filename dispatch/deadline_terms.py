"""Terms of deadlines as data: how long, in which time, who is reminded, and who is told after."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from dispatch.deadline import ClockKind
from dispatch.duty_days import DaySpan, SpecialDay, working_days
from dispatch.matter import Triage
from dispatch.toml_keys import Key, flaws, is_number, text, texts, word
from dispatch.work_calendar import Counts, WorkCalendar, read_sessions
from geo.errors import BadValue
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


def read_deadlines(text: str) -> DeadlineTerms:
    """
    Read terms of deadlines.

    Parameters
    ----------
    text
        TOML with ``hours.sessions`` and a table ``deadline.KIND`` for each kind.

    Returns
    -------
    terms
        What it says.

    Raises
    ------
    BadValue
        It is no TOML, or something is missing, unknown or of the wrong kind; all of it is named.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadValue(f"The terms of deadlines are no TOML: {error}.") from error
    tables = data.get("deadline", {})
    found = [flaw.en for _, flaw in flaws(data.get("hours", {}), {"sessions": texts()})]
    found += [flaw.en for _, flaw in flaws(tables, dict.fromkeys(ClockKind, _TABLE))]
    for kind, table in tables.items() if isinstance(tables, dict) else ():
        keys = STATED_ELSEWHERE_KEYS if kind in STATED_ELSEWHERE else KEYS
        found += [f"{kind}: {flaw.en}" for _, flaw in flaws(table, keys)]
    if found:
        raise BadValue(f"The terms of deadlines can't be read. {' '.join(found)}")
    sessions = read_sessions(data["hours"]["sessions"])
    terms = DeadlineTerms(
        sessions, MappingProxyType({kind: _term(kind, tables[kind]) for kind in ClockKind})
    )
    terms.calendar(())
    return terms


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


def _is_time(value: object) -> bool:
    """Whether a value is a finite time above 0."""
    return is_number(value) and 0 < float(str(value)) < float("inf")


def _states(*, needed: bool = False) -> Key:
    """Ask for a list of states, which may be empty."""
    return Key(
        lambda value: isinstance(value, list) and all(isinstance(one, str) for one in value),
        "状态列表",
        "a list of states",
        needed,
    )


def _by_triage(value: object) -> bool:
    """Whether a value gives times by triage."""
    return isinstance(value, dict) and all(
        word in list(Triage) and _is_time(within) for word, within in value.items()
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
