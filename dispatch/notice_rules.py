"""Rules of notices as data: who is told of what, by which channels, when and in which words."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files
from pathlib import Path
from string import Formatter
from types import MappingProxyType
from typing import Any

from dispatch.access import Role
from dispatch.city import City
from dispatch.contact import ChannelKind, Language
from dispatch.duty_days import DaySpan
from dispatch.incident_state import State
from dispatch.power import CHINA
from dispatch.toml_keys import Key, flaws, read_operators_file
from dispatch.work_calendar import read_sessions
from geo.area import Area
from geo.errors import BadValue, FlawedData
from geo.finding import Finding
from geo.remark import Remark

OTHER = "other"
"""The rule for messages that have none of their own."""

FIELDS = ("said", "incident", "city", "unit", "matters", "place", "minutes")
"""What words may name."""

_SAID = "{said}"


class Told(StrEnum):
    """Whom of those that a message names a rule tells."""

    TO = "to"
    ALSO = "also"


@dataclass(frozen=True, slots=True)
class NoticeRule:
    """
    How one kind of message is told.

    Attributes
    ----------
    tells
        Whom of those that it names.
    by
        Kinds of channels that may be used.
    quiet
        Whether quiet hours hold it back.
    zh, en
        Its words.
    """

    tells: frozenset[Told]
    by: tuple[ChannelKind, ...]
    quiet: bool
    zh: str
    en: str

    def worded(self, code: str, **fields: str) -> Remark:
        """
        Word a message that says nothing by itself.

        Parameters
        ----------
        code
            Its code.
        **fields
            What its words may name, as far as it is known.

        Returns
        -------
        said
            In both languages; the code where the words only repeat what is said.
        """
        known = dict.fromkeys(FIELDS, "") | {"said": code} | fields
        return Remark(code, self.zh.format(**known), self.en.format(**known))

    def text(self, said: Remark, language: Language, **fields: str) -> str:
        """
        Put a message into the words in which it goes out.

        Parameters
        ----------
        said
            What it says.
        language
            In which language.
        **fields
            What its words may name beside it.

        Returns
        -------
        text
            As it is sent.
        """
        words, own = (self.en, said.en) if language == Language.EN else (self.zh, said.zh)
        if _SAID not in words:
            return own
        return words.format(**dict.fromkeys(FIELDS, "") | fields | {"said": own})


@dataclass(frozen=True, slots=True)
class NoticeRules:
    """
    All rules of notices.

    Attributes
    ----------
    quiet_hours
        Spans of every day in Asia/Shanghai.
    tries
        On one channel before the next one follows.
    rooms
        Roles of a command room that are told, by tier or by code of an area.
    reporter_in
        States in which the reporter is told.
    of
        Rules by code of the message.
    """

    quiet_hours: tuple[DaySpan, ...]
    tries: int
    rooms: Mapping[str, frozenset[Role]]
    reporter_in: frozenset[State]
    of: Mapping[str, NoticeRule]

    def rule(self, code: str) -> NoticeRule:
        """
        Find the rule for a message.

        Parameters
        ----------
        code
            Its code.

        Returns
        -------
        rule
            Its own, or that for all others.
        """
        return self.of.get(code, self.of[OTHER])

    def roles_of(self, area: Area) -> frozenset[Role]:
        """
        Tell who of a command room is told.

        Parameters
        ----------
        area
            The area whose room it is.

        Returns
        -------
        roles
            As its own code says, else its tier; none where neither does.
        """
        return self.rooms.get(area.code, self.rooms.get(area.tier, frozenset()))

    def held_until(self, rule: NoticeRule, now: datetime) -> datetime:
        """
        Tell when a message may go out.

        Parameters
        ----------
        rule
            Its rule.
        now
            The present, with offset.

        Returns
        -------
        held_until
            The present, or the end of the quiet hours if they hold it back.
        """
        until = now
        for _ in self.quiet_hours if rule.quiet else ():  # one span may begin where another ends
            until = max([until, *self._ends(until)])
        return until

    def _ends(self, now: datetime) -> Iterator[datetime]:
        """Ends of the spans that hold an instant."""
        today = now.astimezone(CHINA).date()
        for span in self.quiet_hours:
            for day in (today - timedelta(days=1), today):
                starts_s, ends_s = span.on(day)
                if starts_s <= now.timestamp() < ends_s:
                    yield datetime.fromtimestamp(ends_s, UTC)


@cache
def standard_notices() -> NoticeRules:
    """
    Read the rules that come with the program.

    Returns
    -------
    rules
        Its rules.
    """
    return read_notices(files("dispatch").joinpath("notifications.toml").read_text("utf-8"))


def known_notices(path: Path | None) -> NoticeRules:
    """
    Give the rules of an operator's file, or those that come with the program.

    Parameters
    ----------
    path
        The file, or None where the operator has none.

    Returns
    -------
    rules
        What it says.

    Raises
    ------
    UnreadableFile
        The file is missing, or no text in UTF-8.
    FlawedData
        It says something that is no rule; every finding at once.
    """
    if path is None:
        return standard_notices()
    return read_notices(read_operators_file(path, "notifications"), path.name)


def notices_of(city: City) -> NoticeRules:
    """
    Give the rules by which a city tells people.

    Parameters
    ----------
    city
        The city.

    Returns
    -------
    rules
        The operator's own, or those that come with the program.
    """
    return city.notices or standard_notices()


def read_notices(content: str, where: str = "notifications.toml") -> NoticeRules:
    """
    Read rules of notices.

    Parameters
    ----------
    content
        TOML, as `dispatch/notifications.toml` explains it.
    where
        What it came from, for the findings.

    Returns
    -------
    rules
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
    rooms = {name: frozenset(map(Role, roles)) for name, roles in data["rooms"].items()}
    return NoticeRules(
        quiet_hours=read_sessions(data["quiet"]["hours"]),
        tries=data["fall_back"]["tries"],
        rooms=MappingProxyType(rooms),
        reporter_in=frozenset(map(State, data["reporter"]["states"])),
        of=MappingProxyType({code: _rule(table) for code, table in data["message"].items()}),
    )


