"""
Rules of reports as data: what each says, how it scores, who is listed, and when it is made.

The words of conditions are those of `dispatch.formula`; `dispatch/reports.toml` shows all tables.
What a report was drawn up by is kept with it as text, so that it can be drawn up again.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from dispatch.cases import Stage
from dispatch.formula import Condition, Formula, formulas_of, read_condition
from dispatch.report_span import ReportSpan
from geo.area import Tier
from geo.errors import BadValue

TABLES = frozenset({"population", "indicator", "count", "score", "list", "product"})


class BulletinKind(StrEnum):
    """The four reports."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"
    YEARLY = "yearly"
    CONSULTATION = "consultation"


@dataclass(frozen=True, slots=True)
class Count:
    """
    A number of cases.

    Attributes
    ----------
    code, zh, en
        What it is called.
    holds
        Which cases are counted.
    period
        Stage whose instant puts a case into a period; None counts all that stand so.
    """

    code: str
    zh: str
    en: str
    holds: Condition
    period: Stage | None


@dataclass(frozen=True, slots=True)
class ScorePart:
    """
    One part of a score.

    Attributes
    ----------
    indicator
        Code of the indicator.
    weight
        Points of the whole part.
    nothing, full
        Shares that give no point, and all of them.
    """

    indicator: str
    weight: Fraction
    nothing: Fraction
    full: Fraction

    def points(self, hits: int, of: int) -> Fraction:
        """
        Give points for a share.

        Parameters
        ----------
        hits, of
            The share, of one or more.

        Returns
        -------
        points
            Between nothing and the weight, exactly.
        """
        reached = (Fraction(hits, of) - self.nothing) / (self.full - self.nothing)
        return self.weight * min(max(reached, Fraction(0)), Fraction(1))


@dataclass(frozen=True, slots=True)
class ScoreRule:
    """
    How a score is made.

    Attributes
    ----------
    parts
        What it is made of.
    least_cases
        Whoever has fewer is not ranked.
    """

    parts: tuple[ScorePart, ...]
    least_cases: int


@dataclass(frozen=True, slots=True)
class ListRule:
    """
    Who stands on the red and the black list.

    Attributes
    ----------
    red_from, black_below
        Scores.
    most_red, most_black
        How many at most.
    """

    red_from: float
    most_red: int
    black_below: float
    most_black: int


@dataclass(frozen=True, slots=True)
class Product:
    """
    One of the four reports.

    Attributes
    ----------
    kind, zh, en
        Which, and what it is called.
    span
        What it is about; None for a report that is drawn up when it is needed.
    due_h
        Hours after the end of its span at which it is made by itself.
    tiers
        Areas of these have theirs made.
    counts, indicators
        Codes of what it says, in this order.
    lists
        Codes of counts whose cases are listed one by one.
    score
        How groups are scored, or None.
    """

    kind: BulletinKind
    zh: str
    en: str
    span: ReportSpan | None
    due_h: float
    tiers: tuple[Tier, ...]
    counts: tuple[str, ...]
    indicators: tuple[str, ...]
    lists: tuple[str, ...]
    score: ScoreRule | None


@dataclass(frozen=True, slots=True)
class ReportRules:
    """
    All rules of reports.

    Attributes
    ----------
    indicators_text, text
        The two files that they were read from.
    formulas, counts
        What can be said, by code.
    products
        The four reports.
    listed
        Who stands on the red and the black list.
    """

    indicators_text: str
    text: str
    formulas: Mapping[str, Formula]
    counts: Mapping[str, Count]
    products: Mapping[BulletinKind, Product]
    listed: ListRule


def standard_rules() -> ReportRules:
    """
    Read the rules that come with the program.

    Returns
    -------
    rules
        With the indicators of the program.
    """
    return _standard()


def read_rules(indicators: str, text: str) -> ReportRules:
    """
    Read rules.

    Parameters
    ----------
    indicators
        TOML as `dispatch.formula.read_formulas` takes it.
    text
        TOML as ``dispatch/reports.toml`` shows it.

    Returns
    -------
    rules
        The rules.

    Raises
    ------
    BadValue
        One of them is no TOML, or says something that is no rule.
    """
    data, common = _toml(text), _toml(indicators)
    if strange := sorted(set(data) - TABLES):
        raise BadValue(f"Rules of reports hold {', '.join(sorted(TABLES))}, not {strange[0]!r}.")
    both = {
        kind: {**common.get(kind, {}), **data.get(kind, {})} for kind in ("population", "indicator")
    }
    known, formulas = formulas_of(both)
    counts = {
        code: Count(
            code,
            _entry(one, "zh", code),
            _entry(one, "en", code),
            read_condition(_entry(one, "when", code), known, code),
            None if one.get("standing") else _stage(_entry(one, "period", code), code),
        )
        for code, one in data.get("count", {}).items()
    }
    scores = {code: _score(code, one, formulas) for code, one in data.get("score", {}).items()}
    tables = data.get("product", {})
    if set(tables) != set(BulletinKind):
        raise BadValue(f"Rules of reports name the products {', '.join(BulletinKind)}, each once.")
    products = {
        BulletinKind(kind): _product(BulletinKind(kind), one, formulas, counts, scores)
        for kind, one in tables.items()
    }
    return ReportRules(
        indicators, text, formulas, MappingProxyType(counts), MappingProxyType(products),
        _listed(_entry(data, "list", "list")),
    )  # fmt: skip


