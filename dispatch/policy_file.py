"""Policies from TOML: read whole, or with every finding at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

from dispatch.policy import MOST_AMONG, Policy, RankBy, Reach, policy_named
from dispatch.toml_keys import Key, flaws, is_number, read_operators_file, text, word
from geo.errors import FlawedData
from geo.finding import Finding
from geo.remark import Remark

STANDARD = "policies.toml"
"""The file that comes with the program."""

NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")

SECONDS = Key(
    lambda value: is_number(value) and 0 <= float(str(value)) < float("inf"),
    "不小于 0 的秒数",
    "a number of seconds, 0 or more",
)
KEYS = {
    "title_zh": text(needed=True),
    "title_en": text(needed=True),
    "reach": word(Reach, needed=True),
    "rank_by": word(RankBy, needed=True),
    "among": Key(
        lambda value: is_number(value) and value in range(1, MOST_AMONG + 1),
        f" 1 到 {MOST_AMONG} 的整数",
        f"a whole number from 1 to {MOST_AMONG}",
    ),
    "most_extra_s": SECONDS,
    "seconds_per_percent": SECONDS,
}
"""What a table may have."""

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


def as_policy(policy: Policy | str) -> Policy:
    """
    Give the policy that is meant.

    Parameters
    ----------
    policy
        A policy, or the name of one that comes with the program.

    Returns
    -------
    policy
        The policy.

    Raises
    ------
    UnknownName
        No such policy comes with the program.
    """
    return policy_named(policy, standard_policies()) if isinstance(policy, str) else policy


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
    own = read_policies(read_operators_file(path, "policies"), path.name)
    return MappingProxyType({**standard_policies(), **own})


def read_policies(content: str, where: str = "policies") -> Mapping[str, Policy]:
    """
    Read policies.

    Parameters
    ----------
    content
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
    try:
        data = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        remark = Remark("no_toml", f"不是有效的 TOML：{error}。", f"It is no TOML: {error}.")
        raise _flawed(where, [Finding(where, None, remark)]) from error
    findings = [Finding(where, place, flaw) for place, flaw in _all_flaws(data, content)]
    if findings:
        raise _flawed(where, findings)
    return MappingProxyType({name: _policy(name, table) for name, table in data["policy"].items()})


def _policy(name: str, table: Mapping[str, Any]) -> Policy:
    """Make a policy of a table without flaws."""
    most_extra_s = table.get("most_extra_s")
    return Policy(
        name=name,
        title_zh=table["title_zh"],
        title_en=table["title_en"],
        reach=Reach(table["reach"]),
        rank_by=RankBy(table["rank_by"]),
        among=int(table.get("among", 1)),
        most_extra_s=None if most_extra_s is None else float(most_extra_s),
        seconds_per_percent=float(table.get("seconds_per_percent", 0)),
    )


def _flawed(where: str, findings: list[Finding]) -> FlawedData:
    """Refuse a file as a whole."""
    said = f"The policies in {where} have {len(findings)} finding(s); none of them is used."
    return FlawedData(said, findings)


def _all_flaws(data: Mapping[str, Any], content: str) -> Iterator[tuple[str | None, Remark]]:
    """Find what is wrong with a file, each with the line on which it stands."""
    for strange in sorted(data.keys() - {"policy"}):
        said = f"没有 {strange}，只有 policy。", f"There is no {strange!r}, only policy."
        yield None, Remark("unknown_key", *said)
    tables = data.get("policy")
    if not isinstance(tables, dict) or not tables:
        said = "没有任何 policy.名称 表。", "It holds no table policy.NAME."
        yield None, Remark("empty_file", *said)
        return
    for name, table in tables.items():
        for key, flaw in _flaws(name, table):
            place = f"policy.{name}" if key is None else f"policy.{name}.{key}"
            yield f"line {_line(content, name, key)}, {place}", flaw


def _flaws(name: str, table: object) -> Iterator[tuple[str | None, Remark]]:
    """Find what is wrong with one table."""
    if not NAME.fullmatch(name):
        said = "名称只能用小写字母、数字和下划线。", "A name is lower-case a-z, 0-9 and _."
        yield None, Remark("bad_value", *said)
    yield from flaws(table, KEYS)
    ranked_by = table.get("rank_by") if isinstance(table, dict) else None
    for key, readers in READ_BY.items():
        if ranked_by in list(RankBy) and ranked_by not in readers and key in table:  # type: ignore[operator]  # a table, for it is ranked
            only = " / ".join(readers)
            said = f"只有按 {only} 排序时才用到 {key}。", f"Only ranking by {only} reads {key}."
            yield key, Remark("unread_key", *said)


def _line(content: str, name: str, key: str | None) -> int:
    """Line of a table, or of one of its keys; that of the table where the key is missing."""
    header = 0
    for number, line in enumerate(content.splitlines(), start=1):
        words = line.partition("#")[0].strip()
        if words.startswith("["):
            if header:
                break
            header = number if words.strip("[] ").replace('"', "").split(".")[-1] == name else 0
        elif header and words.partition("=")[0].strip() == key:
            return number
    return header or 1
