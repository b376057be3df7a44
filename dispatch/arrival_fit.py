"""
Fitting the model of arrivals to completed assignments.

Every figure is shrunk towards that of a wider group, a cell towards its mode, a mode towards
all modes, and all modes towards the prior: with n arrivals of its own and a weight of w, a
cell has n / (n + w) of its own figure.  Nothing is drawn: equal columns give equal models.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dispatch.arrival_chance import (
    KNOTS_S,
    MODES,
    ArrivalModel,
    between_knots,
    hours_of_week,
    prior,
)
from dispatch.eta import LEVELS
from geo.errors import BadValue
from geo.road.week import HOURS_OF_WEEK

MOST_TAKEN_S = 6 * 3600.0
"""An arrival later than that is a button pressed at the end of the shift."""

SPREAD_WEIGHT = 100.0
"""
Arrivals that a wider group's spread counts for.  With so many of its own, the share of arrivals
below a p90 is known to ± 3 percentage points, the calibration that is promised.
"""

PACE_WEIGHT = 20.0
"""Arrivals that a wider group's pace counts for: so many know a median to ± 10 per cent."""

TURN_OUTS_S: NDArray[np.float64] = np.arange(0.0, 301.0, 10.0)
"""Turn-outs that are tried."""

MOST_TRIED = 10_000
"""Arrivals of a mode on which turn-outs are tried, evenly picked."""

DECIMALS = 6
"""Decimals that are kept, so that a model is the same on every machine."""

_DAYS_OFF = np.arange(HOURS_OF_WEEK) >= 5 * 24


@dataclass(frozen=True, slots=True, eq=False)
class Arrivals:
    """
    Completed assignments as columns.

    Attributes
    ----------
    mode
        Positions in `MODES`, int64[n].
    dispatched_s
        When each was dispatched, seconds since 1970, float64[n].
    travel_time_s
        Predicted travel time, float64[n].
    taken_s
        Seconds from dispatch to arrival, float64[n].
    left_out
        Rows that were given and cannot be used: no arrival was recorded, or none can be meant.
    """

    mode: NDArray[np.int64]
    dispatched_s: NDArray[np.float64]
    travel_time_s: NDArray[np.float64]
    taken_s: NDArray[np.float64]
    left_out: int = 0

    def __len__(self) -> int:
        """How many there are."""
        return len(self.mode)

    def take(self, rows: NDArray[np.bool_] | NDArray[np.int64] | slice) -> Arrivals:
        """
        Pick some.

        Parameters
        ----------
        rows
            Which.

        Returns
        -------
        arrivals
            Only those.
        """
        return Arrivals(
            self.mode[rows], self.dispatched_s[rows], self.travel_time_s[rows], self.taken_s[rows]
        )


def completed(
    *, mode: ArrayLike, dispatched_s: ArrayLike, arrived_s: ArrayLike, travel_time_s: ArrayLike
) -> Arrivals:
    """
    Take the assignments that a model can learn from.

    Parameters
    ----------
    mode
        Names of modes, or positions in `MODES`; [n].
    dispatched_s, arrived_s
        Seconds since 1970, float64[n]; NaN where nobody recorded it.
    travel_time_s
        Predicted travel time, float64[n].

    Returns
    -------
    arrivals
        Those with an arrival after the dispatch and within `MOST_TAKEN_S`, and a prediction.

    Raises
    ------
    BadValue
        A mode is not known, or the columns differ in length.
    """
    dispatched, arrived, travel = (
        np.asarray(column, dtype=np.float64) for column in (dispatched_s, arrived_s, travel_time_s)
    )
    modes = _mode_rows(np.asarray(mode))
    if len({len(column) for column in (modes, dispatched, arrived, travel)}) != 1:
        raise BadValue("The columns of completed assignments differ in length.")
    taken = arrived - dispatched
    usable = (taken > 0) & (taken <= MOST_TAKEN_S) & (travel > 0) & np.isfinite(travel)
    kept = modes[usable], dispatched[usable], travel[usable], taken[usable]
    return Arrivals(*kept, left_out=int(np.count_nonzero(~usable)))


