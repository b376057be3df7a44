"""
Chance of arriving in time: an ETA as a distribution, not a figure.

A crew that is sent turns out, then drives.  The seconds expected until it is there are

    turn-out of its mode + predicted travel time × pace of its mode at that hour of the week

and the ratio of the seconds really taken to those expected is spread as it was on completed
assignments of that mode and length.  Length is counted in expected seconds, because that is
what records hold and what is known before any route is drawn.  The pace says how much slower
the roads are than predicted; it stretches the drive and leaves the turn-out alone.

References
----------
Budge, Ingolfsson & Zerom (2010), empirical analysis of ambulance travel times: relative
spread falls with distance, and the median grows more slowly than the distance.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dispatch.eta import DEVIATES, LEVELS, P50, Eta, widened
from geo.errors import BadValue, UnreadableFile
from geo.road.road_class import Mode
from geo.road.week import CITY_TIME, HOURS_OF_WEEK

MODES: tuple[Mode, ...] = tuple(Mode)
"""Modes in a fixed order; arrays hold the position in this tuple."""

KNOTS_S: NDArray[np.float64] = np.geomspace(60.0, 7200.0, 10)
"""Expected seconds at which the spread is kept; beyond the ends it stays as it is there."""

_LOG_KNOTS = np.log(KNOTS_S)

PRIOR_TURN_OUT_S = 60.0
"""Seconds from dispatch until the wheels turn, before any record says otherwise."""

PRIOR_PACE = 1.3
"""Real over predicted driving time, before any record: predictions know no traffic."""

PRIOR_SPREAD = 0.35
"""Standard deviation of the logarithm of the ratio, before any record: p90 at 1.57 × p50."""

DRIFT = 0.25
"""
Seconds of travel time by which a position may be off, as a standard deviation, for each second
of its age.  A crew on its beat drives part of the time and turns often.  An assumption: records
of assignments do not hold the age of the fix.
"""


@dataclass(frozen=True, slots=True, eq=False)
class ArrivalModel:
    """
    What completed assignments, or a prior, say of arrivals; immutable.

    Attributes
    ----------
    turn_out_s
        Seconds before driving off, float64[n_modes].
    pace
        Real over predicted driving time, float64[n_modes, 168] by hour of the week.
    log_ratio
        Logarithm of taken over expected seconds, float64[n_modes, n_knots, n_levels] at
        `KNOTS_S` and `LEVELS`.
    n_arrivals
        Completed assignments that it was fitted to, by mode; none for the prior.
    drift
        Seconds that a position may be off for each second of its age.
    version
        Digest of all of that.
    """

    turn_out_s: NDArray[np.float64] = field(repr=False)
    pace: NDArray[np.float64] = field(repr=False)
    log_ratio: NDArray[np.float64] = field(repr=False)
    n_arrivals: tuple[int, ...]
    drift: float = DRIFT
    version: str = field(init=False)
    _at_once_s: NDArray[np.float64] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Check shapes and order, freeze the arrays, and name the version."""
        shapes = (len(MODES),), (len(MODES), HOURS_OF_WEEK), (len(MODES), len(KNOTS_S), len(LEVELS))
        arrays = self.turn_out_s, self.pace, self.log_ratio
        if tuple(array.shape for array in arrays) != shapes or len(self.n_arrivals) != len(MODES):
            raise BadValue("The tables of a model of arrivals do not have the shape they need.")
        if not all(np.isfinite(array).all() for array in arrays):
            raise BadValue("A model of arrivals holds figures that are not finite.")
        log_s = _LOG_KNOTS[:, None] + self.log_ratio
        if (np.diff(self.log_ratio, axis=2) < 0).any() or (np.diff(log_s, axis=1) < -1e-8).any():
            raise BadValue("A model of arrivals must grow with the level and with the length.")
        if (self.turn_out_s < 0).any() or (self.pace <= 0).any() or self.drift < 0:
            raise BadValue("A model of arrivals has a turn-out, pace or drift below nothing.")
        for array in arrays:
            array.setflags(write=False)
        digest = hashlib.blake2b(self.to_text().encode(), digest_size=6)
        object.__setattr__(self, "version", digest.hexdigest())
        at_once_s = self._spread_s(np.arange(len(MODES)), self.turn_out_s)
        object.__setattr__(self, "_at_once_s", at_once_s)

    def expected_s(
        self, travel_time_s: ArrayLike, *, mode: ArrayLike, hour: ArrayLike
    ) -> NDArray[np.float64]:
        """
        Turn-out and drive, before any spread.

        Parameters
        ----------
        travel_time_s
            Predicted travel times, float64[n] or one figure.
        mode
            Positions in `MODES`, int[n] or one.
        hour
            Hours of the week, int[n] or one.

        Returns
        -------
        expected_s
            float64[n].
        """
        mode = np.asarray(mode)
        drive_s = np.asarray(travel_time_s, dtype=np.float64) * self.pace[mode, np.asarray(hour)]
        return np.atleast_1d(self.turn_out_s[mode] + drive_s)

    def eta(
        self,
        travel_time_s: ArrayLike,
        *,
        mode: ArrayLike,
        hour: ArrayLike,
        age_s: ArrayLike = 0.0,
    ) -> Eta:
        """
        Give the arrival of many crews at once.

        Parameters
        ----------
        travel_time_s
            Predicted travel times, float64[n] or one figure; inf where no road leads.
        mode
            Positions in `MODES`, int[n] or one.
        hour
            Hours of the week, int[n] or one; see `hours_of_week`.
        age_s
            Ages of the positions, float64[n] or one; the older, the wider.

        Returns
        -------
        eta
            n rows, in seconds from dispatch.
        """
        modes, hours = np.asarray(mode), np.asarray(hour)
        expected_s = self.expected_s(travel_time_s, mode=modes, hour=hours)
        off_s = self.drift * np.asarray(age_s) * self.pace[modes, hours]
        modes, expected_s, off_s = np.broadcast_arrays(modes, expected_s, off_s)
        table_s = self._spread_s(modes, expected_s)
        if off_s.any():
            wide_s = widened(table_s, off_s)
            table_s = np.maximum(wide_s, self._at_once_s[modes])  # nearer than there is nowhere
        return Eta(table_s)

    def median_s(
        self, travel_time_s: ArrayLike, *, mode: ArrayLike, hour: ArrayLike
    ) -> NDArray[np.float64]:
        """
        Give the median arrival of many crews; the age of a position widens, but never moves it.

        Parameters
        ----------
        travel_time_s
            Predicted travel times, float64[n] or one figure.
        mode
            Positions in `MODES`, int[n] or one.
        hour
            Hours of the week, int[n] or one.

        Returns
        -------
        median_s
            Seconds from dispatch, float64[n]; what `eta` has at the level of one half.
        """
        expected_s = self.expected_s(travel_time_s, mode=mode, hour=hour)
        modes = np.broadcast_to(np.asarray(mode), expected_s.shape)
        log_s = np.log(np.maximum(expected_s, 1.0))
        lower, share = between_knots(log_s)
        ratio = self.log_ratio[modes, lower, P50]
        ratio += share * (self.log_ratio[modes, lower + 1, P50] - ratio)
        median_s: NDArray[np.float64] = np.exp(ratio + log_s)
        return median_s

    def reach_s(self, within_s: float, *, hour: int) -> NDArray[np.float64]:
        """
        Tell how long a way may be, as predicted, for its median arrival to be in time.

        Parameters
        ----------
        within_s
            Seconds from dispatch.
        hour
            Hour of the week.

        Returns
        -------
        reach_s
            Predicted travel time, float64[n_modes]; negative where even the turn-out takes
            longer.
        """
        log_within = np.log(max(within_s, 1e-9))
        reach = np.empty(len(MODES))
        for mode, median in enumerate(self.log_ratio[:, :, P50]):
            arrival = _LOG_KNOTS + median  # grows with the knots
            place = np.clip(log_within, arrival[0], arrival[-1])
            log_s = np.interp(place, arrival, _LOG_KNOTS) + log_within - place
            reach[mode] = (np.exp(log_s) - self.turn_out_s[mode]) / self.pace[mode, hour]
        return reach

    def _spread_s(
        self, modes: NDArray[np.int64], expected_s: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Seconds at every level, float64[n, n_levels], for expected seconds of some modes."""
        # A way of no length with no turn-out takes no time; a second keeps its logarithm finite.
        log_s = np.log(np.maximum(expected_s, 1.0))
        lower, share = between_knots(log_s)
        ratio = self.log_ratio[modes, lower]
        ratio += share[:, None] * (self.log_ratio[modes, lower + 1] - ratio)
        ratio += log_s[:, None]
        return np.exp(ratio, out=ratio)

    def to_text(self) -> str:
        """
        Write the model so that equal ones are equal bytes.

        Returns
        -------
        text
            JSON with sorted keys.
        """
        record = {
            "modes": list(MODES),
            "levels": LEVELS.tolist(),
            "knots_s": KNOTS_S.tolist(),
            "turn_out_s": self.turn_out_s.tolist(),
            "pace": self.pace.tolist(),
            "log_ratio": self.log_ratio.tolist(),
            "n_arrivals": list(self.n_arrivals),
            "drift": self.drift,
        }
        return json.dumps(record, sort_keys=True, separators=(",", ":"))


def from_text(text: str) -> ArrivalModel:
    """
    Read a model.

    Parameters
    ----------
    text
        What `ArrivalModel.to_text` wrote.

    Returns
    -------
    model
        Of the same version as the one written.

    Raises
    ------
    UnreadableFile
        It is no such text, or was written for other modes, levels or lengths.
    """
    try:
        record = json.loads(text)
        kept = record["modes"], record["levels"], record["knots_s"]
        model = ArrivalModel(
            turn_out_s=np.array(record["turn_out_s"]),
            pace=np.array(record["pace"]),
            log_ratio=np.array(record["log_ratio"]),
            n_arrivals=tuple(map(int, record["n_arrivals"])),
            drift=float(record["drift"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise UnreadableFile(f"This is no model of arrivals: {error}; fit it again.") from error
    if kept != (list(MODES), LEVELS.tolist(), KNOTS_S.tolist()):
        raise UnreadableFile("This model of arrivals has other modes or levels; fit it again.")
    return model


def prior() -> ArrivalModel:
    """
    What is believed of arrivals before there are any.

    Returns
    -------
    model
        One turn-out, pace and log-normal spread for every mode, hour and length.
    """
    n_modes = len(MODES)
    spread = np.round(PRIOR_SPREAD * DEVIATES, 6)
    return ArrivalModel(
        turn_out_s=np.full(n_modes, PRIOR_TURN_OUT_S),
        pace=np.full((n_modes, HOURS_OF_WEEK), PRIOR_PACE),
        log_ratio=np.tile(spread, (n_modes, len(KNOTS_S), 1)),
        n_arrivals=(0,) * n_modes,
    )


def hours_of_week(time_s: ArrayLike) -> NDArray[np.int64]:
    """
    Tell the hour of the week of many instants, by the clock on the wall.

    Parameters
    ----------
    time_s
        Seconds since 1970, float64[n].

    Returns
    -------
    hours
        0…167 as `geo.road.week.hour_of_week` counts, int64[n].
    """
    ahead = CITY_TIME.utcoffset(None).total_seconds()
    hours: NDArray[np.int64] = ((np.asarray(time_s) + ahead) // 3600).astype(np.int64)
    return (hours + 3 * 24) % HOURS_OF_WEEK  # 1970 began on a Thursday


def between_knots(
    log_s: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """
    Place lengths between the knots at which the spread is kept.

    Parameters
    ----------
    log_s
        Logarithms of expected seconds, float64[n].

    Returns
    -------
    lower
        The knot before each, int64[n]; the last but one at most.
    share
        How far on the way to the next, 0…1, float64[n].
    """
    step = _LOG_KNOTS[1] - _LOG_KNOTS[0]
    place = np.clip((log_s - _LOG_KNOTS[0]) / step, 0.0, len(KNOTS_S) - 1.0)
    lower = np.minimum(place.astype(np.int64), len(KNOTS_S) - 2)
    return lower, place - lower


def seconds_left(target_s: float, *, since: datetime, now: datetime) -> float:
    """
    Count what is left of a target whose clock started earlier.

    Parameters
    ----------
    target_s
        Seconds within which a crew should be there.
    since
        When the clock started: the report's arrival, or the dispatch.
    now
        The instant of dispatch.

    Returns
    -------
    left_s
        Seconds from dispatch, below 0 once the target is missed.
    """
    return target_s - (now - since).total_seconds()
