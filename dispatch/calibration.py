"""
Calibration: whether chances of arrival came true on weeks that the model had not seen.

A chance is reliable when of all arrivals said to be in time with 80 per cent, 80 per cent were.
The slope is that of the straight line through the bins of the reliability diagram (observed
share over mean chance), each bin weighted by its arrivals: 1 is right, less is overconfident,
more is too timid.  The ninth decile covers when 90 per cent came no later.  The pinball loss
(in seconds, less is better) judges a quantile as a forecast; the naive forecast beside it is
the predicted travel time as it stands.

References
----------
Gneiting & Raftery (2007), strictly proper scoring rules; Bröcker & Smith (2007), reliability
diagrams.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dispatch.arrival_chance import MODES, ArrivalModel, hours_of_week
from dispatch.arrival_fit import Arrivals
from dispatch.eta import Eta
from dispatch.proportion import Proportion
from geo.errors import BadValue

TARGETS_S = (300.0, 600.0, 900.0, 1800.0)
"""Targets at which chances are judged together: the 15 minutes, and shorter and longer ones."""

N_BINS = 10
"""Bins of a reliability diagram, a tenth of the scale each."""

WEEK_S = 7 * 86_400.0
_MONDAY_S = 4 * 86_400.0 - 8 * 3600.0  # the first Monday of 1970, in Asia/Shanghai


@dataclass(frozen=True, slots=True)
class Bin:
    """
    Forecasts of about the same chance.

    Attributes
    ----------
    low, high
        Chances that belong to it, the upper end only in the last bin.
    mean_chance
        Mean of the chances forecast.
    observed
        How many of those arrivals were in time.
    """

    low: float
    high: float
    mean_chance: float
    observed: Proportion


@dataclass(frozen=True, slots=True)
class Reliability:
    """
    A reliability diagram.

    Attributes
    ----------
    targets_s
        Targets whose chances are in it.
    bins
        Bins that hold any forecast, from low to high.
    slope
        Slope through the bins, or None where all forecasts lie in one.
    brier
        Mean square of chance less outcome.
    """

    targets_s: tuple[float, ...]
    bins: tuple[Bin, ...]
    slope: float | None
    brier: float


@dataclass(frozen=True, slots=True)
class Losses:
    """
    Mean pinball losses in seconds.

    Attributes
    ----------
    p50_s, p90_s
        Of the median and the ninth decile.
    naive_p50_s, naive_p90_s
        Of the predicted travel time, taken for either.
    """

    p50_s: float
    p90_s: float
    naive_p50_s: float
    naive_p90_s: float


@dataclass(frozen=True, slots=True)
class Slice:
    """
    Coverage among some arrivals.

    Attributes
    ----------
    name
        ``all``, a mode, or an hour as ``07``.
    below_p50, below_p90
        Arrivals no later than the median and than the ninth decile.
    """

    name: str
    below_p50: Proportion
    below_p90: Proportion


@dataclass(frozen=True, slots=True)
class Calibration:
    """
    How a model of arrivals did on arrivals.

    Attributes
    ----------
    model
        Its version.
    n_fitted
        Arrivals that it was fitted to.
    first_s, last_s
        First and last dispatch that it is judged on, seconds since 1970.
    everyone
        Coverage of all.
    by_mode, by_hour
        Coverage of each mode and hour of the day that occurs.
    reliability
        Diagram over all targets together.
    by_target
        Diagram of each target.
    losses
        Pinball losses beside those of the naive forecast.
    """

    model: str
    n_fitted: int
    first_s: float
    last_s: float
    everyone: Slice
    by_mode: tuple[Slice, ...]
    by_hour: tuple[Slice, ...]
    reliability: Reliability
    by_target: tuple[Reliability, ...]
    losses: Losses


def hold_out(arrivals: Arrivals, *, weeks: int) -> tuple[Arrivals, Arrivals]:
    """
    Split arrivals into earlier ones to fit to and the last weeks to judge by.

    Parameters
    ----------
    arrivals
        Completed assignments.
    weeks
        Weeks held out, Monday to Sunday in Asia/Shanghai; the last may be incomplete.

    Returns
    -------
    early, late
        Both in the order given.

    Raises
    ------
    BadValue
        Nothing would be left on one of the sides.
    """
    week = np.floor((arrivals.dispatched_s - _MONDAY_S) / WEEK_S)
    last = week.max(initial=-np.inf)
    late = week > last - weeks
    if weeks < 1 or not late.any() or late.all():
        n_weeks = len(np.unique(week))
        raise BadValue(f"Of {n_weeks} week(s) of arrivals, {weeks} cannot be held out.")
    return arrivals.take(~late), arrivals.take(late)


def calibrate(
    model: ArrivalModel, arrivals: Arrivals, *, targets_s: tuple[float, ...] = TARGETS_S
) -> Calibration:
    """
    Judge a model by arrivals that it was not fitted to.

    Parameters
    ----------
    model
        The model.
    arrivals
        Completed assignments, one or more.
    targets_s
        Targets at which chances are judged.

    Returns
    -------
    calibration
        The report.

    Raises
    ------
    BadValue
        There is no arrival to judge by.
    """
    if not len(arrivals):
        raise BadValue("There is no arrival to judge the model of arrivals by.")
    hours = hours_of_week(arrivals.dispatched_s)
    eta = model.eta(arrivals.travel_time_s, mode=arrivals.mode, hour=hours)
    names = np.array(MODES)[arrivals.mode]
    chances = [eta.chance(target_s) for target_s in targets_s]
    in_time = [arrivals.taken_s <= target_s for target_s in targets_s]
    return Calibration(
        model=model.version,
        n_fitted=sum(model.n_arrivals),
        first_s=float(arrivals.dispatched_s.min()),
        last_s=float(arrivals.dispatched_s.max()),
        everyone=_slices(np.full(len(arrivals), "all"), eta, arrivals.taken_s)[0],
        by_mode=_slices(names, eta, arrivals.taken_s),
        by_hour=_slices(np.char.mod("%02d", hours % 24), eta, arrivals.taken_s),
        reliability=reliability(np.concatenate(chances), np.concatenate(in_time), targets_s),
        by_target=tuple(
            reliability(chance, came, (target_s,))
            for chance, came, target_s in zip(chances, in_time, targets_s, strict=True)
        ),
        losses=_losses(eta, arrivals),
    )


def reliability(
    chance: NDArray[np.float64], came: NDArray[np.bool_], targets_s: tuple[float, ...]
) -> Reliability:
    """
    Draw up a reliability diagram.

    Parameters
    ----------
    chance
        Chances forecast, float64[n], n ≥ 1.
    came
        Whether it came true, bool[n].
    targets_s
        Targets that the chances are about, for the record.

    Returns
    -------
    reliability
        Bins, slope and Brier score.
    """
    place = np.minimum((chance * N_BINS).astype(np.int64), N_BINS - 1)
    bins = tuple(
        Bin(
            low=number / N_BINS,
            high=(number + 1) / N_BINS,
            mean_chance=float(chance[place == number].mean()),
            observed=_proportion(came[place == number]),
        )
        for number in np.unique(place).tolist()
    )
    return Reliability(targets_s, bins, _slope(bins), float(((chance - came) ** 2).mean()))


def pinball_s(forecast_s: NDArray[np.float64], taken_s: NDArray[np.float64], level: float) -> float:
    """
    Mean pinball loss of a quantile forecast.

    Parameters
    ----------
    forecast_s
        Forecasts of the quantile, float64[n].
    taken_s
        What came, float64[n].
    level
        Level of the quantile, 0…1.

    Returns
    -------
    loss_s
        Seconds; smallest in the mean for the true quantile.
    """
    late_s = taken_s - forecast_s
    return float(np.maximum(level * late_s, (level - 1.0) * late_s).mean())


def _slices(names: NDArray[np.str_], eta: Eta, taken_s: NDArray[np.float64]) -> tuple[Slice, ...]:
    """Coverage of each group of arrivals, by name."""
    below_p50, below_p90 = taken_s <= eta.p50_s, taken_s <= eta.p90_s
    return tuple(
        Slice(name, _proportion(below_p50[names == name]), _proportion(below_p90[names == name]))
        for name in np.unique(names).tolist()
    )


def _proportion(hits: NDArray[np.bool_]) -> Proportion:
    """Count the hits."""
    return Proportion(int(np.count_nonzero(hits)), len(hits))


def _slope(bins: tuple[Bin, ...]) -> float | None:
    """Slope of the weighted least-squares line through the bins."""
    if len(bins) < 2:
        return None
    weight = np.array([float(each.observed.of) for each in bins])
    chance = np.array([each.mean_chance for each in bins])
    share = np.array([each.observed.hits / each.observed.of for each in bins])
    away = chance - np.average(chance, weights=weight)
    return float((weight * away * share).sum() / (weight * away**2).sum())


def _losses(eta: Eta, arrivals: Arrivals) -> Losses:
    """Pinball losses of the model and of the predicted travel time."""
    naive_s, taken_s = arrivals.travel_time_s, arrivals.taken_s
    return Losses(
        p50_s=pinball_s(eta.p50_s, taken_s, 0.5),
        p90_s=pinball_s(eta.p90_s, taken_s, 0.9),
        naive_p50_s=pinball_s(naive_s, taken_s, 0.5),
        naive_p90_s=pinball_s(naive_s, taken_s, 0.9),
    )