def fit(arrivals: Arrivals) -> ArrivalModel:
    """
    Fit the model of arrivals.

    Parameters
    ----------
    arrivals
        Completed assignments; with none at all the prior is left.

    Returns
    -------
    model
        Turn-out by mode, pace by mode and hour, spread by mode and length.
    """
    believed = prior()
    hours = hours_of_week(arrivals.dispatched_s)
    turn_out_s = _turn_outs(arrivals, hours, believed)
    pace = _paces(arrivals, hours, turn_out_s, believed)
    drive_s = arrivals.travel_time_s * pace[arrivals.mode, hours]
    expected_s = turn_out_s[arrivals.mode] + drive_s
    log_ratio = _spreads(arrivals.mode, expected_s, np.log(arrivals.taken_s / expected_s), believed)
    counts = np.bincount(arrivals.mode, minlength=len(MODES))
    return ArrivalModel(turn_out_s, pace, log_ratio, tuple(counts.tolist()), believed.drift)


def grouped_quantiles(
    group: NDArray[np.int64],
    value: NDArray[np.float64],
    weight: NDArray[np.float64],
    *,
    n_groups: int,
    levels: ArrayLike,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """
    Weighted quantiles of many groups in one sort.

    Parameters
    ----------
    group
        Group of each value, int64[n].
    value, weight
        Values, and what each counts for, float64[n].
    n_groups
        How many groups there are.
    levels
        Levels, float64[n_levels].

    Returns
    -------
    quantiles
        Smallest value up to which a group has at least that share of its weight,
        float64[n_groups, n_levels]; NaN in a group without weight.
    effective
        As how many equal ones the values of a group count, float64[n_groups].

    References
    ----------
    Kish (1965), survey sampling: the effective size is (Σ w)² / Σ w².
    """
    levels = np.asarray(levels, dtype=np.float64)
    total = np.bincount(group, weight, minlength=n_groups)
    square = np.bincount(group, weight**2, minlength=n_groups)
    effective = np.divide(total**2, square, out=np.zeros(n_groups), where=square > 0)
    quantiles = np.full((n_groups, len(levels)), np.nan)
    order = np.lexsort((value, group))
    ends = np.searchsorted(group[order], np.arange(n_groups + 1))
    for row in np.flatnonzero(total > 0).tolist():
        members = order[ends[row] : ends[row + 1]]
        reached = np.cumsum(weight[members])
        # A share of exactly a level must not be missed by the last bit of a sum.
        wanted = levels * reached[-1] * (1 - 1e-12)
        quantiles[row] = value[members][np.searchsorted(reached, wanted)]
    return quantiles, effective


def _mode_rows(modes: NDArray[np.generic]) -> NDArray[np.int64]:
    """Positions in `MODES`, from names or positions."""
    if modes.dtype.kind in "iu":
        rows = modes.astype(np.int64)
        if len(rows) and not 0 <= rows.min() <= rows.max() < len(MODES):
            raise BadValue(f"Positions of modes run from 0 to {len(MODES) - 1}.")
        return rows
    names, which = np.unique(modes.astype(str), return_inverse=True)
    strange = sorted(set(names.tolist()) - set(MODES))
    if strange:
        raise BadValue(f"There is no mode {strange[0]!r}; known are {', '.join(MODES)}.")
    return np.array([MODES.index(name) for name in names], dtype=np.int64)[which]


def _shrunk(
    own: NDArray[np.float64], n: NDArray[np.float64], wider: NDArray[np.float64], weight: float
) -> NDArray[np.float64]:
    """Mean of groups' own figures and those of wider groups, by arrivals and weight."""
    n = n.reshape(n.shape + (1,) * (own.ndim - n.ndim))
    mean = (n * np.nan_to_num(own) + weight * wider) / (n + weight)
    shrunk: NDArray[np.float64] = np.where(n > 0, mean, wider)
    return shrunk


def _turn_outs(
    arrivals: Arrivals, hours: NDArray[np.int64], believed: ArrivalModel
) -> NDArray[np.float64]:
    """Turn-out of every mode, shrunk to that of all modes, and that to the prior."""
    everyone = np.arange(len(arrivals))
    of_all = _best_turn_out(arrivals, hours, everyone, believed)
    n_all = np.array([float(len(arrivals))])
    wider = _shrunk(np.array([of_all]), n_all, believed.turn_out_s[:1], SPREAD_WEIGHT)
    rows = [np.flatnonzero(arrivals.mode == mode) for mode in range(len(MODES))]
    own = np.array([_best_turn_out(arrivals, hours, of_mode, believed) for of_mode in rows])
    n = np.array([float(len(of_mode)) for of_mode in rows])
    return np.round(_shrunk(own, n, np.repeat(wider, len(MODES)), SPREAD_WEIGHT), DECIMALS)


def _best_turn_out(
    arrivals: Arrivals, hours: NDArray[np.int64], rows: NDArray[np.int64], believed: ArrivalModel
) -> float:
    """Turn-out with which the expected seconds come nearest to the seconds taken."""
    if not len(rows):
        return float("nan")
    rows = rows[:: -(-len(rows) // MOST_TRIED)]
    tried, hours = arrivals.take(rows), hours[rows]
    misses = []
    for turn_out_s in TURN_OUTS_S:
        turn_outs = np.full(len(MODES), turn_out_s)
        pace = _paces(tried, hours, turn_outs, believed)[tried.mode, hours]
        expected_s = turn_out_s + tried.travel_time_s * pace
        misses.append(np.abs(np.log(tried.taken_s / expected_s)).mean())
    return float(TURN_OUTS_S[int(np.argmin(misses))])


def _paces(
    arrivals: Arrivals,
    hours: NDArray[np.int64],
    turn_out_s: NDArray[np.float64],
    believed: ArrivalModel,
) -> NDArray[np.float64]:
    """
    Pace of every mode in every hour of the week.

    Shrunk in this order: hour of working days or of days off → hour → mode → all → prior.
    A long drive tells more of the pace than a short one, so it counts for its length.
    """
    drive_s = arrivals.travel_time_s
    pace = np.maximum(arrivals.taken_s - turn_out_s[arrivals.mode], 0.0) / drive_s

    def shrunk(
        cell: NDArray[np.int64], n_cells: int, wider: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        own, n = grouped_quantiles(cell, pace, drive_s, n_groups=n_cells, levels=[0.5])
        log_own = np.log(np.maximum(own[:, 0], 0.1))  # ten times as fast is no pace
        return _shrunk(log_own, n, wider, PACE_WEIGHT)

    n_modes, hour, off = len(MODES), hours % 24, _DAYS_OFF[hours]
    of_all = shrunk(np.zeros_like(arrivals.mode), 1, np.log(believed.pace[0, :1]))
    of_mode = shrunk(arrivals.mode, n_modes, np.repeat(of_all, n_modes))
    cell = arrivals.mode * 24 + hour
    of_hour = shrunk(cell, n_modes * 24, np.repeat(of_mode, 24))
    of_kind = shrunk(cell * 2 + off, n_modes * 48, np.repeat(of_hour, 2))
    by_kind = of_kind.reshape(n_modes, 24, 2)
    of_week = by_kind[:, np.arange(HOURS_OF_WEEK) % 24, _DAYS_OFF.astype(int)]
    paces: NDArray[np.float64] = np.exp(of_week)
    return paces.round(DECIMALS)


def _spreads(
    mode: NDArray[np.int64],
    expected_s: NDArray[np.float64],
    log_ratio: NDArray[np.float64],
    believed: ArrivalModel,
) -> NDArray[np.float64]:
    """
    Spread of every mode at every knot, shrunk in this order: knot → mode → all → prior.

    An arrival counts for the two knots beside it, by nearness.
    """
    lower, share = between_knots(np.log(expected_s))
    n_modes, n_knots = len(MODES), len(KNOTS_S)
    modes, value = np.tile(mode, 2), np.tile(log_ratio, 2)
    knots, weight = np.concatenate([lower, lower + 1]), np.concatenate([1.0 - share, share])

    def shrunk(
        cell: NDArray[np.int64], n_cells: int, wider: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        own, n = grouped_quantiles(cell, value, weight, n_groups=n_cells, levels=LEVELS)
        return _shrunk(own, n, np.repeat(wider, n_cells // len(wider), axis=0), SPREAD_WEIGHT)

    of_all = shrunk(np.zeros_like(modes), 1, believed.log_ratio[0, :1])
    of_mode = shrunk(modes, n_modes, of_all)
    of_knot = shrunk(modes * n_knots + knots, n_modes * n_knots, of_mode)
    return _growing(of_knot.reshape(n_modes, n_knots, len(LEVELS)))


def _growing(log_ratio: NDArray[np.float64]) -> NDArray[np.float64]:
    """Make every level grow with the length: a longer way is never sooner done."""
    log_knots = np.log(KNOTS_S)[:, None]
    rising = np.maximum.accumulate(log_knots + np.round(log_ratio, DECIMALS), axis=1)
    return np.round(rising - log_knots, DECIMALS + 3)
