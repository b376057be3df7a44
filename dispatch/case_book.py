"""
Case book: the cases of a city with the place of each, as a report counts them.

A case of past years is known by its instants alone: it counts as accepted when it was dispatched,
as dispatched once and rightly, and has no deadline on record.  Its zone is the one that holds its
place today, so that years can be compared across a change of zones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from dispatch.cases import Cases, Number, Stage, Word, put_together
from dispatch.incident import IncidentKind
from dispatch.planning.incident_history import NOWHERE, IncidentHistory
from geo.road.frozen import freeze
from geo.zone import ARRIVAL_TARGET_S, Zone

_STAGES = {
    Stage.REPORTED: "reported_s",
    Stage.ACCEPTED: "dispatched_s",
    Stage.DISPATCHED: "dispatched_s",
    Stage.ON_SCENE: "arrived_s",
    Stage.HANDLED: "handled_s",
    Stage.CLOSED: "closed_s",
}
"""Stages of a past case, and the instants that say when it reached them."""


@dataclass(frozen=True, slots=True, eq=False)
class CaseBook:
    """
    Cases, and where each was.

    Attributes
    ----------
    cases
        The cases.
    ids
        Number of each incident, str[n]; empty for cases that a city brought along.
    lon_lat
        WGS-84 degrees, float64[n, 2].
    """

    cases: Cases
    ids: NDArray[np.str_]
    lon_lat: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        freeze(self)

    def __len__(self) -> int:
        """How many there are."""
        return len(self.cases)

    def take(self, rows: NDArray[np.bool_] | NDArray[np.int64]) -> CaseBook:
        """
        Pick some.

        Parameters
        ----------
        rows
            Which.

        Returns
        -------
        book
            Only those.
        """
        return CaseBook(self.cases.take(rows), self.ids[rows], self.lon_lat[rows])

    def within(self, ground: BaseGeometry) -> CaseBook:
        """
        Pick those of a place.

        Parameters
        ----------
        ground
            Polygons, WGS-84 degrees; their border belongs to them.

        Returns
        -------
        book
            Only those.
        """
        shapely.prepare(ground)
        inside = np.asarray(shapely.intersects_xy(ground, *self.lon_lat.T), dtype=bool)
        return self.take(inside)


def join_books(books: Sequence[CaseBook]) -> CaseBook:
    """
    Put books behind each other.

    Parameters
    ----------
    books
        One or more.

    Returns
    -------
    book
        All of their cases.
    """
    return CaseBook(
        put_together([book.cases for book in books]),
        np.concatenate([book.ids for book in books]),
        np.concatenate([book.lon_lat for book in books]),
    )


def book_of_history(history: IncidentHistory, zones: Sequence[Zone]) -> CaseBook:
    """
    Enter incidents of past years.

    Parameters
    ----------
    history
        The incidents.
    zones
        Zones of today.

    Returns
    -------
    book
        A case for each, in the same order.
    """
    n = len(history)
    zone, target_s = zones_of(history.lon_lat, zones)
    sent = np.where(np.isnan(history.dispatched_s), 0.0, 1.0)
    kinds = (str(IncidentKind.REPORT), str(IncidentKind.VISIT))
    cases = Cases(
        at_s={stage: getattr(history, name) for stage, name in _STAGES.items()},
        due_s={},
        numbers={
            Number.DISPATCHES: sent,
            Number.ACCURATE_DISPATCHES: sent,
            Number.RETURNS: np.zeros(n),
            Number.ARRIVAL_TARGET_S: target_s,
        },
        words={
            Word.KIND: np.array(kinds)[history.visit.astype(np.int64)],
            Word.ZONE: zone,
            Word.UNIT: _words(history.crews, history.crew),
            Word.MATTER: _words(history.matters, history.matter),
        },
    )
    return CaseBook(cases, np.full(n, ""), history.lon_lat)


def zones_of(
    lon_lat: NDArray[np.float64], zones: Sequence[Zone]
) -> tuple[NDArray[np.str_], NDArray[np.float64]]:
    """
    Find the zone of each place.

    Parameters
    ----------
    lon_lat
        Places, WGS-84 degrees, float64[n, 2].
    zones
        The zones.

    Returns
    -------
    codes, targets_s
        Code of the zone, str[n], empty outside all, and its arrival target in seconds,
        float64[n], the usual one outside; on a border the first by code.
    """
    by_code = sorted(zones, key=lambda zone: zone.code)
    found = np.full(len(lon_lat), len(by_code))
    tree = shapely.STRtree([zone.polygon for zone in by_code])
    point, zone = tree.query(shapely.points(lon_lat), predicate="intersects")
    np.minimum.at(found, point, zone)
    codes = np.array([*(zone.code for zone in by_code), ""])
    targets_s = np.array([*(zone.arrival_target_s for zone in by_code), ARRIVAL_TARGET_S], float)
    return codes[found], targets_s[found]


def _words(words: Sequence[str], at: NDArray[np.int32]) -> NDArray[np.str_]:
    """Write words out; empty where there is none."""
    assert NOWHERE == -1
    return np.array([*words, ""])[at]