def _flawed(where: str, findings: list[Finding]) -> FlawedData:
    """Say that a file of rules has findings."""
    return FlawedData(f"The notifications {where} have {len(findings)} finding(s).", findings)


def _rule(table: Mapping[str, Any]) -> NoticeRule:
    """Read one rule."""
    return NoticeRule(
        tells=frozenset(map(Told, table["tells"])),
        by=tuple(map(ChannelKind, table["by"])),
        quiet=table["quiet"],
        zh=table["zh"],
        en=table["en"],
    )


def _findings(data: Mapping[str, Any], where: str) -> Iterator[Finding]:
    """List everything that is wrong with a file of rules."""
    for key, said in flaws(data, dict.fromkeys(PARTS, _TABLE)):
        yield Finding(where, key, said)
    for part, keys in PARTS.items():
        for key, said in flaws(data.get(part, {}), keys) if keys is not None else ():
            yield Finding(where, f"{part}.{key}" if key else part, said)
    for part, key_of in (("rooms", _words(Role)), ("message", _TABLE)):
        table = data.get(part, {})
        for key, said in flaws(table, dict.fromkeys(table, key_of)):
            yield Finding(where, f"{part}.{key}", said)
    messages = data.get("message", {})
    for code, table in messages.items() if isinstance(messages, dict) else ():
        for key, said in flaws(table, RULE) if isinstance(table, dict) else ():
            yield Finding(where, f"message.{code}.{key}", said)
    if isinstance(messages, dict) and OTHER not in messages:
        remark = Remark("missing_key", f"缺少 {OTHER}。", f"{OTHER} is missing.")
        yield Finding(where, "message", remark)


def _are_hours(value: object) -> bool:
    """Whether a value is spans of a day."""
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        return False
    try:
        read_sessions(value)
    except BadValue:
        return False
    return True


def _are_words(value: object) -> bool:
    """Whether a value is a text that names nothing but `FIELDS`."""
    if not isinstance(value, str) or not value.strip():
        return False
    try:
        return all(
            name in {None, *FIELDS} and not (spec or conversion)
            for _, name, spec, conversion in Formatter().parse(value)
        )
    except ValueError:
        return False


def _words(known: type[StrEnum]) -> Key:
    """Ask for a list of words of a vocabulary, which may be empty."""
    named = ", ".join(known)
    return Key(
        lambda value: isinstance(value, list) and all(one in list(known) for one in value),
        f"列表，可用：{named}",
        f"a list of {named}",
        needed=True,
    )


_TABLE = Key(lambda value: isinstance(value, dict), "表", "a table", needed=True)
_WORDS = Key(
    _are_words,
    "文字，花括号内只可用 " + "、".join(FIELDS),
    "a text that names nothing in braces but " + ", ".join(FIELDS),
    needed=True,
)
RULE = {
    "tells": _words(Told),
    "by": _words(ChannelKind),
    "quiet": Key(
        lambda value: isinstance(value, bool), "true 或 false", "true or false", needed=True
    ),
    "zh": _WORDS,
    "en": _WORDS,
}
"""What the table of a message has."""

PARTS: Mapping[str, Mapping[str, Key] | None] = {
    "quiet": {
        "hours": Key(
            _are_hours,
            "时段列表，如 22:00-07:00",
            "a list of hours such as 22:00-07:00",
            needed=True,
        )
    },
    "fall_back": {
        "tries": Key(
            lambda value: type(value) is int and 1 <= value <= 12,
            "1 至 12 的整数",
            "a whole number from 1 to 12",
            needed=True,
        )
    },
    "rooms": None,
    "reporter": {"states": _words(State)},
    "message": None,
}
"""Tables of a file, and what each has; those without keys here name their own."""
