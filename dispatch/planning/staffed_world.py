"""
A world with the crews of rosters in the place of those that brigades have today.

Crews of a roster set out from the bases that their brigade has, spread over them by the incidents
that are nearest to each, and can do what crews of that brigade can today.  Rest and breaks are
those of the brigade.  Squads, and brigades of zones that no roster is of, stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.simulation.force import number_shifts, staggered_breaks
from dispatch.planning.simulation.world import NOBODY, Crews, World
from dispatch.planning.staffing_task import ZoneStaff
from geo.errors import BadValue

NOON = 2 * 24 + 12
"""Hour of the week by whose roads incidents are said to be nearest to a base: Wednesday noon."""


@dataclass(frozen=True, slots=True, eq=False)
class _Hired:
    """A crew of a roster: like which crew of today, for whom, and when on duty, bool[336]."""

    code: str
    like: int
    unit: int
    can: NDArray[np.bool_]
    on_duty: NDArray[np.bool_]


_Row = tuple[str, int, _Hired | None]
"""A crew by its code: the crew of today that it is like, and how it differs if it is hired."""


def staffed(world: World, staff: Sequence[ZoneStaff], crew_size: int) -> World:
    """
    Put the crews of rosters into a world.

    Parameters
    ----------
    world
        The world with the crews of today.
    staff
        Rosters of zones of its plan.
    crew_size
        Officers of a crew.

    Returns
    -------
    world
        With the same incidents for the same seed.

    Raises
    ------
    BadValue
        There is no crew whose base those of a roster could share.
    """
    crews, n_grids = world.crews, len(world.grids)
    hired = [one for zone in staff for one in _hire(world, zone)]
    units = [one.unit for one in hired if one.unit != NOBODY]
    stay = np.flatnonzero(~(crews.grid_crew & np.isin(crews.unit_of, units)))
    rows: list[_Row] = [(crews.codes[row], row, None) for row in stay.tolist()]
    rows = sorted(rows + [(one.code, one.like, one) for one in hired], key=lambda row: row[0])
    like = np.array([row for _, row, _ in rows], dtype=np.int64)
    places = np.concatenate([np.arange(n_grids), n_grids + like])
    return replace(
        world,
        crews=_crews(crews, rows, crew_size),
        roads=replace(world.roads, travel_s=np.take(world.roads.travel_s, places, axis=2)),
        cases=replace(
            world.cases,
            pools=world.cases.pools[:, like],
            card_step=world.cases.card_step[:, :, like],
        ),
    )


def _hire(world: World, zone: ZoneStaff) -> Iterator[_Hired]:
    """Crews of a roster, each by itself."""
    crews, row = world.crews, world.zoning.zones.index(zone.zone)
    unit = int(world.zoning.brigade_of[row])
    own = np.flatnonzero(crews.grid_crew & (crews.unit_of == unit) & (unit != NOBODY))
    like = own if len(own) else np.flatnonzero(crews.grid_crew)
    if not len(like):
        raise BadValue("No grid brigade has a crew, so that nothing tells where crews set out.")
    can = np.asarray(crews.ready[:, :, like].any(axis=(1, 2)), dtype=np.bool_)
    bases, weight = _bases(world, row, like)
    given = np.zeros(len(bases))
    number = 0
    for tour in zone.tours:
        on_duty = np.repeat(tour.on_duty, 2)
        for _ in range(tour.crews):
            number += 1
            base = int(np.argmax(weight * number - given))
            given[base] += 1
            yield _Hired(f"{zone.zone}-{number:03d}", int(bases[base]), unit, can, on_duty)


def _bases(
    world: World, zone: int, like: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """A crew for each base of some, and the share of the zone's incidents nearest to it."""
    crews, roads, reports = world.crews, world.roads, world.reports
    pairs = np.stack([crews.mode_of[like], crews.base_grid[like]], axis=1)
    bases = like[np.unique(pairs, axis=0, return_index=True)[1]]
    grids = np.flatnonzero(world.zoning.zone_of == zone)
    tables = roads.table_of[crews.mode_of[bases], NOON]
    places = len(world.grids) + bases
    away_s = np.stack(
        [roads.travel_s[table, grids, place] for table, place in zip(tables, places, strict=True)]
    )
    often = (reports.rate_per_h.sum(axis=1) @ reports.grid_share)[grids]
    weight = np.bincount(away_s.argmin(axis=0), often, len(bases))
    total = weight.sum()
    return bases, weight / total if total > 0 else np.full(len(bases), 1.0 / len(bases))


def _crews(crews: Crews, rows: Sequence[_Row], crew_size: int) -> Crews:
    """Columns of those that stay and those that are hired, in the order of their codes."""
    like = [row for _, row, _ in rows]
    columns = {one.name: getattr(crews, one.name)[..., like] for one in fields(Crews)[2:]}
    at = [row for row, (_, _, one) in enumerate(rows) if one is not None]
    hired = [one for _, _, one in rows if one is not None]
    if hired:
        on_duty = np.stack([one.on_duty for one in hired], axis=1)
        can = np.stack([one.can for one in hired], axis=1)
        columns["unit_of"][at] = [one.unit for one in hired]
        columns["grid_crew"][at] = True
        columns["officers"][:, at] = crew_size * on_duty
        columns["ready"][:, :, at] = can[:, None, :] & on_duty
        columns["shift_of"][:, at] = number_shifts(on_duty)
        columns["break_at"][:, at] = staggered_breaks(on_duty)
    return Crews(tuple(code for code, _, _ in rows), crews.units, **columns)
