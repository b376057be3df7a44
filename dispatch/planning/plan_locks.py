"""Locks of a plan: what an edit and a proposal must leave as it is, and why one is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from dispatch.planning.zone_plan import ZonePlan
from geo.remark import Remark

Pair = tuple[str, str]
"""Codes of two unit grids, the lower first."""


@dataclass(frozen=True, slots=True)
class PlanLocks:
    """
    What must stay, and what must go together or apart.

    Attributes
    ----------
    grids
        Unit grids that stay in their zone.
    zones
        Zones that gain no grid and lose none.
    together
        Pairs of grids that belong to one zone.
    apart
        Pairs of grids that belong to two.
    """

    grids: frozenset[str] = frozenset()
    zones: frozenset[str] = frozenset()
    together: frozenset[Pair] = frozenset()
    apart: frozenset[Pair] = frozenset()

    def refusals(self, before: ZonePlan, after: ZonePlan) -> tuple[Remark, ...]:
        """
        Say which locks a change would break.

        Parameters
        ----------
        before, after
            Plans over the same unit grids.

        Returns
        -------
        refusals
            One sentence per lock, by codes; pairs that were wrong before are not held against
            the change.
        """
        return (
            *self._of_grids(before, after),
            *self._of_zones(before, after),
            *self._of_pairs(before, after),
        )

    def _of_grids(self, before: ZonePlan, after: ZonePlan) -> Iterator[Remark]:
        """Locked grids that would change their zone."""
        for code in sorted(self.grids & before.row_of.keys()):
            was, becomes = _zone(before, code), _zone(after, code)
            if was != becomes:
                yield Remark(
                    "grid_locked",
                    f"单元网格 {code} 已锁定在 {was or '无责任区'}，不能划入 {becomes or '无'}。",
                    f"The unit grid {code} is locked in {was or 'no zone'} and can't go to "
                    f"{becomes or 'none'}; unlock it first.",
                )

    def _of_zones(self, before: ZonePlan, after: ZonePlan) -> Iterator[Remark]:
        """Locked zones that would gain or lose a grid."""
        for zone in sorted(self.zones):
            had, has = _grids(before, zone), _grids(after, zone)
            changed = sorted(had ^ has)
            if changed:
                shown = ", ".join(changed[:5]) + (" …" if len(changed) > 5 else "")
                yield Remark(
                    "zone_locked",
                    f"责任区 {zone} 已锁定，{len(changed)} 个单元网格不能变动：{shown}。",
                    f"The zone {zone} is locked and can't gain or lose {len(changed)} unit "
                    f"grid(s): {shown}; unlock it first.",
                )

    def _of_pairs(self, before: ZonePlan, after: ZonePlan) -> Iterator[Remark]:
        """Pairs that would be torn, or put together."""
        for one, other in sorted(self.together):
            if _are_one(before, one, other) is not False and _are_one(after, one, other) is False:
                yield Remark(
                    "must_join",
                    f"单元网格 {one} 与 {other} 必须同属一个责任区。",
                    f"The unit grids {one} and {other} must stay in one zone; move both.",
                )
        for one, other in sorted(self.apart):
            if not _are_one(before, one, other) and _are_one(after, one, other):
                yield Remark(
                    "must_part",
                    f"单元网格 {one} 与 {other} 不得同属一个责任区。",
                    f"The unit grids {one} and {other} must not come into one zone.",
                )


NO_LOCKS = PlanLocks()


def pair_of(one: str, other: str) -> Pair:
    """
    Name a pair.

    Parameters
    ----------
    one, other
        Codes of two unit grids.

    Returns
    -------
    pair
        The lower code first.
    """
    return (one, other) if one < other else (other, one)


def _zone(plan: ZonePlan, code: str) -> str | None:
    """Zone of a grid."""
    return plan.zone_codes[plan.row_of[code]]


def _grids(plan: ZonePlan, zone: str) -> set[str]:
    """Grids of a zone; none where the plan has no such zone."""
    if zone not in plan.zones:
        return set()
    return {plan.grids[row] for row in np.asarray(plan.rows_in(zone)).tolist()}


def _are_one(plan: ZonePlan, one: str, other: str) -> bool | None:
    """Whether two grids are in one zone; None where one is in none, or unknown."""
    if one not in plan.row_of or other not in plan.row_of:
        return None
    zones = _zone(plan, one), _zone(plan, other)
    return None if None in zones else zones[0] == zones[1]
