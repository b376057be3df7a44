"""
Slot crews: which crews could fill each slot of a batch, and when they would be there.

Only what can matter is asked.  Slots that look at the same units share one table of ways, of
those officers alone who count and can be sent.  Mutual aid is asked where it may be wanted.  And of
each slot only as many crews are kept as there are slots, the soonest, ties by row: if the best
assignment gave a slot any other, one of these would be left over, since the other slots need one
fewer than there are, and would do as well or better.  So nothing is lost, not even of the order
in which ties break.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from dispatch.candidate import Need, holdings
from dispatch.completion import complete_crews
from dispatch.destination import MOST_TIMES, officers_to_places_ms
from dispatch.lineup import Lineup, line_up
from dispatch.want import Want
from dispatch.whereabouts import NEVER_MS, Whereabouts
from geo.road.frozen import freeze
from geo.road.road_class import Mode
from geo.road.snap import Joins
from geo.road.week import hour_of_week

FEWEST_KEPT = 32
"""So many crews are kept for each slot even where there are fewer slots."""


@dataclass(frozen=True, slots=True, eq=False)
class SlotCrews:
    """
    Crews that could fill one slot.

    Attributes
    ----------
    crews
        Rows of the crews, ascending, int64[n].
    arrival_ms
        When each would be complete, from now, int64[n].
    """

    crews: NDArray[np.int64]
    arrival_ms: NDArray[np.int64]

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        freeze(self)

    def with_more(self, more: SlotCrews) -> SlotCrews:
        """
        Add crews of other units.

        Parameters
        ----------
        more
            None of them is here already.

        Returns
        -------
        both
            Rows ascending.
        """
        crews = np.concatenate([self.crews, more.crews])
        order = np.argsort(crews)
        return SlotCrews(crews[order], np.concatenate([self.arrival_ms, more.arrival_ms])[order])

    def soonest(self, most: int) -> SlotCrews:
        """
        Keep the soonest.

        Parameters
        ----------
        most
            How many.

        Returns
        -------
        soonest
            Ties go to the lower rows.
        """
        kept = np.sort(np.argsort(self.arrival_ms, kind="stable")[:most])
        return SlotCrews(self.crews[kept], self.arrival_ms[kept])


def crews_of_slots(
    wants: Sequence[Want],
    whereabouts: Whereabouts,
    joins: Mapping[Mode, Joins],
    *,
    now: datetime,
) -> list[SlotCrews]:
    """
    Find the crews that may fill each slot: its own, and mutual aid where those do not do.

    Parameters
    ----------
    wants
        The slots.
    whereabouts
        Where the officers are.
    joins
        The places of the incidents by mode.
    now
        The present, with offset.

    Returns
    -------
    slot_crews
        For each slot all that a best assignment may need.
    """
    most = max(len(wants), FEWEST_KEPT)
    found = _asked(
        {row: want.own for row, want in enumerate(wants)}, wants, whereabouts, joins, now
    )
    asked = Counter(want.unit for want in wants)
    short = {row: want.aid for row, want in enumerate(wants) if _needs_aid(want, found[row], asked)}
    for row, more in _asked(short, wants, whereabouts, joins, now).items():
        found[row] = found[row].with_more(more)
    return [found[row].soonest(most) for row in range(len(wants))]


def _needs_aid(want: Want, own: SlotCrews, asked: Counter[str | None]) -> bool:
    """Whether no own crew is in time, or more may be wanted of the unit than it has."""
    scarce = asked[want.unit] + asked[None] > len(own.crews)
    return bool(want.aid) and (scarce or not (own.arrival_ms <= want.due_ms).any())


def _asked(
    units: Mapping[int, tuple[str, ...]],
    wants: Sequence[Want],
    whereabouts: Whereabouts,
    joins: Mapping[Mode, Joins],
    now: datetime,
) -> dict[int, SlotCrews]:
    """Crews of some units for some wants, those that ask the same units together."""
    groups: dict[tuple[str, ...], list[int]] = {}
    for row, codes in units.items():
        groups.setdefault(codes, []).append(row)
    found: dict[int, SlotCrews] = {}
    for codes, rows in groups.items():
        crews = [whereabouts.city.roster.commands(code) for code in codes]
        lineup = line_up(whereabouts, np.sort(np.concatenate([_NO_CREWS, *crews])), now=now)
        counting = _counting(lineup)
        at_once = max(MOST_TIMES // max(len(counting.officers), 1), 1)
        for start in range(0, len(rows), at_once):
            part = rows[start : start + at_once]
            places = np.array([wants[row].place for row in part])
            here = {mode: joined.take(places) for mode, joined in joins.items()}
            times = officers_to_places_ms(whereabouts, counting.officers, here).T
            for row, travel_ms in zip(part, np.ascontiguousarray(times), strict=True):
                found[row] = _complete(counting, travel_ms, wants[row].need, now)
    return found


_NO_CREWS = np.zeros(0, dtype=np.int64)


def _counting(lineup: Lineup) -> Lineup:
    """The same crews with those officers alone who count and can be sent."""
    certified = lineup.whereabouts.city.roster.certified[lineup.officers]
    stays = (lineup.obstacle == 0) & certified
    before = np.concatenate([[0], np.cumsum(stays)])
    return Lineup(
        whereabouts=lineup.whereabouts,
        crews=lineup.crews,
        officers=lineup.officers[stays],
        first=before[lineup.first],
        obstacle=lineup.obstacle[stays],
        age_s=lineup.age_s[stays],
    )


def _complete(
    counting: Lineup, travel_ms: NDArray[np.int64], need: Need, now: datetime
) -> SlotCrews:
    """Crews that can be complete at one place, each at its median arrival."""
    city, n_crews = counting.whereabouts.city, len(counting.crews)
    complete_ms, completing, first_ms, nearest_ms = np.empty((4, n_crews), dtype=np.int64)
    complete_crews(
        counting.first,
        travel_ms,
        counting.obstacle,
        np.ones(len(travel_ms), dtype=np.bool_),
        holdings(city.roster, counting.officers, need),
        need.certified,
        np.uint64(need.bits),
        complete_ms,
        completing,
        first_ms,
        nearest_ms,
    )
    able = np.flatnonzero(complete_ms < NEVER_MS)
    crews, arrival_ms = counting.crews[able], complete_ms[able]
    if city.arrival_model is not None:
        median_s = city.arrival_model.median_s(
            arrival_ms / 1000, mode=city.crew_modes[crews], hour=hour_of_week(now)
        )
        arrival_ms = np.rint(median_s * 1000).astype(np.int64)
    return SlotCrews(crews, arrival_ms)
