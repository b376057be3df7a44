"""
Recorded force: who was sent in past years, from where, and how many of a brigade were at hand.

Three things are read off the records, and nothing is assumed:

*Parties.*  Records may send a crew that has not done with its last incident: then it stands for
several parties at one base.  It has as many as it ever had incidents in hand at once.

*At hand.*  Of a brigade's crews the nearest by road is not always the one that goes; others were
away on what nobody records.  If k of n crews are at hand by chance, the soonest of them is the
r-th soonest of all with

    P(r | k) = C(n − r, k − 1) / C(n, k),    r = 1 … n

and the shares w of each k are those, w ≥ 0 and Σ w = 1, whose mixture is nearest to the shares of
recorded ranks in least squares.

*Aid.*  How often somebody went whom another brigade commands.

References
----------
Lawson & Hanson (1974), solving least squares problems, ch. 23: non-negative least squares.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from dispatch.planning.incident_history import IncidentHistory
from dispatch.unit import Unit, commanding_brigade
from geo.road.frozen import freeze
from geo.road.road_class import Mode

MOST_PARTIES = 12
"""More incidents in hand at once are stamps that nobody set."""

NEAR_M = 100.0
"""Whoever set out within this of the base set out at the base."""

METRES_A_DEGREE = 111_195.0


@dataclass(frozen=True, slots=True, eq=False)
class RecordedForce:
    """
    Crews that records name; rows are crews in the order of their codes.

    Attributes
    ----------
    codes
        Their codes.
    units
        Codes of the brigades and squads that command any, sorted.
    unit_of
        Position in `units` of who commands each, int32[n]; a crew that the city does not know any
        more stands for itself.
    modes
        How each travels.
    lon_lat
        Its base, WGS-84 degrees, float64[n, 2]: that of the city, or the place from which
        records mostly have it set out.
    parties
        How many incidents it had in hand at once, int32[n].
    crew_of
        Row of the crew of each incident, int64[n_incidents]; -1 for none on record.
    at_base
        Share of departures from the base; NaN where records don't tell.
    still_bound
        Share of departures of crews that had an incident in hand.
    """

    codes: tuple[str, ...]
    units: tuple[str, ...]
    unit_of: NDArray[np.int32]
    modes: tuple[Mode, ...]
    lon_lat: NDArray[np.float64]
    parties: NDArray[np.int32]
    crew_of: NDArray[np.int64]
    at_base: float
    still_bound: float

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        freeze(self)

    def __len__(self) -> int:
        """How many crews there are."""
        return len(self.codes)


def record_force(history: IncidentHistory, units: Mapping[str, Unit]) -> RecordedForce:
    """
    Read off who was sent.

    Parameters
    ----------
    history
        Past incidents.
    units
        Units of the city by code.

    Returns
    -------
    force
        Crews that were sent at least once and whose base is known or recorded.
    """
    set_out = np.isfinite(history.from_lon_lat.sum(axis=1))
    often = _usual_place(history, set_out)
    rows, bases, modes = [], [], []
    for row, code in enumerate(history.crews):
        unit = units.get(code)
        base = (unit.lon_lat if unit else None) or often.get(row)
        if base is not None and (history.crew == row).any():
            rows.append(row)
            bases.append(base)
            modes.append((unit.mode if unit else None) or _usual_mode(history, row))
    row_of = np.full(len(history.crews) + 1, -1)
    row_of[rows] = np.arange(len(rows))
    crew_of = row_of[history.crew]
    lon_lat = np.array(bases, dtype=np.float64).reshape(-1, 2)
    above = [_above(history.crews[row], units) for row in rows]
    names, unit_of = np.unique(np.array(above, dtype=str), return_inverse=True)
    in_hand, still_bound = _in_hand(history, crew_of, len(rows))
    return RecordedForce(
        codes=tuple(history.crews[row] for row in rows),
        units=tuple(names.tolist()),
        unit_of=unit_of.astype(np.int32),
        modes=tuple(modes),
        lon_lat=lon_lat,
        parties=in_hand,
        crew_of=crew_of,
        at_base=_at_base(history, crew_of, lon_lat, set_out),
        still_bound=still_bound,
    )


def ranks_of(travel_s: NDArray[np.float64], sent: NDArray[np.int64]) -> NDArray[np.int64]:
    """
    Rank those who were sent among all of their brigade.

    Parameters
    ----------
    travel_s
        Seconds of every crew to every incident, float64[n_incidents, n_crews].
    sent
        Column of who was sent, int64[n_incidents].

    Returns
    -------
    rank
        How many would have been sooner, int64[n_incidents].
    """
    own = np.take_along_axis(travel_s, sent[:, np.newaxis], axis=1)
    ranks: NDArray[np.int64] = (travel_s < own).sum(axis=1)
    return ranks


def at_hand_shares(ranks: NDArray[np.int64], n_crews: int) -> NDArray[np.float64]:
    """
    Tell how many crews are at hand from whom of them goes.

    Parameters
    ----------
    ranks
        Ranks of those who went, 0 = the soonest, int64[n].
    n_crews
        How many crews the brigade has.

    Returns
    -------
    shares
        Share of the incidents at which 1, 2 … of them are at hand, float64[n_crews]; without a
        record all are always.
    """
    if not len(ranks):
        return np.append(np.zeros(n_crews - 1), 1.0)
    observed = np.bincount(ranks, minlength=n_crews) / len(ranks)
    chance = [
        [comb(n_crews - rank - 1, k - 1) / comb(n_crews, k) for k in range(1, n_crews + 1)]
        for rank in range(n_crews)
    ]
    weights, _ = nnls(np.array(chance), observed)
    shares: NDArray[np.float64] = weights / weights.sum()
    return shares


def at_hand_sets(
    shares: NDArray[np.float64], n_sets: int, *, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """
    Draw sets of crews at hand, each to be used as often as any other.

    Parameters
    ----------
    shares
        Share of the incidents at which 1, 2 … crews are at hand, float64[n_crews].
    n_sets
        How many sets.
    rng
        Source of chance.

    Returns
    -------
    sets
        bool[n_sets, n_crews]: sizes as the shares say, to the rounding of one set, and each crew in
        as many sets of a size as any other, to one.
    """
    n_crews = len(shares)
    edges = np.rint(np.cumsum(shares) * n_sets).astype(np.int64)
    sizes = np.searchsorted(edges, np.arange(n_sets), side="right") + 1
    sets = np.zeros((n_sets, n_crews), dtype=bool)
    used = np.zeros((n_crews + 1, n_crews), dtype=np.int64)
    for row, size in enumerate(np.minimum(sizes, n_crews).tolist()):
        least_used = np.lexsort((rng.random(n_crews), used[size]))[:size]
        sets[row, least_used] = True
        used[size, least_used] += 1
    return sets[rng.permutation(n_sets)]


def _above(code: str, units: Mapping[str, Unit]) -> str:
    """Code of the brigade or squad that commands a crew, or its own."""
    unit = units.get(code)
    return code if unit is None else commanding_brigade(unit, units) or code


def _usual_mode(history: IncidentHistory, row: int) -> Mode:
    """How records mostly have a crew travel."""
    modes = history.mode[(history.crew == row) & (history.mode >= 0)]
    return Mode(history.modes[int(np.bincount(modes).argmax())]) if len(modes) else Mode.CAR


def _usual_place(
    history: IncidentHistory, set_out: NDArray[np.bool_]
) -> dict[int, tuple[float, float]]:
    """Middle of the places from which each crew set out."""
    if not set_out.any():
        return {}
    crew, places = history.crew[set_out], history.from_lon_lat[set_out]
    order = np.argsort(crew, kind="stable")
    rows, first = np.unique(crew[order], return_index=True)
    parts = np.split(places[order], first[1:])
    middle = {
        int(row): np.median(part, axis=0) for row, part in zip(rows, parts, strict=True) if row >= 0
    }
    return {row: (float(lon), float(lat)) for row, (lon, lat) in middle.items()}


def _at_base(
    history: IncidentHistory,
    crew_of: NDArray[np.int64],
    lon_lat: NDArray[np.float64],
    set_out: NDArray[np.bool_],
) -> float:
    """Share of departures within `NEAR_M` of the base."""
    rows = np.flatnonzero(set_out & (crew_of >= 0))
    if not len(rows):
        return float("nan")
    away = history.from_lon_lat[rows] - lon_lat[crew_of[rows]]
    away[:, 0] *= np.cos(np.radians(history.from_lon_lat[rows, 1]))
    return float((np.hypot(*away.T) * METRES_A_DEGREE <= NEAR_M).mean())


def _in_hand(
    history: IncidentHistory, crew_of: NDArray[np.int64], n_crews: int
) -> tuple[NDArray[np.int32], float]:
    """Most incidents that each crew had in hand at once, and how often it went with one in hand."""
    known = np.isfinite(history.dispatched_s) & np.isfinite(history.handled_s) & (crew_of >= 0)
    rows = np.flatnonzero(known & (history.handled_s > history.dispatched_s))
    crew = np.tile(crew_of[rows], 2)
    at = np.concatenate([history.dispatched_s[rows], history.handled_s[rows]])
    step = np.repeat([1, -1], len(rows))
    order = np.lexsort((step, at, crew))  # who is done at an instant can be sent at it
    crew, step = crew[order], step[order]
    held = np.cumsum(step)  # every crew ends with nothing in hand
    most = np.ones(n_crews, dtype=np.int64)
    np.maximum.at(most, crew, held)
    began = step > 0
    bound = float((held[began] > 1).mean()) if len(rows) else 0.0
    return np.minimum(most, MOST_PARTIES).astype(np.int32), bound
