"""
Rules of reports held against what reports can say, with every finding at once.

Only an operator's own file is held against it when a service starts: what a report that is kept was
drawn up by stays as it is.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Any

from dispatch.cases import Stage
from dispatch.figure_name import SCORE
from dispatch.formula import formulas_of, read_condition
from dispatch.report_rules import BulletinKind, ReportRules, read_rules, standard_rules
from dispatch.report_span import ReportSpan
from dispatch.toml_keys import Key, flaws, read_operators_file, text, word
from geo.area import Tier
from geo.errors import BadValue, FlawedData
from geo.finding import Finding
from geo.remark import Remark

Table = Mapping[str, Any]
Said = tuple[str, Remark]
"""Where something is wrong, and what."""

MOST_ON_A_LIST = 20
"""Groups on the red or the black list; more of them leave no room on the page."""

LONGEST_DUE_H = 31 * 24.0

_CODE = re.compile(r"[a-z][a-z0-9_]{0,63}")


def known_rules(path: Path | None) -> ReportRules:
    """
    Give the rules of an operator's file, or those that come with the program.

    Parameters
    ----------
    path
        The file, or None where the operator has none.

    Returns
    -------
    rules
        With the indicators of the program.

    Raises
    ------
    UnreadableFile
        The file is missing, or no text in UTF-8.
    FlawedData
        It says something that is no rule, or that no report could be printed by; every finding at
        once.
    """
    if path is None:
        return standard_rules()
    indicators = standard_rules().indicators_text
    content = read_operators_file(path, "rules of reports")
    if findings := findings_of_rules(indicators, content, path.name):
        raise FlawedData(f"The rules {path.name} have {len(findings)} finding(s).", findings)
    return read_rules(indicators, content)


def findings_of_rules(indicators: str, content: str, where: str) -> list[Finding]:
    """
    List everything that is wrong with rules of reports.

    Parameters
    ----------
    indicators
        TOML of the indicators that can be named too.
    content
        TOML of the rules.
    where
        What they came from.

    Returns
    -------
    findings
        None if a report can be drawn up, opened and printed by them.
    """
    try:
        data = tomllib.loads(content, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        remark = Remark("no_toml", f"不是有效的 TOML：{error}。", f"It is no TOML: {error}.")
        return [Finding(where, None, remark)]
    common = tomllib.loads(indicators, parse_float=Decimal)
    kinds = ("population", "indicator")
    both = {kind: common.get(kind, {}) | _tables(data, kind) for kind in kinds}
    found = chain(
        _of_shape(data), _of_names(data, both), _of_conditions(data, both), _of_sense(data),
        _of_products(data, both),
    )  # fmt: skip
    return [Finding(where, at, said) for at, said in dict.fromkeys(found)]


def _of_shape(data: Table) -> Iterator[Said]:
    """Tables and keys that are missing, unknown or of the wrong kind."""
    tables = dict.fromkeys(("population", "indicator", "count", "score"), _TABLE)
    yield from _flaws("", data, {**tables, "list": _NEEDED_TABLE, "product": _NEEDED_TABLE})
    yield from _flaws("list", data.get("list", {}), LIST)
    products = data.get("product", {})
    yield from _flaws("product", products, dict.fromkeys(BulletinKind, _NEEDED_TABLE))
    for kind, keys in (("count", COUNT), ("score", SCORES), ("product", PRODUCT)):
        for code, one in _tables(data, kind).items():
            yield from _flaws(f"{kind}.{code}", one, keys)
    for code, score in _tables(data, "score").items():
        for number, part in enumerate(_listed(score, "part"), start=1):
            yield from _flaws(f"score.{code}.part {number}", part, PART)


def _of_names(data: Table, both: Mapping[str, Table]) -> Iterator[Said]:
    """Codes that cannot be names of figures."""
    for kind in ("indicator", "count"):
        for code in _tables(data, kind):
            if not _CODE.fullmatch(code) or code == SCORE:
                yield f"{kind}.{code}", _BAD_NAME
    for code in _tables(data, "count").keys() & both["indicator"].keys():
        yield f"count.{code}", _TWICE


def _of_conditions(data: Table, both: Mapping[str, Table]) -> Iterator[Said]:
    """Conditions outside the vocabulary; while populations are flawed nobody can tell."""
    try:
        known, _ = formulas_of({"population": both["population"]})
    except _UNREADABLE as error:
        yield "population", _no_condition(error)
        return
    for code, one in _tables(data, "indicator").items():
        try:
            formulas_of({"population": both["population"], "indicator": {code: one}})
        except _UNREADABLE as error:
            yield f"indicator.{code}", _no_condition(error)
    for code, one in _tables(data, "count").items():
        if isinstance(one, dict) and isinstance(one.get("when"), dict):
            try:
                read_condition(one["when"], known, code)
            except _UNREADABLE as error:
                yield f"count.{code}.when", _no_condition(error)


def _of_sense(data: Table) -> Iterator[Said]:
    """What is of the right kind, each by itself, and makes no sense together."""
    for code, one in _tables(data, "count").items():
        if isinstance(one, dict) and (one.get("standing") is True) == ("period" in one):
            yield f"count.{code}", _PERIOD
    for code, score in _tables(data, "score").items():
        for number, part in enumerate(_listed(score, "part"), start=1):
            if isinstance(part, dict) and "full" in part and part["full"] == part.get("nothing"):
                yield f"score.{code}.part {number}", _NO_SPAN
    listed = _tables(data, "list")
    bounds: list[Any] = [listed.get(key) for key in ("red_from", "black_below")]
    if all(map(_is_number, bounds)) and bounds[0] < bounds[1]:
        yield "list", _BOTH


def _of_products(data: Table, both: Mapping[str, Table]) -> Iterator[Said]:
    """What a report names and is not there."""
    counts = _tables(data, "count")
    known: Mapping[str, Table] = {
        "counts": counts,
        "lists": counts,
        "indicators": both["indicator"],
    }
    for kind, one in _tables(data, "product").items():
        for key, there in known.items():
            for code in _named(one, key):
                if code not in there:
                    yield f"product.{kind}.{key}", _not_there(code)
        for code in _named(one, "lists"):
            if code not in _named(one, "counts"):
                yield f"product.{kind}.lists", _not_said(code, "counts")
        for said in _of_score(one, _tables(data, "score")):
            yield f"product.{kind}.score", said


def _of_score(product: object, scores: Table) -> Iterator[Remark]:
    """What a report is scored by and does not say, so that it could not be printed."""
    score = product.get("score") if isinstance(product, dict) else None
    if not isinstance(score, str):
        return
    if score not in scores:
        yield _not_there(score)
    for part in _listed(scores.get(score), "part"):
        code = part.get("indicator") if isinstance(part, dict) else None
        if isinstance(code, str) and code not in _named(product, "indicators"):
            yield _not_said(code, "indicators")


def _flaws(at: str, table: object, keys: Mapping[str, Key]) -> Iterator[Said]:
    """Hold one table against its keys."""
    for key, said in flaws(table, keys):
        yield ".".join(part for part in (at, key) if part), said


def _tables(data: Table, kind: str) -> dict[str, Any]:
    """The tables of one kind; none where there is something else."""
    found = data.get(kind, {})
    return found if isinstance(found, dict) else {}


def _listed(table: object, key: str) -> list[Any]:
    """A list in a table; empty where there is something else."""
    found = table.get(key, []) if isinstance(table, dict) else []
    return found if isinstance(found, list) else []


def _named(table: object, key: str) -> list[str]:
    """Codes in a list in a table."""
    return [code for code in _listed(table, key) if isinstance(code, str)]


def _is_number(value: Any) -> bool:  # noqa: ANN401 -- whatever TOML holds
    """Whether a value is a number, and neither infinite nor none."""
    if isinstance(value, Decimal):
        return value.is_finite()
    return isinstance(value, int) and not isinstance(value, bool)


def _are_codes(value: object) -> bool:
    """Whether a value is a list of texts, each once."""
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        return False
    return len(set(value)) == len(value)


def _words(value: Any) -> set[str]:  # noqa: ANN401 -- whatever TOML holds
    """The texts of a list."""
    return set(value)


def _between(least: float, most: float, *, whole: bool = False, needed: bool = True) -> Key:
    """Ask for a number within bounds."""

    def holds(value: Any) -> bool:  # noqa: ANN401 -- whatever TOML holds
        right = type(value) is int if whole else _is_number(value)
        return right and least <= value <= most

    zh, en = ("整数", "a whole number") if whole else ("数", "a number")
    return Key(holds, f"{least:g} 至 {most:g} 的{zh}", f"{en} from {least:g} to {most:g}", needed)


def _not_there(code: str) -> Remark:
    """What is named has no table."""
    return Remark("unknown_name", f"没有 {code}。", f"There is no {code!r}.")


def _not_said(code: str, key: str) -> Remark:
    """What a report cannot do without is missing from it."""
    return Remark(
        "not_in_report",
        f"{code} 未列入该报告的 {key}，成文时无从引用。",
        f"{code!r} is not among the {key} of this report, which could not show it.",
    )


def _no_condition(error: Exception) -> Remark:
    """What the vocabulary says of a condition."""
    said = str(error) if isinstance(error, BadValue) else "It is no condition that can be read."
    return Remark("bad_value", f"无法解读：{said}", said)


_UNREADABLE = (BadValue, TypeError, ValueError, AttributeError)
_BAD_NAME = Remark(
    "bad_name",
    "代码须以小写字母开头，只含小写字母、数字和下划线，且不得为 score。",
    "A code begins with a small letter, holds small letters, digits and _ alone, and is not score.",
)
_TWICE = Remark(
    "named_twice", "与指标同名。", "An indicator has the same code: no figure could be told apart."
)
_PERIOD = Remark(
    "bad_value",
    "period 与 standing = true 须二者取一。",
    "A count has either a period or standing = true.",
)
_NO_SPAN = Remark(
    "bad_value", "nothing 与 full 不得相同。", "The shares for nothing and for full are the same."
)
_BOTH = Remark(
    "bad_value",
    "black_below 高于 red_from，会有单位同时列入两榜。",
    "black_below lies above red_from, so that somebody stands on both.",
)

_TABLE = Key(lambda value: isinstance(value, dict), "表", "a table")
_NEEDED_TABLE = Key(_TABLE.holds, _TABLE.zh, _TABLE.en, needed=True)
_CODES = Key(_are_codes, "代码列表，不得重复", "a list of codes, each once")
_SHARE = _between(0, 1)

LIST = {
    "red_from": _between(0, 100),
    "most_red": _between(0, MOST_ON_A_LIST, whole=True),
    "black_below": _between(0, 100),
    "most_black": _between(0, MOST_ON_A_LIST, whole=True),
}
COUNT = {
    "zh": text(needed=True),
    "en": text(needed=True),
    "when": _NEEDED_TABLE,
    "period": word(Stage),
    "standing": Key(lambda value: isinstance(value, bool), "true 或 false", "true or false"),
}
SCORES = {
    "least_cases": _between(0, 1_000_000, whole=True, needed=False),
    "part": Key(
        lambda value: isinstance(value, list) and bool(value),
        "列表",
        "one part or more",
        needed=True,
    ),
}
PART = {
    "indicator": text(needed=True),
    "weight": _between(0.001, 1000),
    "nothing": _SHARE,
    "full": _SHARE,
}
PRODUCT = {
    "zh": text(needed=True),
    "en": text(needed=True),
    "span": word(ReportSpan),
    "due_h": _between(0, LONGEST_DUE_H, needed=False),
    "tiers": Key(
        lambda value: _are_codes(value) and _words(value) <= set(Tier),
        "层级列表：" + "、".join(Tier),
        "a list of " + ", ".join(Tier),
    ),
    "counts": _CODES,
    "indicators": _CODES,
    "lists": _CODES,
    "score": text(),
}
"""What the tables of a file have."""
