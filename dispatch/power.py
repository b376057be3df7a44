"""
Power: who holds one matter at one place, read from the authority list (权责清单).

The rule, said once: of the rows for the matter in the areas that hold the place, those in
force that day count; a compulsory measure is never a township's; the lowest tier left holds
the power, and at one tier the row for the smallest area.  Two acting bodies left are a
finding, and so are none and a row that the law bars: nobody is guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from dispatch.city import City
from dispatch.matter import AuthorityRow, Matter, MatterKind
from geo.area import TIERS, Area, Tier
from geo.place_index import LAYER_NAMES, Place
from geo.remark import Remark

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
"""The authority list holds dates of Asia/Shanghai, at a fixed offset since 1991."""

TOWN_TIERS = (Tier.TOWNSHIP, Tier.COMMUNITY)
"""Tiers that may be given penalty powers (art. 24) but no compulsory ones."""


@dataclass(frozen=True, slots=True)
class Power:
    """
    Who holds one matter at one place.

    Attributes
    ----------
    matter
        The matter.
    rows
        The rows that decide; one, or several where holders contend, or none.
    rule
        The rule that decided.
    findings
        What is wrong with the list here.
    """

    matter: Matter
    rows: tuple[AuthorityRow, ...]
    rule: Remark
    findings: tuple[Remark, ...] = ()

    @property
    def row(self) -> AuthorityRow | None:
        """The deciding row, or None where nobody or more than one holds the power."""
        return self.rows[0] if self.rows and not self.contended else None

    @property
    def contended(self) -> bool:
        """Whether two or more acting bodies hold the power at the same tier and area."""
        return len({row.acting_body for row in self.rows}) > 1


def local_date(now: datetime) -> date:
    """
    Give the day on which authority rows are judged.

    Parameters
    ----------
    now
        An instant, with offset.

    Returns
    -------
    day
        Its date in Asia/Shanghai.
    """
    return now.astimezone(CHINA).date()


def power_over(matter: Matter, place: Place, city: City, *, now: datetime) -> Power:
    """
    Find who holds a matter at a place.

    Parameters
    ----------
    matter
        The matter.
    place
        The place, with its chain of areas.
    city
        The city with its authority list.
    now
        The present, with offset.

    Returns
    -------
    power
        The deciding row and rule, or findings where there is none.
    """
    day = local_date(now)
    area_of = {area.code: area for area in place.areas}
    listed = [row for code in area_of for row in city.authority_of.get((matter.code, code), ())]
    in_force = [row for row in listed if row.holds_on(day)]
    barred = [row for row in in_force if _barred(matter, row)]
    competent = [row for row in in_force if row not in barred]
    findings = [_barred_row(matter, row) for row in barred]
    if not competent:
        lapsed = [row for row in listed if row not in in_force]
        none = _lapsed(matter, lapsed, day) if lapsed else _no_holder(matter)
        return Power(matter, (), none, (*findings, none))
    deepest = max(_depth(row, area_of) for row in competent)
    rows = tuple(row for row in competent if _depth(row, area_of) == deepest)
    power = Power(matter, rows, _rule(matter, rows[0], area_of), tuple(findings))
    if power.contended:
        contend = _two_holders(matter, rows)
        return Power(matter, rows, contend, (*findings, contend))
    return power


def _barred(matter: Matter, row: AuthorityRow) -> bool:
    """Whether the law bars the row, whatever the list says."""
    return matter.kind == MatterKind.COMPULSORY and row.tier in TOWN_TIERS


def _depth(row: AuthorityRow, area_of: dict[str, Area]) -> tuple[int, int]:
    """How far down a row stands: its tier, then the tier of its area."""
    return TIERS.index(row.tier), TIERS.index(area_of[row.area].tier)


def _rule(matter: Matter, row: AuthorityRow, area_of: dict[str, Area]) -> Remark:
    """Say by which rule a row decided."""
    area, (tier_zh, tier_en) = area_of[row.area], LAYER_NAMES[row.tier]
    basis_zh = f"{area.name}（{tier_zh}级）清单第 {row.id} 行，执法主体为{row.acting_body}"
    basis_en = f"row {row.id} of the list of {area.code} ({tier_en} tier) names {row.acting_body}"
    town = next((held for held in area_of.values() if held.tier == Tier.TOWNSHIP), None)
    if town is None or row.tier in TOWN_TIERS:
        return Remark("lowest_tier", f"{basis_zh}。", f"The lowest tier that holds it: {basis_en}.")
    if matter.kind == MatterKind.COMPULSORY:
        return Remark(
            "compulsory_above_township",
            f"行政强制事项不得由镇街行使，依{basis_zh}。",
            f"A compulsory measure is never a township's: {basis_en}.",
        )
    return Remark(
        "tier_above",
        f"{town.name}清单无此事项，由上级行使：{basis_zh}。",
        f"The list of {town.code} lacks the matter, so the tier above holds it: {basis_en}.",
    )


def _no_holder(matter: Matter) -> Remark:
    return Remark(
        "no_holder",
        f"事项 {matter.code} 在此地没有任何主体持有执法权，请核对权责清单。",
        f"Nobody holds matter {matter.code} at this place; check the authority list.",
    )


def _lapsed(matter: Matter, rows: list[AuthorityRow], day: date) -> Remark:
    named = ", ".join(sorted(row.id for row in rows))
    return Remark(
        "lapsed_row",
        f"事项 {matter.code} 在此地的清单行 {named} 于 {day} 均不在有效期内。",
        f"No row for matter {matter.code} at this place is in force on {day}: {named}.",
    )


def _barred_row(matter: Matter, row: AuthorityRow) -> Remark:
    return Remark(
        "compulsory_in_township",
        f"清单第 {row.id} 行把强制事项 {matter.code} 列给镇街，依法无效，未予采用。",
        f"Row {row.id} gives the compulsory matter {matter.code} to a township, which the law "
        "does not allow; the row is passed over.",
    )


def _two_holders(matter: Matter, rows: tuple[AuthorityRow, ...]) -> Remark:
    ids = ", ".join(row.id for row in rows)
    bodies = sorted({row.acting_body for row in rows})
    return Remark(
        "two_holders",
        f"事项 {matter.code} 有多个主体持有执法权（{'、'.join(bodies)}，第 {ids} 行），"
        "由先立案者管辖，否则报共同上级指定。",
        f"Matter {matter.code} is held by {' and '.join(bodies)} (rows {ids}): the first to "
        "file has it, else their common superior decides.",
    )
