"""Policies from TOML: read whole, or with every finding at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

from dispatch.policy import MOST_AMONG, Policy, RankBy, Reach
from geo.errors import FlawedData, UnreadableFile
from geo.finding import Finding
from geo.remark import Remark

Table = Mapping[str, Any]

STANDARD = "policies.toml"
"""The file that comes with the program."""

TEXTS = ("title_zh", "title_en")
NEEDED = (*TEXTS, "reach", "rank_by")
READ_BY = {
    "among": (RankBy.CHANCE, RankBy.COVER, RankBy.WORK),
    "most_extra_s": (RankBy.CHANCE, RankBy.COVER, RankBy.WORK),
    "seconds_per_percent": (RankBy.COVER,),
}
"""Figures, and the rankings that read them; a figure that nothing reads is a finding."""


@cache
def standard_policies() -> Mapping[str, Policy]:
    """
    Read the policies that come with the program.

    Returns
    -------
    policies
        By name, in the order of the file.
    """
    return read_policies(files("dispatch").joinpath(STANDARD).read_text("utf-8"), STANDARD)


def known_policies(path: Path | None) -> Mapping[str, Policy]:
    """
    Give the policies that come with the program, and those of an operator's file.

    Parameters
    ----------
    path
        The file, or None where the operator has none.

    Returns
    -------
    policies
        By name; one of the file takes the place of a standard one of the same name.

    Raises
    ------
    UnreadableFile
        The file is missing, or no text in UTF-8.
    FlawedData
        It says something that is no policy; every finding at once.
    """
    if path is None:
        return standard_policies()
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFile(f"The policies {path} cannot be read: {error}.") from error
    return MappingProxyType({**standard_policies(), **read_policies(text, path.name)})


def read_policies(text: str, where: str = "policies") -> Mapping[str, Policy]:
    """
    Read policies.

    Parameters
    ----------
    text
        TOML with tables ``policy.NAME``.
    where
        What findings call the text.

    Returns
    -------
    policies
        By name, in the order of the text.

    Raises
    ------
    FlawedData
        It is no TOML, or says something that is no policy; every finding at once, with its
        line.
    """
    findings: list[Finding] = []
    try:
        data: Table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        data = {"policy": {}}
        findings.append(Finding(where, None, _remark("no_toml", "不是有效的 TOML", f"{error}")))
    tables = data.get("policy")
    for key in data:
        if key != "policy":
            remark = _remark("unknown_key", f"不认识 {key}", f"There is no {key!r}, only policy")
            findings.append(Finding(where, f"line {_line(text, key)}", remark))
    if not findings and (not isinstance(tables, dict) or not tables):
        remark = _remark("empty_file", "没有任何策略", "It holds no table policy.NAME")
        findings.append(Finding(where, None, remark))
    read = {name: _Reading(name, table, text, where) for name, table in _items(tables)}
    findings += [finding for reading in read.values() for finding in reading.findings]
    if findings:
        said = f"The policies in {where} have {len(findings)} finding(s); none of them is used."
        raise FlawedData(said, findings)
    return MappingProxyType({name: reading.policy() for name, reading in read.items()})


class _Reading:
    """
    One table, being read.

    Parameters
    ----------
    name
        Name of the policy.
    table
        What TOML made of it.
    text, where
        The file, to tell lines, and its name.
    """

    def __init__(self, name: str, table: object, text: str, where: str) -> None:
        self._name, self._text, self._where = name, text, where
        self._table: Table = table if isinstance(table, dict) else {}
        self.findings: list[Finding] = []
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,63}", name):
            self._say(
                None, "名称只能用小写字母、数字和下划线", "a name is lower-case a-z, 0-9 and _"
            )
        for key in [*NEEDED, *self._table]:
            self._check(key)

    def policy(self) -> Policy:
        """
        Make the policy; call it only where nothing was found.

        Returns
        -------
        policy
            The policy.
        """
        table = dict(self._table)
        most_extra_s = table.get("most_extra_s")
        return Policy(
            name=self._name,
            title_zh=table["title_zh"],
            title_en=table["title_en"],
            reach=Reach(table["reach"]),
            rank_by=RankBy(table["rank_by"]),
            among=table.get("among", 1),
            most_extra_s=None if most_extra_s is None else float(most_extra_s),
            seconds_per_percent=float(table.get("seconds_per_percent", 0)),
        )

    def _check(self, key: str) -> None:
        """Check one key, once."""
        if key in NEEDED and key not in self._table:
            self._say(key, "缺少这一项", "it is missing")
        elif key in TEXTS:
            self._require(key, lambda value: isinstance(value, str) and bool(value), "a text")
        elif key == "reach":
            self._require(key, _one_of(Reach), f"one of {', '.join(Reach)}")
        elif key == "rank_by":
            self._require(key, _one_of(RankBy), f"one of {', '.join(RankBy)}")
        elif key not in READ_BY:
            known = ", ".join((*NEEDED, *READ_BY))
            self._say(key, f"没有这一项；可用：{known}", f"there is no such key; known are {known}")
        elif self._table.get("rank_by") not in READ_BY[key]:
            wanted = " / ".join(READ_BY[key])
            self._say(key, f"只有按 {wanted} 排序时才用到", f"only ranking by {wanted} reads it")
        elif key == "among":
            self._require(key, _is_count, f"a whole number from 1 to {MOST_AMONG}")
        else:
            self._require(key, _is_seconds, "a number of seconds, 0 or more")

    def _require(self, key: str, holds: Callable[[object], bool], what: str) -> None:
        """Find fault with a value that is not what it should be."""
        value = self._table[key]
        if not holds(value):
            self._say(key, f"应为 {what}，而不是 {value!r}", f"it should be {what}, not {value!r}")

    def _say(self, key: str | None, zh: str, en: str) -> None:
        """Add a finding, unless the key has one already."""
        place = f"policy.{self._name}" + (f".{key}" if key else "")
        feature = f"line {_line(self._text, self._name, key)}, {place}"
        if all(finding.feature != feature for finding in self.findings):
            self.findings.append(Finding(self._where, feature, _remark("bad_policy", zh, en)))


def _one_of(words: type[StrEnum]) -> Callable[[object], bool]:
    """Hold for the words of a vocabulary."""
    return lambda value: value in list(words)


def _is_count(value: object) -> bool:
    """Hold for how many crews may be compared."""
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST_AMONG


def _is_seconds(value: object) -> bool:
    """Hold for a finite number that is not negative."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and 0 <= float(value) < float("inf")  # type: ignore[arg-type]  # a number, see above


def _items(tables: object) -> list[tuple[str, object]]:
    """Tables of the file, by name."""
    return list(tables.items()) if isinstance(tables, dict) else []


def _line(text: str, name: str, key: str | None = None) -> int:
    """Line of a table, or of one of its keys; that of the table where the key is missing."""
    table = 0
    for number, line in enumerate(text.splitlines(), start=1):
        plain = line.strip()
        if plain.startswith("["):
            inside = plain.strip("[]").replace('"', "").split(".")[-1].strip() == name
            table = number if inside else table
            if table and not inside:
                break
        elif plain.partition("=")[0].strip() == (key if table else name):
            return number
    return table or 1


def _remark(code: str, zh: str, en: str) -> Remark:
    """Say one thing as a sentence."""
    return Remark(code, f"{zh.rstrip('.。')}。", f"{en.rstrip('.')}.")
