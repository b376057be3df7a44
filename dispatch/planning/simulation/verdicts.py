"""
Verdicts: what live dispatch decides about who has what, tabulated over types and grounds.

`dispatch.jurisdiction.decide` is asked once for each type of incident on each *kind of ground*:
unit grids on which the same areas with lists of powers, exclusions or run cards count.  Nothing
else of a place enters the verdict but its zone, and the zone only names the brigade and its
target, which are left open here and filled in from the plan that is simulated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from dispatch.candidate import Need
from dispatch.city import City
from dispatch.deadline import ClockKind
from dispatch.incident import Incident
from dispatch.jurisdiction import Jurisdiction, decide
from dispatch.planning.simulation.world import NOBODY, Cases, IncidentType
from dispatch.power import local_date
from dispatch.routing import CaseKind
from dispatch.run_card import RunCard
from dispatch.run_order import card_for, steps_of
from dispatch.unit import UnitKind
from geo.place_index import Place

T = TypeVar("T")

Told = Callable[[float], None]
"""Called with the share that is done, 0…1."""

_GRID_POOL = 0
"""Row of the pool of all grid crews; squads of a domain follow in the order of domains."""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """
    The verdicts on all types of incident everywhere.

    Attributes
    ----------
    cases
        Who has what.
    needs
        What crews must bring, in the order of `Crews.ready`; the first is that of whoever
        secures a place.
    """

    cases: Cases
    needs: tuple[Need, ...]


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What two verdicts must have in common to be one case."""

    by_squad: bool
    unit: int
    pool: int
    need: int
    target_s: int
    secure_target_s: int
    acts: bool
    secures: bool
    card: int
    domain: int


def tabulate_verdicts(
    city: City,
    types: Sequence[IncidentType],
    lon_lat: NDArray[np.float64],
    *,
    now: datetime,
    told: Told | None = None,
) -> Verdicts:
    """
    Ask live dispatch about every type of incident on every kind of ground.

    Parameters
    ----------
    city
        The city.
    types
        Types of incident.
    lon_lat
        A place inside each unit grid, in the order of their codes, float64[n_grids, 2].
    now
        Instant at which lists and run cards are read, with offset.
    told
        Told how far the work is.

    Returns
    -------
    verdicts
        Cases and needs.
    """
    places = [city.place_index.locate((lon, lat)) for lon, lat in lon_lat.tolist()]
    ground_of, grounds = _grounds(city, places)
    draft = _Draft(city, now)
    case_of = np.empty((len(types), len(grounds)), dtype=np.int32)
    for row, kind in enumerate(types):
        named, known = _named_by(city, kind), {}
        for column, place in enumerate(grounds):
            sign = _sign(place, named)
            if sign not in known:
                known[sign] = draft.case(kind, place)
            case_of[row, column] = known[sign]
        if told is not None:
            told((row + 1) / len(types))
    return Verdicts(draft.finish(ground_of, case_of), tuple(draft.needs))


def _grounds(city: City, places: Sequence[Place]) -> tuple[NDArray[np.int32], list[Place]]:
    """Kind of ground of each place, and a place of each kind, stripped of its zone."""
    named = {row.area for row in city.authority} | {card.area or "" for card in city.run_cards}
    named |= {code for row in city.authority for code in row.excluding}
    known: dict[tuple[str, ...], int] = {}
    grounds: list[Place] = []
    rows = []
    for place in places:
        sign = _sign(place, named)
        if sign not in known:
            known[sign] = len(known)
            grounds.append(replace(place, zone=None))
        rows.append(known[sign])
    return np.array(rows, dtype=np.int32), grounds


def _named_by(city: City, kind: IncidentType) -> set[str]:
    """Codes of the areas that rows and run cards for the matters of a type name."""
    named = set()
    for matter in kind.matters:
        for area, rows in city.authority_of.get(matter, {}).items():
            named |= {area, *(code for row in rows for code in row.excluding)}
        named |= {card.area or "" for card in city.run_cards_of.get(matter, ())}
    return named


def _sign(place: Place, named: set[str]) -> tuple[str, ...]:
    """What of a place enters a verdict: whether it is ours, and which of some areas hold it."""
    areas = (*place.areas, *place.overlapping, *place.bordering)
    return str(bool(place.areas)), *(area.code for area in areas if area.code in named)


