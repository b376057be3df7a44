"""Rules of automation from TOML: read whole, or with every finding at once."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import time
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from dispatch.automation import GRAVEST, SURE, Automation, Rule
from dispatch.duty_days import read_time
from dispatch.matter import Triage
from dispatch.origin import Source
from dispatch.policy_file import NAME
from dispatch.toml_keys import Key, flaws, is_number, read_operators_file, text, texts
from geo.errors import BadValue, FlawedData
from geo.finding import Finding
from geo.remark import Remark

STANDARD = "automation.toml"
"""The file that comes with the program."""


def _words(words: type[Triage | Source], *, needed: bool = False) -> Key:
    """Ask for a list of words of a vocabulary."""
    known = ", ".join(words)
    return Key(
        lambda value: isinstance(value, list) and bool(value) and set(value) <= set(words),
        f"其中若干：{known}",
        f"a list of {known}",
        needed,
    )


_TABLE = Key(lambda value: isinstance(value, dict), "表", "a table", needed=True)
_RULE = {
    "title_zh": text(needed=True),
    "title_en": text(needed=True),
    "triage": _words(Triage, needed=True),
    "sources": _words(Source),
    "matters": texts(),
    "domains": texts(),
    "gravest": Key(
        lambda value: value in range(1, GRAVEST + 1) and is_number(value),
        f" 1 到 {GRAVEST} 的整数",
        f"a whole number from 1 to {GRAVEST}",
    ),
    "least_confidence": Key(
        lambda value: is_number(value) and 0 <= float(str(value)) <= 1,
        " 0 到 1 之间的数",
        "a number from 0 to 1",
    ),
    "hours": Key(
        lambda value: isinstance(value, list) and bool(value) and all(map(_is_span, value)),
        "时段列表，例如 07:00-22:00",
        "a list of spans such as 07:00-22:00",
    ),
    "in_target": Key(lambda value: isinstance(value, bool), "true 或 false", "true or false"),
}
_JUDGING = {
    "within_s": Key(
        lambda value: is_number(value) and float(str(value)) > 0,
        "大于 0 的秒数",
        "a number of seconds above 0",
        needed=True,
    )
}


@cache
def standard_automation() -> Automation:
    """
    Read the rules that come with the program.

    Returns
    -------
    automation
        The rules.
    """
    return read_automation(files("dispatch").joinpath(STANDARD).read_text("utf-8"), STANDARD)


def known_automation(path: Path | None) -> Automation:
    """
    Give the rules of an operator's file, or those that come with the program.

    Parameters
    ----------
    path
        The file, or None where the operator has none.

    Returns
    -------
    automation
        The rules.

    Raises
    ------
    UnreadableFile
        The file is missing, or no text in UTF-8.
    FlawedData
        It says something that is no rule; every finding at once.
    """
    if path is None:
        return standard_automation()
    return read_automation(read_operators_file(path, "automation"), path.name)


def read_automation(content: str, where: str = STANDARD) -> Automation:
    """
    Read rules.

    Parameters
    ----------
    content
        TOML with ``judging.within_s`` and tables ``rule.NAME``.
    where
        What findings call the text.

    Returns
    -------
    automation
        The rules in the order of the text; without any, everything is left to people.

    Raises
    ------
    FlawedData
        It is no TOML, or says something that is no rule; every finding at once.
    """
    try:
        data = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        remark = Remark("no_toml", f"不是有效的 TOML：{error}。", f"It is no TOML: {error}.")
        raise _flawed(where, [Finding(where, None, remark)]) from error
    findings = [Finding(where, place, flaw) for place, flaw in _all_flaws(data)]
    if findings:
        raise _flawed(where, findings)
    rules = tuple(_rule(name, table) for name, table in data.get("rule", {}).items())
    return Automation(rules, float(data["judging"]["within_s"]))


def _flawed(where: str, findings: list[Finding]) -> FlawedData:
    """Refuse a file as a whole."""
    said = f"The rules in {where} have {len(findings)} finding(s); none of them is used."
    return FlawedData(said, findings)


def _all_flaws(data: Mapping[str, Any]) -> Iterator[tuple[str | None, Remark]]:
    """Find what is wrong with a file, each with the table in which it stands."""
    whole = {"judging": _TABLE, "rule": Key(_TABLE.holds, _TABLE.zh, _TABLE.en)}
    yield from flaws(data, whole)
    if isinstance(data.get("judging"), dict):
        for key, flaw in flaws(data["judging"], _JUDGING):
            yield f"judging.{key}", flaw
    rules = data.get("rule")
    for name, table in rules.items() if isinstance(rules, dict) else ():
        if not NAME.fullmatch(name):
            said = "名称只能用小写字母、数字和下划线。", "A name is lower-case a-z, 0-9 and _."
            yield f"rule.{name}", Remark("bad_value", *said)
        for key, flaw in flaws(table, _RULE):
            yield f"rule.{name}" if key is None else f"rule.{name}.{key}", flaw


def _rule(name: str, table: Mapping[str, Any]) -> Rule:
    """Make a rule of a table without flaws."""
    return Rule(
        name=name,
        title_zh=table["title_zh"],
        title_en=table["title_en"],
        triage=tuple(map(Triage, table["triage"])),
        sources=tuple(map(Source, table.get("sources", Source))),
        matters=tuple(table.get("matters", ())),
        domains=tuple(table.get("domains", ())),
        gravest=table.get("gravest", GRAVEST),
        least_confidence=float(table.get("least_confidence", SURE)),
        hours=tuple(map(_span, table.get("hours", ()))),
        in_target=table.get("in_target", False),
    )


def _is_span(value: object) -> bool:
    """Whether a value is a span of the day."""
    try:
        start, end = _span(value)
    except BadValue:
        return False
    return start != end


def _span(value: object) -> tuple[time, time]:
    """Read a span of the day."""
    start, dash, end = str(value).partition("-")
    if not dash:
        raise BadValue(f"“{value}” is no span of the day; write 07:00-22:00.")
    return read_time(start.strip()), read_time(end.strip())
