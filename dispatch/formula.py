"""
Formulas of indicators as data, in a small vocabulary of conditions.

A condition is a table with one key:

=========================== ==================================================================
``has = "handled"``          the stage has been reached
``lacks = "merged"``         it has not
``limited = "close"``        it has that deadline on record
``due = "close"``            the deadline has come
``in_time = "close"``        the stage that meets the deadline was reached by then
``arrival = "known"``        it is known whether somebody was there in time (or ``"in_time"``: was)
``at_least = {rating = 4}``  every figure named is there, and no smaller
``is = {kind = "report"}``   every word named is that
``within = "filed"``         the case belongs to a population named further up
``all = […]``, ``any = […]`` every one, or one or more, of several conditions holds
``not = {…}``                a condition does not hold
=========================== ==================================================================

Nothing else is understood and nothing is executed.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from types import MappingProxyType
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from dispatch.arrival_share import judged_arrivals
from dispatch.cases import DONE_BY, Cases, Limit, Number, Stage, Word
from geo.errors import BadValue

Mask = NDArray[np.bool_]
Condition = Callable[[Cases, float], Mask]
"""Tells which cases it holds for, as known at an instant in seconds since 1970."""

_Name = TypeVar("_Name", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Population:
    """
    Cases that an indicator is a share of.

    Attributes
    ----------
    code, zh, en
        What it is called.
    holds
        Which cases belong to it.
    """

    code: str
    zh: str
    en: str
    holds: Condition


@dataclass(frozen=True, slots=True)
class Formula:
    """
    An indicator: of a population, the share for which a condition holds.

    Attributes
    ----------
    code, zh, en
        What it is called.
    terms
        Where the term comes from.
    of
        Populations that it may be a share of, the first unless told otherwise.
    counts
        What must hold for a case of the population to count.
    period
        Stage whose instant puts a case into a week or month.
    sums
        Figures added up instead of counting cases, those that count and all of them; or None.
    only
        What must be known of a case for the indicator to say anything of it; None for all.
    """

    code: str
    zh: str
    en: str
    terms: str
    of: tuple[Population, ...]
    counts: Condition
    period: Stage
    sums: tuple[Number, Number] | None = None
    only: Condition | None = None


def standard_formulas() -> Mapping[str, Formula]:
    """
    Read the formulas that come with the program.

    Returns
    -------
    formulas
        By code, in the order of the file.
    """
    return read_formulas(files("dispatch").joinpath("indicators.toml").read_text("utf-8"))


def read_formulas(text: str) -> Mapping[str, Formula]:
    """
    Read formulas.

    Parameters
    ----------
    text
        TOML with tables ``population.CODE`` and ``indicator.CODE``.

    Returns
    -------
    formulas
        By code, in the order of the text.

    Raises
    ------
    BadValue
        It is no TOML, or says something outside the vocabulary.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadValue(f"The formulas are no TOML: {error}.") from error
    return formulas_of(data)[1]


def formulas_of(
    data: Mapping[str, Any],
) -> tuple[Mapping[str, Population], Mapping[str, Formula]]:
    """
    Read populations and formulas out of tables.

    Parameters
    ----------
    data
        Tables ``population`` and ``indicator``, as TOML gives them.

    Returns
    -------
    populations, formulas
        By code, in the order of the tables.

    Raises
    ------
    BadValue
        They say something outside the vocabulary.
    """
    known: dict[str, Population] = {}
    for code, table in _tables(data, "population"):
        zh, en, when = (_entry(table, key, code) for key in ("zh", "en", "when"))
        known[code] = Population(code, zh, en, _condition(when, known, code))
    formulas = {code: _formula(code, table, known) for code, table in _tables(data, "indicator")}
    return MappingProxyType(known), MappingProxyType(formulas)


def read_condition(table: object, known: Mapping[str, Population], code: str) -> Condition:
    """
    Read a condition; see the docstring of the module.

    Parameters
    ----------
    table
        The condition as TOML gives it.
    known
        Populations that it may name.
    code
        Whose condition it is, for the sentence that says what is wrong with it.

    Returns
    -------
    condition
        Tells which cases it holds for.

    Raises
    ------
    BadValue
        It says something outside the vocabulary.
    """
    return _condition(table, known, code)


def _formula(code: str, table: Mapping[str, Any], known: Mapping[str, Population]) -> Formula:
    """Read one indicator."""
    of = _entry(table, "of", code)
    sums = table.get("sums")
    if sums is not None:
        sums = tuple(_named(Number, _entry(sums, key, code), code) for key in ("counts", "of"))
    return Formula(
        code=code,
        zh=_entry(table, "zh", code),
        en=_entry(table, "en", code),
        terms=table.get("terms", ""),
        of=tuple(_population(name, known, code) for name in of),
        counts=_condition(_entry(table, "counts", code), known, code),
        period=_named(Stage, _entry(table, "period", code), code),
        sums=sums,
        only=_condition(table["only"], known, code) if "only" in table else None,
    )


