"""
Sieve: which rows of the authority list count for a matter at a place, and why others do not.

A row is passed over when it excludes the place, when it is not in force, when it gives a
compulsory measure to a township (Administrative Compulsion Law, arts. 17-18; Administrative
Penalty Law, art. 24, speaks of penalties only), when its tier lies below the area it claims,
or when its tier does not enforce the domain.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto

from dispatch.authority import AuthorityRow
from dispatch.matter import CaseScale, KeptAt, Matter, MatterKind
from dispatch.territory import Areas
from geo.area import TIERS, Tier

TOWN_TIERS = (Tier.TOWNSHIP, Tier.COMMUNITY)
"""Tiers that may be given penalty powers but no compulsory ones."""

DEPTH = {tier: depth for depth, tier in enumerate(TIERS)}
"""How far down each tier stands."""


class Bar(Enum):
    """Why a row does not count; the first that applies, in this order."""

    EXCLUDES = auto()
    COMPULSORY = auto()
    BELOW_AREA = auto()
    OTHER_TIER = auto()
    NOT_IN_FORCE = auto()


@dataclass(frozen=True, slots=True)
class Sieve:
    """
    Rows for one matter at one place.

    Attributes
    ----------
    left
        Those that count.
    barred
        Those that do not, each with the reason.
    day
        Date of Asia/Shanghai on which they were judged.
    """

    left: tuple[AuthorityRow, ...]
    barred: tuple[tuple[AuthorityRow, Bar], ...]
    day: date

    def stopped_by(self, bar: Bar) -> tuple[AuthorityRow, ...]:
        """
        List the rows that do not count for one reason.

        Parameters
        ----------
        bar
            The reason.

        Returns
        -------
        rows
            In the order of their areas and ids.
        """
        return tuple(row for row, why in self.barred if why is bar)

    def lapsed(self, scale: CaseScale) -> tuple[AuthorityRow, ...]:
        """
        List the rows that would count had their time not run out.

        Parameters
        ----------
        scale
            Daily work or a major case.

        Returns
        -------
        rows
            Not those whose time is still to come.
        """
        return tuple(
            row
            for row in self.stopped_by(Bar.NOT_IN_FORCE)
            if row.valid_to is not None and row.valid_to <= self.day and row.covers(scale)
        )


def sift(
    rows: Iterable[AuthorityRow],
    matter: Matter,
    areas: Areas,
    kept_at: KeptAt | None,
    *,
    day: date,
) -> Sieve:
    """
    Tell which rows count.

    Parameters
    ----------
    rows
        Rows for the matter in these areas.
    matter
        The matter.
    areas
        Areas whose lists count at the place.
    kept_at
        Which of city and districts enforces the domain, or None where rows alone tell.
    day
        Date of Asia/Shanghai.

    Returns
    -------
    sieve
        What is left, and what is not.
    """
    rows = tuple(rows)
    wrong_tier = _wrong_tier(rows, areas, kept_at)
    judged = [(row, _bar(row, matter, areas, wrong_tier, day)) for row in rows]
    return Sieve(
        left=tuple(row for row, bar in judged if bar is None),
        barred=tuple((row, bar) for row, bar in judged if bar is not None),
        day=day,
    )


def excludes(row: AuthorityRow, areas: Collection[str]) -> bool:
    """
    Tell whether a row leaves a place out.

    Parameters
    ----------
    row
        A row.
    areas
        Codes of the areas that hold the place.

    Returns
    -------
    excludes
        Whether it names one of them as not its own.
    """
    return any(code in areas for code in row.excluding)


def _bar(
    row: AuthorityRow, matter: Matter, areas: Areas, wrong_tier: Tier | None, day: date
) -> Bar | None:
    """What stops a row first, or None."""
    if excludes(row, areas):
        return Bar.EXCLUDES
    if matter.kind == MatterKind.COMPULSORY and row.tier in TOWN_TIERS:
        return Bar.COMPULSORY
    if DEPTH[row.tier] > DEPTH[areas[row.area].tier]:
        return Bar.BELOW_AREA
    if row.tier == wrong_tier:
        return Bar.OTHER_TIER
    return None if row.holds_on(day) else Bar.NOT_IN_FORCE


def _wrong_tier(
    rows: tuple[AuthorityRow, ...], areas: Areas, kept_at: KeptAt | None
) -> Tier | None:
    """
    Tier that does not enforce the domain here.

    Where the tier that keeps the domain excludes the place, the other one is free to act.
    """
    if kept_at is None or kept_at == KeptAt.BOTH:
        return None
    keeper, other = (
        (Tier.CITY, Tier.DISTRICT) if kept_at == KeptAt.CITY else (Tier.DISTRICT, Tier.CITY)
    )
    freed = any(row.tier == keeper and excludes(row, areas) for row in rows)
    return None if freed else other
