"""
Indicators (指标): shares of cases by formula.

Everything is counted as known at ``now``: what happened later is not there yet, so a report
can be drawn up again.  An indicator of no cases is None, which is a value and no error.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from dispatch.cases import Cases, Word
from dispatch.formula import Formula, Population
from dispatch.proportion import Proportion
from geo.errors import UnknownName


@dataclass(frozen=True, slots=True)
class Period:
    """
    A week, a month, a year, or open on either side.

    Attributes
    ----------
    since, until
        First instant that belongs to it, and first that no longer does; None is open.
    """

    since: datetime | None = None
    until: datetime | None = None

    def holds(self, time_s: NDArray[np.float64]) -> NDArray[np.bool_]:
        """
        Tell which instants lie in it.

        Parameters
        ----------
        time_s
            Seconds since 1970, float64[n]; NaN lies in none.

        Returns
        -------
        inside
            bool[n].
        """
        since_s = -np.inf if self.since is None else self.since.timestamp()
        until_s = np.inf if self.until is None else self.until.timestamp()
        return (time_s >= since_s) & (time_s < until_s)


ALWAYS = Period()
"""No limit on either side."""


@dataclass(frozen=True, slots=True)
class Measured:
    """
    An indicator with its figure.

    Attributes
    ----------
    formula
        What was measured.
    of
        The population that it is a share of.
    found
        The share, and of how many.
    """

    formula: Formula
    of: Population
    found: Proportion


def measure(  # noqa: PLR0913 -- a formula, its cases, and options that are keywords only
    formula: Formula,
    cases: Cases,
    *,
    now: datetime,
    period: Period = ALWAYS,
    of: str | None = None,
    where: NDArray[np.bool_] | None = None,
) -> Measured:
    """
    Measure an indicator.

    Parameters
    ----------
    formula
        The indicator.
    cases
        The cases.
    now
        As known at this instant, with offset.
    period
        Only cases that reached the stage in it that the formula names.
    of
        Code of another population that the formula allows.
    where
        Only some cases, bool[n].

    Returns
    -------
    measured
        With its share and its counts.

    Raises
    ------
    UnknownName
        The formula does not allow that population.
    """
    behind = cases_behind(formula, cases, now=now, period=period, of=of, where=where)
    base, hits = behind.base, behind.hits
    if formula.sums is None:
        found = Proportion(int(np.count_nonzero(hits)), int(np.count_nonzero(base)))
    else:
        counting, everything = (cases.number(number) for number in formula.sums)
        found = Proportion(int(np.nansum(counting[hits])), int(np.nansum(everything[base])))
    return Measured(formula, behind.of, found)


@dataclass(frozen=True, slots=True, eq=False)
class Behind:
    """
    The cases behind a figure.

    Attributes
    ----------
    of
        The population that the figure is a share of.
    base
        Which cases belong to it in the period, bool[n].
    hits
        Which of those count, bool[n].
    """

    of: Population
    base: NDArray[np.bool_]
    hits: NDArray[np.bool_]


def cases_behind(  # noqa: PLR0913 -- as for `measure`
    formula: Formula,
    cases: Cases,
    *,
    now: datetime,
    period: Period = ALWAYS,
    of: str | None = None,
    where: NDArray[np.bool_] | None = None,
) -> Behind:
    """
    Tell which cases an indicator counts.

    Parameters
    ----------
    formula, cases, now, period, of, where
        As for `measure`.

    Returns
    -------
    behind
        The cases of the population, and those that count.

    Raises
    ------
    UnknownName
        The formula does not allow that population.
    """
    now_s = now.timestamp()
    population = formula.of[0] if of is None else _allowed(formula, of)
    began_s = cases.reached_s(formula.period, now_s)
    base = population.holds(cases, now_s) & period.holds(began_s)
    if formula.only is not None:
        base &= formula.only(cases, now_s)
    if where is not None:
        base &= where
    return Behind(population, base, base & formula.counts(cases, now_s))


def measure_by(
    formula: Formula,
    cases: Cases,
    word: Word,
    *,
    now: datetime,
    period: Period = ALWAYS,
) -> Mapping[str, Measured]:
    """
    Measure an indicator of every zone, unit, matter or kind.

    Parameters
    ----------
    formula
        The indicator.
    cases
        The cases.
    word
        What they are grouped by.
    now, period
        As for `measure`.

    Returns
    -------
    measured
        By name, in their order; also groups of which nothing can be said.
    """
    words = cases.word(word)
    return {
        name: measure(formula, cases, now=now, period=period, where=words == name)
        for name in np.unique(words).tolist()
    }


def _allowed(formula: Formula, of: str) -> Population:
    """Look up a population that the formula allows."""
    for population in formula.of:
        if population.code == of:
            return population
    known = ", ".join(population.code for population in formula.of)
    raise UnknownName(f"{formula.en} is no share of {of!r}; it may be one of {known}.")
