"""
What a plan that is drawn says: zones of unit grids, locks, terms of zones; packed, and as patches.

The store keeps it whole as bytes, and each edit as a patch, which is what became other: a few grids
of thousands, so that every step of a long day can be taken back.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np

from dispatch.planning.plan_layers import ZoneTerms
from dispatch.planning.plan_locks import NO_LOCKS, PlanLocks, pair_of
from dispatch.planning.zone_plan import NO_ZONE, ZonePlan
from geo.errors import UnreadableFile


@dataclass(frozen=True, eq=False)
class PlanContent:
    """
    What a plan says.

    Attributes
    ----------
    plan
        Which unit grid belongs to which zone.
    locks
        What must stay, and what must go together or apart.
    terms
        What is said of zones beside their grids, by code.
    """

    plan: ZonePlan
    locks: PlanLocks = NO_LOCKS
    terms: Mapping[str, ZoneTerms] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Freeze the terms."""
        object.__setattr__(self, "terms", MappingProxyType(dict(self.terms)))

    @cached_property
    def _said(self) -> dict[str, Any]:
        """All of it as JSON can say it, lists of changes aside."""
        terms = {code: _told(self.terms[code]) for code in sorted(self.terms)}
        return {"locks": _told_locks(self.locks), "terms": terms}


@dataclass(frozen=True, slots=True)
class PlanPatch:
    """
    What an edit makes other.

    Attributes
    ----------
    zones
        Codes of the zones of unit grids as they were and are, by code of the grid.
    was, is_now
        Locks and terms as they were and are; None where they are the same.
    """

    zones: Mapping[str, tuple[str | None, str | None]]
    was: Mapping[str, Any] | None
    is_now: Mapping[str, Any] | None

    def __bool__(self) -> bool:
        """Whether anything is other."""
        return bool(self.zones) or self.was is not None


def pack_content(content: PlanContent) -> bytes:
    """
    Pack what a plan says.

    Parameters
    ----------
    content
        The plan.

    Returns
    -------
    packed
        Equal plans are equal bytes.
    """
    plan = content.plan
    zones = {"grids": plan.grids, "zones": plan.zone_codes, "named": plan.zones}
    return _packed(zones | content._said)  # noqa: SLF001 -- its own module


def unpack_content(packed: bytes) -> PlanContent:
    """
    Unpack what a plan says.

    Parameters
    ----------
    packed
        As `pack_content` packs it.

    Returns
    -------
    content
        The plan.

    Raises
    ------
    UnreadableFile
        They are no such bytes.
    """
    said = _unpacked(packed)
    plan = _plan(said["grids"], said["zones"], said["named"])
    return _with_said(plan, said)


def patch_between(before: PlanContent, after: PlanContent) -> PlanPatch:
    """
    Tell what one plan makes other of another.

    Parameters
    ----------
    before, after
        Plans over the same unit grids.

    Returns
    -------
    patch
        Empty if they say the same.
    """
    pairs = zip(before.plan.grids, before.plan.zone_codes, after.plan.zone_codes, strict=True)
    zones = {grid: (was, is_now) for grid, was, is_now in pairs if was != is_now}
    same = before._said == after._said  # noqa: SLF001 -- its own module
    was, is_now = (None, None) if same else (before._said, after._said)  # noqa: SLF001 -- the same
    return PlanPatch(zones, was, is_now)


def patched(content: PlanContent, patch: PlanPatch, *, back: bool) -> PlanContent:
    """
    Do an edit once more, or take it back.

    Parameters
    ----------
    content
        What the plan says.
    patch
        The edit.
    back
        Whether it is taken back.

    Returns
    -------
    content
        What it says then.
    """
    at = 0 if back else 1
    zones = [
        patch.zones[grid][at] if grid in patch.zones else zone
        for grid, zone in zip(content.plan.grids, content.plan.zone_codes, strict=True)
    ]
    had = {zone for zone in content.plan.zones if not len(content.plan.rows_in(zone))}
    plan = _plan(content.plan.grids, zones, had)
    said = patch.was if back else patch.is_now
    if said is None:
        return PlanContent(plan, content.locks, content.terms)
    return _with_said(plan, said)


def pack_patch(patch: PlanPatch) -> bytes:
    """
    Pack an edit.

    Parameters
    ----------
    patch
        The edit.

    Returns
    -------
    packed
        Bytes that `unpack_patch` reads.
    """
    return _packed({"zones": patch.zones, "was": patch.was, "is_now": patch.is_now})


def unpack_patch(packed: bytes) -> PlanPatch:
    """
    Unpack an edit.

    Parameters
    ----------
    packed
        As `pack_patch` packs it.

    Returns
    -------
    patch
        The edit.

    Raises
    ------
    UnreadableFile
        They are no such bytes.
    """
    said = _unpacked(packed)
    zones = {grid: (was, is_now) for grid, (was, is_now) in said["zones"].items()}
    return PlanPatch(zones, said["was"], said["is_now"])


def _with_said(plan: ZonePlan, said: Mapping[str, Any]) -> PlanContent:
    terms = {code: ZoneTerms(**one) for code, one in said["terms"].items()}
    locks = PlanLocks(
        grids=frozenset(said["locks"]["grids"]),
        zones=frozenset(said["locks"]["zones"]),
        together=frozenset(pair_of(*pair) for pair in said["locks"]["together"]),
        apart=frozenset(pair_of(*pair) for pair in said["locks"]["apart"]),
    )
    return PlanContent(plan, locks, terms)


def _plan(grids: Sequence[str], zones: Sequence[str | None], named: Iterable[str]) -> ZonePlan:
    """A plan with zones that have no grid, too."""
    codes = tuple(sorted({*named, *(zone for zone in zones if zone is not None)}))
    position = {zone: at for at, zone in enumerate(codes)}
    zone_of = [NO_ZONE if zone is None else position[zone] for zone in zones]
    return ZonePlan(tuple(grids), codes, np.array(zone_of, dtype=np.int32))


def _told_locks(locks: PlanLocks) -> dict[str, Any]:
    return {
        "grids": sorted(locks.grids),
        "zones": sorted(locks.zones),
        "together": sorted(locks.together),
        "apart": sorted(locks.apart),
    }


def _told(terms: ZoneTerms) -> dict[str, Any]:
    return {name: value for name, value in asdict(terms).items() if value is not None}


def _packed(said: Mapping[str, Any]) -> bytes:
    return zlib.compress(json.dumps(said, ensure_ascii=False, sort_keys=True).encode())


def _unpacked(packed: bytes) -> dict[str, Any]:
    try:
        said: dict[str, Any] = json.loads(zlib.decompress(packed))
    except (zlib.error, ValueError) as error:
        raise UnreadableFile(f"A zone plan of the store is damaged: {error}.") from error
    return said