class _Draft:
    """Cases while they are collected."""

    def __init__(self, city: City, now: datetime) -> None:
        """Begin with no case, and the need of whoever secures a place."""
        roster = city.roster
        self.city, self.now = city, now
        self.needs: list[Need] = [Need()]
        self.known: dict[_Verdict, int] = {}
        self.cards: list[RunCard] = []
        self.domains = sorted({*city.domains, *city.squads_of})
        self.unit_row = {code: row for row, code in enumerate(roster.brigades)}
        of_grid = {unit.code for unit in city.units_of(UnitKind.GRID_BRIGADE)}
        pools = [roster.commanded_by(of_grid)]
        for domain in self.domains:
            squads = {squad.code for squad in city.squads_of.get(domain, ())}
            pools.append(roster.commanded_by(squads))
        nobody = np.zeros(len(roster.crews), dtype=np.bool_)
        self.pools = np.stack([*pools, nobody])

    def case(self, kind: IncidentType, place: Place) -> int:
        """Row of the case that a type of incident is on a ground."""
        incident = Incident(place.lon_lat, kind.matters, self.now, kind=kind.kind)
        verdict = self._verdict(decide(incident, place, self.city, now=self.now), place)
        return self.known.setdefault(verdict, len(self.known))

    def _verdict(self, case: Jurisdiction, place: Place) -> _Verdict:
        """Reduce a verdict to what the loop asks."""
        by_squad = case.kind == CaseKind.SPECIALIST
        day = local_date(self.now)
        card = card_for(case, place.areas, self.city, day=day) if case.may_act else None
        # A clock without a row is that of the zone, which is the plan's to say.
        stated = {clock.kind: int(clock.within_s) for clock in case.clocks if clock.row}
        return _Verdict(
            by_squad=by_squad,
            unit=self.unit_row.get(case.unit or "", NOBODY) if by_squad else NOBODY,
            pool=self._pool(case) if by_squad else _GRID_POOL,
            need=_row(self.needs, case.need),
            target_s=stated.get(ClockKind.ARRIVE, NOBODY),
            secure_target_s=stated.get(ClockKind.SECURE, NOBODY),
            acts=case.may_act,
            secures=case.to_secure,
            card=NOBODY if card is None else _row(self.cards, card),
            domain=self._domain(case),
        )

    def _pool(self, case: Jurisdiction) -> int:
        """Row of the squads of a domain; the last is nobody."""
        known = case.domain in self.domains
        return 1 + self.domains.index(case.domain or "") if known else len(self.pools) - 1

    def _domain(self, case: Jurisdiction) -> int:
        """Position of the leading domain; the last is none."""
        known = case.domain in self.domains
        return self.domains.index(case.domain or "") if known else len(self.domains)

    def finish(self, ground_of: NDArray[np.int32], case_of: NDArray[np.int32]) -> Cases:
        """Lay the cases out as columns."""
        flags = {"by_squad", "acts", "secures"}
        columns: dict[str, Any] = {
            one.name: np.array(
                [getattr(verdict, one.name) for verdict in self.known],
                dtype=np.bool_ if one.name in flags else np.int32,
            )
            for one in fields(_Verdict)
        }
        return Cases(
            domains=(*self.domains, ""),
            ground_of=ground_of,
            case_of=case_of,
            pools=self.pools,
            card_step=_card_steps(self.city, self.cards, self.unit_row),
            secure_need=0,
            **columns,
        )


def _row(known: list[T], value: T) -> int:
    """Position of a value in a list, at whose end it is put if it is new."""
    if value not in known:
        known.append(value)
    return known.index(value)


def _card_steps(
    city: City, cards: Sequence[RunCard], unit_row: Mapping[str, int]
) -> NDArray[np.int16]:
    """Step of every crew on every card, for each unit that may have the case and for none."""
    units = [*sorted(unit_row, key=lambda code: unit_row[code]), None]
    steps = np.full((len(cards), len(units), len(city.roster.crews)), -1, dtype=np.int16)
    for row, card in enumerate(cards):
        for column, unit in enumerate(units):
            steps[row, column] = steps_of(card, city, unit)
    return steps
