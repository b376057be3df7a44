"""
Plan diff: which unit grids change hands between two plans, whatever their zones are called.

Zones of both plans are matched so that as many grids as possible stay (Kuhn 1955, the Hungarian
method), and a zone is the same as its match: numbering zones anew is no change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from dispatch.planning.zone_plan import NO_ZONE, ZonePlan
from geo.errors import BadValue

LEANING = 1e-6
"""Where two matchings keep as much, the one that keeps codes is taken."""

NEW = "*"
"""Stands behind the code of a new zone where the old plan had another zone of that code."""


@dataclass(frozen=True, slots=True, eq=False)
class PlanDiff:
    """
    What is otherwise in a later plan.

    Attributes
    ----------
    before, after
        The plans.
    same_as
        Code in the earlier plan of each zone of the later one; None where it is new.
    gone
        Zones of the earlier plan that none is the same as.
    moved
        Positions of the grids that change hands, ascending, int64[k].
    loses, gains
        Zone that each of them leaves and comes to, None for no zone; a zone that is in both is
        called as in the earlier plan.
    """

    before: ZonePlan
    after: ZonePlan
    same_as: Mapping[str, str | None]
    gone: tuple[str, ...]
    moved: NDArray[np.int64]
    loses: tuple[str | None, ...]
    gains: tuple[str | None, ...]

    @property
    def renamed(self) -> tuple[tuple[str, str], ...]:
        """Zones that only changed their code: before and after, by the earlier code."""
        pairs = [(old, new) for new, old in self.same_as.items() if old not in {None, new}]
        return tuple(sorted((old, new) for old, new in pairs if old is not None))

    @property
    def later(self) -> ZonePlan:
        """The later plan with its zones called as in the earlier one, as far as they are in it."""
        shown = [self.same_as[zone] or _new_name(zone, self.before) for zone in self.after.zones]
        rows = self.after.zone_of.tolist()
        return ZonePlan.of(self.after.grids, [shown[at] if at != NO_ZONE else None for at in rows])


def plan_diff(
    before: ZonePlan, after: ZonePlan, weight: NDArray[np.float64] | None = None
) -> PlanDiff:
    """
    Compare two plans.

    Parameters
    ----------
    before, after
        Plans over the same unit grids.
    weight
        What counts as staying, such as incidents a year, float64[n]; each grid alike without.

    Returns
    -------
    diff
        With zones matched.

    Raises
    ------
    BadValue
        The plans are over different grids.
    """
    if before.grids != after.grids:
        odd = sorted(set(before.grids) ^ set(after.grids))
        raise BadValue(
            f"The plans are over different unit grids: {', '.join(odd[:5])} "
            f"{'and more ' if len(odd) > 5 else ''}stand in one only. Rebase the draft first."
        )
    same = _match(before, after, np.ones(len(before)) if weight is None else weight)
    old_of = np.append(same, NO_ZONE)  # the last entry is what -1 points at
    moved = np.flatnonzero(
        (old_of[after.zone_of] != before.zone_of)
        | ((after.zone_of != NO_ZONE) & (old_of[after.zone_of] == NO_ZONE))
    )
    names = {zone: before.zones[at] if at >= 0 else None for zone, at in zip(after.zones, same)}  # noqa: B905 -- one each
    shown = [names[zone] or _new_name(zone, before) for zone in after.zones]
    return PlanDiff(
        before,
        after,
        MappingProxyType(names),
        tuple(zone for at, zone in enumerate(before.zones) if at not in set(same.tolist())),
        moved,
        tuple(before.zone_codes[row] for row in moved.tolist()),
        tuple(shown[at] if at != NO_ZONE else None for at in after.zone_of[moved].tolist()),
    )


def _match(before: ZonePlan, after: ZonePlan, weight: NDArray[np.float64]) -> NDArray[np.int64]:
    """Zone of the earlier plan that each zone of the later one is the same as, -1 for none."""
    both = (before.zone_of != NO_ZONE) & (after.zone_of != NO_ZONE)
    shape = (len(after.zones), len(before.zones))
    key = after.zone_of[both].astype(np.int64) * shape[1] + before.zone_of[both]
    count = np.bincount(key, minlength=shape[0] * shape[1]).reshape(shape)
    kept = np.bincount(key, weight[both], minlength=shape[0] * shape[1]).reshape(shape)
    equal = np.array(after.zones, object)[:, None] == np.array(before.zones, object)[None, :]
    # Grids without weight stay, too, if nothing is lost by it.
    worth = kept / max(float(kept.sum()), 1e-12)
    worth = worth + LEANING * count / max(int(count.sum()), 1) + LEANING**2 * equal
    same = np.full(shape[0], NO_ZONE, dtype=np.int64)
    new, old = linear_sum_assignment(-worth)
    # Zones without a grid are the same where they are called so.
    alike = (count[new, old] > 0) | (
        equal[new, old] & (count[new].sum(axis=1) == 0) & (count[:, old].sum(axis=0) == 0)
    )
    same[new[alike]] = old[alike]
    return same


def _new_name(zone: str, before: ZonePlan) -> str:
    """What a new zone is called beside the old ones."""
    return f"{zone}{NEW}" if zone in before.zones else zone