@cache
def _standard() -> ReportRules:
    """The rules that come with the program."""
    return read_rules(_packed("indicators.toml"), _packed("reports.toml"))


def _packed(name: str) -> str:
    """A file that comes with the program."""
    return files("dispatch").joinpath(name).read_text("utf-8")


def _toml(text: str) -> dict[str, Any]:
    """Read TOML; numbers stay as exact as they are written."""
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise BadValue(f"The rules of reports are no TOML: {error}.") from error


def _score(code: str, table: Mapping[str, Any], formulas: Mapping[str, Formula]) -> ScoreRule:
    """Read how a score is made."""
    parts = [
        ScorePart(
            _of(formulas, _entry(one, "indicator", code), code, "indicator"),
            *(_number(_entry(one, key, code), code) for key in ("weight", "nothing", "full")),
        )
        for one in _entry(table, "part", code)
    ]
    if not parts or any(one.weight <= 0 or one.nothing == one.full for one in parts):
        raise BadValue(
            f"score.{code}: every part has a weight above 0, and other shares for nothing and full."
        )
    return ScoreRule(tuple(parts), int(table.get("least_cases", 1)))


def _product(
    kind: BulletinKind,
    table: Mapping[str, Any],
    formulas: Mapping[str, Formula],
    counts: Mapping[str, Count],
    scores: Mapping[str, ScoreRule],
) -> Product:
    """Read what a report says."""
    span, score = table.get("span"), table.get("score")
    if span is not None and span not in list(ReportSpan):
        raise BadValue(f"product.{kind}: the span {span!r} is none of {', '.join(ReportSpan)}.")
    tiers = table.get("tiers", ())
    if strange := [tier for tier in tiers if tier not in list(Tier)]:
        raise BadValue(f"product.{kind}: {strange[0]!r} is none of {', '.join(Tier)}.")
    return Product(
        kind=kind,
        zh=_entry(table, "zh", kind),
        en=_entry(table, "en", kind),
        span=None if span is None else ReportSpan(span),
        due_h=float(table.get("due_h", 0)),
        tiers=tuple(Tier(tier) for tier in tiers),
        counts=_codes(table, "counts", counts, kind),
        indicators=_codes(table, "indicators", formulas, kind),
        lists=_codes(table, "lists", counts, kind),
        score=None if score is None else scores[_of(scores, score, kind, "score")],
    )


def _listed(table: Mapping[str, Any]) -> ListRule:
    """Read who is listed."""
    red, most_red, black, most_black = (
        _number(_entry(table, key, "list"), "list")
        for key in ("red_from", "most_red", "black_below", "most_black")
    )
    if black > red:
        raise BadValue("list: black_below lies above red_from, so that somebody stands on both.")
    return ListRule(float(red), int(most_red), float(black), int(most_black))


def _codes(
    table: Mapping[str, Any], key: str, known: Mapping[str, object], kind: str
) -> tuple[str, ...]:
    """Read codes that are known."""
    named: Sequence[str] = table.get(key, ())
    return tuple(_of(known, code, kind, key) for code in named)


def _of(known: Mapping[str, object], code: str, where: str, what: str) -> str:
    """Look up a code."""
    if code not in known:
        raise BadValue(f"{where}: {what} {code!r} is none of {', '.join(known)}.")
    return code


def _stage(value: object, code: str) -> Stage:
    """Look up a stage."""
    if value not in list(Stage):
        raise BadValue(f"{code}: {value!r} is none of {', '.join(Stage)}.")
    return Stage(str(value))


def _number(value: object, code: str) -> Fraction:
    """Read a number exactly."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise BadValue(f"{code}: {value!r} is no number.")
    return Fraction(value)


def _entry(table: Mapping[str, Any], key: str, code: str) -> Any:  # noqa: ANN401 -- whatever TOML holds
    """Read what must be there."""
    if not isinstance(table, Mapping) or key not in table:
        raise BadValue(f"{code}: {key!r} is missing.")
    return table[key]
