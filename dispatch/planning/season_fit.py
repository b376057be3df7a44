"""
Seasons and special days, learnt from past incidents.

A month's factor is its incidents a day over those of the mean day, shrunk towards one.  Special
days of the calendar count as Sundays, or as Wednesdays where they were made working days, if that
makes what was reported on them likelier than their own days of the week do (Poisson likelihood, by
the means of all other days); else the calendar moves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.incident_history import DAY_S, IncidentHistory, span_of
from dispatch.planning.simulation.world import Reports
from geo.road.frozen import freeze
from geo.road.week import CITY_TIME

SEASON_WEIGHT = 200.0
"""Incidents that an even year counts for in each month: so many know a month to 7 per cent."""

MONTHS = 12
SUNDAY, WEDNESDAY = 6, 2
"""What a holiday and a moved working day count as, if records say so."""


@dataclass(frozen=True, slots=True, eq=False)
class Seasons:
    """
    How a year differs from its mean week.

    Attributes
    ----------
    month
        Incidents a day of each month over those of the mean day, float64[12]; 1 in a month that
        was never seen.
    moved
        Whether special days count as the calendar says.
    """

    month: NDArray[np.float64]
    moved: bool

    def __post_init__(self) -> None:
        """Make the array read-only."""
        freeze(self)

    def over(self, reports: Reports, first: date) -> Reports:
        """
        Lay the seasons over a stream of reports.

        Parameters
        ----------
        reports
            Streams that know the week alone.
        first
            First simulated day.

        Returns
        -------
        reports
            With the factor of its month for each day.
        """
        days = (first + timedelta(days=number) for number in range(len(reports.days)))
        return replace(reports, season=self.month[[day.month - 1 for day in days]])


def fit_seasons(history: IncidentHistory, special: Mapping[date, bool] | None = None) -> Seasons:
    """
    Learn how a year differs from its mean week.

    Parameters
    ----------
    history
        Past incidents, one or more.
    special
        Whether each special day of the calendar is a working day.

    Returns
    -------
    seasons
        By month.
    """
    span = span_of(history)
    n_days = round((span.end_s - span.start_s) / DAY_S)
    first = datetime.fromtimestamp(span.start_s, UTC).astimezone(CITY_TIME).date()
    days = [first + timedelta(days=number) for number in range(n_days)]
    day = ((history.reported_s - span.start_s) // DAY_S).astype(np.int64)
    by_day = np.bincount(day, minlength=n_days).astype(np.float64)
    month = np.array([one.month - 1 for one in days])
    expected = by_day.mean() * np.bincount(month, minlength=MONTHS)
    counted = np.bincount(month, by_day, MONTHS)
    return Seasons(
        (counted + SEASON_WEIGHT) / (expected + SEASON_WEIGHT),
        _special_days_count(days, by_day, special or {}),
    )


def seasons_of(history: IncidentHistory | None, special: Mapping[date, bool]) -> Seasons:
    """
    Say how a year is to go: as past incidents say, and as the calendar does where they are silent.

    Parameters
    ----------
    history
        Past incidents; without any all months are alike.
    special
        Whether each special day of the calendar is a working day.

    Returns
    -------
    seasons
        Special days count unless there were some in the past that were like any other.
    """
    if history is None or not len(history):
        return Seasons(np.ones(MONTHS), moved=True)
    span, seasons = span_of(history), fit_seasons(history, special)
    first, last = (
        datetime.fromtimestamp(at_s, UTC).astimezone(CITY_TIME).date()
        for at_s in (span.start_s, span.end_s)
    )
    seen = any(first <= day < last for day in special)
    return replace(seasons, moved=seasons.moved or not seen)


def day_kinds(days: Sequence[date], special: Mapping[date, bool]) -> NDArray[np.uint8]:
    """
    Tell which day of the week days count as.

    Parameters
    ----------
    days
        The days.
    special
        Whether each special day is a working day.

    Returns
    -------
    kinds
        0 = Monday, uint8[n_days]; a holiday is a Sunday, a moved working day a Wednesday.
    """
    kinds = [
        day.weekday() if day not in special else WEDNESDAY if special[day] else SUNDAY
        for day in days
    ]
    return np.array(kinds, dtype=np.uint8)


def _special_days_count(
    days: Sequence[date], by_day: NDArray[np.float64], special: Mapping[date, bool]
) -> bool:
    """Whether what was reported on special days is likelier as the calendar has them."""
    ordinary = np.array([day not in special for day in days], dtype=bool)
    own = day_kinds(days, {})
    total = np.bincount(own[ordinary], by_day[ordinary], 7)
    often = np.bincount(own[ordinary], minlength=7)
    if ordinary.all() or not (total > 0).all():
        return False
    rate = total / often

    def likelihood(kinds: NDArray[np.uint8]) -> float:
        return float((by_day[~ordinary] * np.log(rate[kinds]) - rate[kinds]).sum())

    return likelihood(day_kinds(days, special)[~ordinary]) > likelihood(own[~ordinary])
