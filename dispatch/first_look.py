"""
First look (先行查看): which drones fly ahead of the crews to see what is there.

Whoever commands wants eyes on the place before the first crew is there, or at all where no crew
can go; a drone that would come after it only costs a sortie.  So the soonest few drones are
proposed that are there before the first officer, each by the shortest flight round the no-fly
polygons, and only as far as it comes home with its reserve.  They come beside the crews: a
drone is never the arrival, meets no target and stops no clock.  A planned visit needs no look.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from dispatch import flight_reason
from dispatch.choice import ProposalKind
from dispatch.drone import Drones, Flight
from dispatch.passed_over import PassedOver
from dispatch.proposal import Proposal
from dispatch.whereabouts import Whereabouts
from geo.air_path import AirPath, NoAirPath
from geo.remark import Remark

MOST_FIRST_LOOKS = 2
"""How many drones are proposed at most: one looks, one stands in for it."""


@dataclass(frozen=True, slots=True)
class FirstLook:
    """
    The drones with regard to one place.

    Attributes
    ----------
    proposals
        Those that should fly, the soonest first.
    passed_over
        Of the others those of the responsible units, and all that could be there sooner than the
        last one proposed if nothing was in their way; by that time.
    passed_over_count
        How many more there are, by code of the reason.
    """

    proposals: tuple[Proposal, ...] = ()
    passed_over: tuple[PassedOver, ...] = ()
    passed_over_count: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Sortie:
    """When a drone is over the place, and by which way."""

    eta_s: float
    row: int
    path: AirPath


def first_look(
    lon_lat: tuple[float, float],
    whereabouts: Whereabouts,
    *,
    now: datetime,
    first_crew_s: float = math.inf,
    own: Collection[str] = (),
) -> FirstLook:
    """
    Choose the drones that fly ahead.

    Parameters
    ----------
    lon_lat
        The place, WGS-84 degrees.
    whereabouts
        Where the drones of the city are, and until when they are busy.
    now
        The present, with offset.
    first_crew_s
        Seconds until the first officer of any crew proposed is there; inf where none goes.
    own
        Codes of the units that are responsible; drones of others come as mutual aid.

    Returns
    -------
    first_look
        Drones by the time at which they are over the place; ties break by code.
    """
    drones = whereabouts.city.drones
    if not drones.units:
        return FirstLook()
    question = _Question(lon_lat, whereabouts, now.timestamp(), first_crew_s)
    away_m = question.away_m()
    at_best_s = [one.takes_s(metres) for one, metres in zip(drones.flight, away_m, strict=True)]
    order = sorted(range(len(away_m)), key=at_best_s.__getitem__)
    sorties, against = _soonest(question, order, away_m, at_best_s)
    proposals = tuple(
        _proposal(rank, sortie, drones, away_m[sortie.row], first_crew_s, own)
        for rank, sortie in enumerate(sorties, start=1)
    )
    last_s = sorties[-1].eta_s if sorties else 0.0
    left = [row for row in order if row in against]
    named = [row for row in left if drones.brigade_of[row] in own or at_best_s[row] < last_s]
    counted = Counter(against[row].code for row in left if row not in named)
    return FirstLook(
        proposals,
        tuple(PassedOver(drones.units[row].code, against[row], None) for row in named),
        dict(sorted(counted.items())),
    )


def _soonest(
    question: _Question, order: list[int], away_m: list[float], at_best_s: list[float]
) -> tuple[list[_Sortie], dict[int, Remark]]:
    """
    Find the soonest drones, and what speaks against each other one, by row.

    They are asked in the order of their straight lines, so that no way is sought for those that
    would be later by the straight line than those found are by their ways.
    """
    sorties: list[_Sortie] = []
    against: dict[int, Remark] = {}
    for row in order:
        if len(sorties) == MOST_FIRST_LOOKS and at_best_s[row] >= sorties[-1].eta_s:
            against[row] = question.obstacle(row, away_m[row]) or flight_reason.OTHERS_SOONER
            continue
        answer = question.sortie(row, away_m[row])
        if isinstance(answer, Remark):
            against[row] = answer
            continue
        sorties = sorted([*sorties, answer], key=lambda one: (one.eta_s, one.row))
        for late in sorties[MOST_FIRST_LOOKS:]:
            against[late.row] = flight_reason.OTHERS_SOONER
        sorties = sorties[:MOST_FIRST_LOOKS]
    return sorties, against


@dataclass(frozen=True, slots=True)
class _Question:
    """A place at which a drone should be before the first crew."""

    lon_lat: tuple[float, float]
    whereabouts: Whereabouts
    now_s: float
    first_crew_s: float

    def away_m(self) -> list[float]:
        """Metres in a straight line from each drone; inf from one without a base."""
        air = self.whereabouts.city.air_space
        starts = self.whereabouts.drones.lon_lat.tolist()
        metres = [air.distance_m((lon, lat), self.lon_lat) for lon, lat in starts]
        return [math.inf if math.isnan(one) else one for one in metres]

    def obstacle(self, row: int, away_m: float) -> Remark | None:
        """What speaks against a drone whatever way it flies."""
        flight = self.whereabouts.city.drones.flight[row]
        left_s = float(self.whereabouts.drones.busy_until_s[row]) - self.now_s
        if away_m == math.inf:
            return flight_reason.NO_BASE
        if left_s > 0:
            return flight_reason.in_the_air(left_s)
        return self._too_far_or_late(flight, away_m)

    def sortie(self, row: int, away_m: float) -> _Sortie | Remark:
        """How a drone would fly, or what speaks against it."""
        obstacle = self.obstacle(row, away_m)
        if obstacle is not None:
            return obstacle
        city = self.whereabouts.city
        lon, lat = self.whereabouts.drones.lon_lat[row].tolist()
        path = city.air_space.path((lon, lat), self.lon_lat)
        if isinstance(path, NoAirPath):
            return flight_reason.no_way(path)
        flight = city.drones.flight[row]
        obstacle = self._too_far_or_late(flight, path.length_m)
        return obstacle or _Sortie(flight.takes_s(path.length_m), row, path)

    def _too_far_or_late(self, flight: Flight, length_m: float) -> Remark | None:
        """Whether a way is longer than a drone may fly, or takes longer than the first crew."""
        if length_m > flight.reach_m:
            return flight_reason.out_of_range(length_m, flight.reach_m)
        if flight.takes_s(length_m) >= self.first_crew_s:
            return flight_reason.NOT_BEFORE_CREW
        return None


def _proposal(  # noqa: PLR0913, PLR0917 -- everything that one proposal is drawn up from
    rank: int,
    sortie: _Sortie,
    drones: Drones,
    away_m: float,
    first_crew_s: float,
    own: Collection[str],
) -> Proposal:
    """Draw up one proposal."""
    path, flight, brigade = sortie.path, drones.flight[sortie.row], drones.brigade_of[sortie.row]
    flight_s = round(sortie.eta_s - flight.launch_s, 3)
    reasons = [
        flight_reason.first_look(flight.launch_s, flight_s, first_crew_s - sortie.eta_s),
        flight_reason.within_range(path.length_m, flight.reach_m),
    ]
    if len(path.lon_lat) > 2:
        reasons.append(flight_reason.detour(path.length_m - away_m))
    return Proposal(
        rank=rank,
        unit=drones.units[sortie.row].code,
        brigade=brigade,
        crew=(),
        kind=ProposalKind.FIRST_LOOK,
        eta_s=sortie.eta_s,
        meets_target=False,
        travel_time_s=flight_s,
        first_on_scene_s=sortie.eta_s,
        length_m=round(path.length_m, 1),
        position_age_s=0.0,
        mutual_aid=brigade is not None and brigade not in own,
        reasons=tuple(reasons),
        route=path.lon_lat,
    )