def _condition(table: object, known: Mapping[str, Population], code: str) -> Condition:
    """Read a condition; see the docstring of the module."""
    if not isinstance(table, dict) or len(table) != 1:
        raise BadValue(f"{code}: a condition is a table with one key, not {table!r}.")
    ((key, value),) = table.items()
    if key in ("all", "any"):
        parts = [_condition(part, known, code) for part in value]
        return _joined(np.logical_and if key == "all" else np.logical_or, parts, code)
    if key == "not":
        inner = _condition(value, known, code)
        return lambda cases, now_s: ~inner(cases, now_s)
    if key == "within":
        return _population(value, known, code).holds
    return _plain(key, value, code)


def _plain(  # noqa: PLR0911 -- a line for each word of the vocabulary
    key: str,
    value: Any,  # noqa: ANN401 -- whatever TOML holds
    code: str,
) -> Condition:
    """Read a condition that holds no others."""
    if key in ("has", "lacks"):
        stage = _named(Stage, value, code)
        reached = key == "has"
        return lambda cases, now_s: np.isnan(cases.reached_s(stage, now_s)) != reached
    if key == "limited":
        limit = _named(Limit, value, code)
        return lambda cases, _now_s: ~np.isnan(cases.limit_s(limit))
    if key == "due":
        limit = _named(Limit, value, code)
        return lambda cases, now_s: cases.limit_s(limit) <= now_s
    if key == "in_time":
        limit = _named(Limit, value, code)
        return lambda cases, now_s: cases.reached_s(DONE_BY[limit], now_s) <= cases.limit_s(limit)
    if key == "arrival":
        return _arrival(value, code)
    if key == "at_least":
        least = [(_named(Number, name, code), float(figure)) for name, figure in value.items()]
        return _joined(np.logical_and, [_at_least(*pair) for pair in least], code)
    if key == "is":
        words = [(_named(Word, name, code), str(word)) for name, word in value.items()]
        return _joined(np.logical_and, [_is(*pair) for pair in words], code)
    raise BadValue(f"{code}: there is no condition {key!r}.")


def _joined(join: Callable[[Mask, Mask], Mask], parts: list[Condition], code: str) -> Condition:
    """Join conditions."""
    if not parts:
        raise BadValue(f"{code}: a list of conditions is empty.")

    def holds(cases: Cases, now_s: float) -> Mask:
        held = parts[0](cases, now_s)
        for part in parts[1:]:
            held = join(held, part(cases, now_s))
        return held

    return holds


def _arrival(value: object, code: str) -> Condition:
    """Hold where somebody was there in time, or where it is known whether somebody was."""
    if value not in ("known", "in_time"):
        raise BadValue(f"{code}: an arrival is known or in_time, not {value!r}.")

    def holds(cases: Cases, now_s: float) -> Mask:
        start_s = cases.reached_s(Stage.DISPATCHED, now_s)
        limit_s = cases.number(Number.ARRIVAL_TARGET_S)
        known, _ = judged_arrivals(cases, now_s, start_s, limit_s)
        if value == "known":
            return known
        return known & (cases.reached_s(Stage.ON_SCENE, now_s) - start_s <= limit_s)

    return holds


def _at_least(number: Number, figure: float) -> Condition:
    """Hold where a figure is there and no smaller."""
    return lambda cases, _now_s: cases.number(number) >= figure


def _is(word: Word, wanted: str) -> Condition:
    """Hold where a word is the wanted one."""
    return lambda cases, _now_s: cases.word(word) == wanted


def _population(name: object, known: Mapping[str, Population], code: str) -> Population:
    """Look up a population named further up."""
    if name not in known:
        raise BadValue(f"{code}: no population {name!r} stands above; {', '.join(known)} do.")
    return known[str(name)]


def _named(names: type[_Name], value: object, code: str) -> _Name:
    """Look up a word of the vocabulary."""
    if value not in list(names):
        raise BadValue(f"{code}: {value!r} is none of {', '.join(names)}.")
    return names(str(value))


def _tables(data: Mapping[str, Any], kind: str) -> list[tuple[str, Mapping[str, Any]]]:
    """List the tables of one kind."""
    strange = sorted(set(data) - {"population", "indicator"})
    if strange:
        raise BadValue(f"Formulas hold tables population and indicator, not {strange[0]!r}.")
    return list(data.get(kind, {}).items())


def _entry(table: Mapping[str, Any], key: str, code: str) -> Any:  # noqa: ANN401 -- whatever TOML holds
    """Read what must be there."""
    if key not in table:
        raise BadValue(f"{code}: {key!r} is missing.")
    return table[key]
