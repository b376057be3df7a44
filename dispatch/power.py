"""
Power: who holds one matter at one place, read from the authority list (权责清单).

The rule, said once.  Of the rows for the matter in the areas that hold the place, the sieve
leaves those that count.  A row that keeps major cases has the major ones; all else is held by
the lowest tier, and at one tier by the row for the smallest area.  Are two acting bodies left,
the first to file has the case (Administrative Penalty Law, art. 25); if none has, that is a
finding that names their common superior.  Nobody left is a finding, too: nobody is guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone

from dispatch.authority import AuthorityRow, disagreement
from dispatch.city import City
from dispatch.incident import Filing, Incident
from dispatch.matter import CaseScale, KeptAt, Matter, MatterKind
from dispatch.power_rule import finding, ids, rule
from dispatch.sieve import DEPTH, TOWN_TIERS, Bar, Sieve, sift
from dispatch.territory import Areas, Territory, lift, superior_of, town_of
from geo.area import Area, Tier
from geo.remark import Remark

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
"""The authority list holds dates of Asia/Shanghai, at a fixed offset since 1991."""

KEPT_ALONE = {KeptAt.CITY: Tier.CITY, KeptAt.DISTRICTS: Tier.DISTRICT}
"""The tier that enforces a domain where only one of city and districts does."""

FLAWS = {
    Bar.COMPULSORY: "compulsory_in_township",
    Bar.BELOW_AREA: "tier_below_area",
    Bar.OTHER_TIER: "contradicts_domain",
}
"""Findings on rows that break the law or contradict the list."""


@dataclass(frozen=True, slots=True)
class Power:
    """
    Who holds one matter at one place.

    Attributes
    ----------
    matter
        The matter.
    scale
        Daily work or a major case, as the incident or else the matter says.
    rows
        The rows that decide: one body's, or several bodies' where they contend, or none.
    rule
        The rule that decided.
    findings
        What is wrong with the list here.
    superior
        The area whose government decides between holders who contend, or None.
    """

    matter: Matter
    scale: CaseScale
    rows: tuple[AuthorityRow, ...]
    rule: Remark
    findings: tuple[Remark, ...] = ()
    superior: Area | None = None

    @property
    def row(self) -> AuthorityRow | None:
        """The deciding row, or None where nobody or more than one holds the power."""
        return self.rows[0] if self.rows and not self.contended else None

    @property
    def contended(self) -> bool:
        """Whether two or more acting bodies hold the power, and none was the first to file."""
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


def power_over(
    matter: Matter, incident: Incident, territory: Territory, city: City, *, now: datetime
) -> Power:
    """
    Find who holds a matter of an incident.

    Parameters
    ----------
    matter
        The matter.
    incident
        Says how grave it is, and who has filed it.
    territory
        The areas whose lists count where it lies.
    city
        The city with its authority list.
    now
        The present, with offset.

    Returns
    -------
    power
        The deciding row and rule, or findings where there is none.
    """
    scale = incident.scale or matter.scale
    filed = [filing for filing in incident.filings if filing.filed_at <= now]
    power = _read(matter, scale, filed, territory.areas, city, now)
    for areas in territory.beyond:
        theirs = _read(matter, scale, filed, areas, city, now)
        power = _look_beyond(power, theirs, filed, areas)
    return power


def _read(  # noqa: PLR0913, PLR0917 -- one question of one territory, asked here and across a border
    matter: Matter,
    scale: CaseScale,
    filed: Sequence[Filing],
    areas: Areas,
    city: City,
    now: datetime,
) -> Power:
    """Read the lists of one chain of areas."""
    by_area = city.authority_of.get(matter.code, {})
    listed = [row for code in areas for row in by_area.get(code, ())]
    domain = city.domains.get(matter.domain)
    kept_at = domain.kept_at if domain else None
    sieve = sift(listed, matter, areas, kept_at, day=local_date(now))
    findings = _flaws(matter, sieve, areas)
    able = _able(sieve.left, scale)
    if not able:
        none = _nobody(matter, scale, sieve)
        return Power(matter, scale, (), none, (*findings, none))
    deepest = max(_depth(row, areas) for row in able)
    rows = tuple(row for row in able if _depth(row, areas) == deepest)
    lapsed = [row for row in sieve.lapsed(scale) if _depth(row, areas) > deepest]
    if lapsed:
        findings.append(finding("lapsed_below", matter=matter.code, ids=ids(lapsed)))
    decided = _rule(matter, rows[0], areas, sieve, kept_at)
    return _settle(Power(matter, scale, rows, decided, tuple(findings)), filed, areas, city)


def _able(rows: Sequence[AuthorityRow], scale: CaseScale) -> list[AuthorityRow]:
    """Rows that hold cases of this gravity; who keeps major ones comes before all others."""
    able = [row for row in rows if row.covers(scale)]
    kept = [row for row in able if row.scale == CaseScale.MAJOR]
    return kept or able


def _depth(row: AuthorityRow, areas: Areas) -> tuple[int, int]:
    """How far down a row stands: its tier, then the tier of its area."""
    return DEPTH[row.tier], DEPTH[areas[row.area].tier]


def _rule(
    matter: Matter, row: AuthorityRow, areas: Areas, sieve: Sieve, kept_at: KeptAt | None
) -> Remark:
    """Say by which rule a row decided; of several that apply, the one that is asked for first."""
    area, town = areas[row.area], town_of(areas)
    depth = DEPTH[row.tier]
    if row.scale is not None:
        return rule(f"{row.scale}_case", row, area)
    if row.tier in TOWN_TIERS:
        return rule("own_list", row, area)
    if town is not None and matter.kind == MatterKind.COMPULSORY:
        return rule("compulsory_above_township", row, area)
    if any(DEPTH[out.tier] < depth for out in sieve.stopped_by(Bar.EXCLUDES)):
        return rule("does_all_itself", row, area)
    if kept_at in KEPT_ALONE and row.tier == KEPT_ALONE[kept_at]:
        return rule("city_alone" if row.tier == Tier.CITY else "districts_alone", row, area)
    return rule("tier_above", row, area, town=town) if town else rule("own_list", row, area)


def _flaws(matter: Matter, sieve: Sieve, areas: Areas) -> list[Remark]:
    """Say which rows break the law or contradict the list."""
    return [
        finding(FLAWS[bar], matter=matter.code, row=row, tier=row.tier, area=areas[row.area])
        for row, bar in sieve.barred
        if bar in FLAWS
    ]


def _nobody(matter: Matter, scale: CaseScale, sieve: Sieve) -> Remark:
    """Say why nobody is left."""
    if sieve.left:
        return finding("other_scale", matter=matter.code, ids=ids(sieve.left), scale=scale)
    expired = sieve.stopped_by(Bar.NOT_IN_FORCE)
    if expired:
        return finding("lapsed_row", matter=matter.code, ids=ids(expired), day=sieve.day)
    leaving = sieve.stopped_by(Bar.EXCLUDES)
    if leaving:
        return finding("left_out", matter=matter.code, ids=ids(leaving))
    return finding("no_holder", matter=matter.code)


def _settle(power: Power, filed: Iterable[Filing], areas: Areas, city: City) -> Power:
    """Decide between holders who contend, or name who decides; report rows that disagree."""
    first = _first_to_file(filed, power.rows) if power.contended else None
    if first is not None:
        rows = tuple(row for row in power.rows if row.acting_body == first)
        power = replace(power, rows=rows, rule=rule("first_to_file", rows[0], areas[rows[0].area]))
    if power.contended:
        superior = _superior(power.rows, city)
        contend = _contend(power, superior)
        return replace(power, rule=contend, findings=(*power.findings, contend), superior=superior)
    columns = ", ".join(disagreement(power.rows))
    if columns:
        flaw = finding(
            "contradictory_rows",
            matter=power.matter.code,
            ids=ids(power.rows),
            row=power.rows[0],
            columns=columns,
        )
        return replace(power, findings=(*power.findings, flaw))
    return power


def _contend(power: Power, superior: Area) -> Remark:
    """Say who contend, and who decides between them."""
    bodies = sorted({row.acting_body for row in power.rows})
    return finding(
        "two_holders",
        matter=power.matter.code,
        ids=ids(power.rows),
        bodies_zh="、".join(bodies),
        bodies_en=" and ".join(bodies),
        superior=superior,
    )


def _first_to_file(filed: Iterable[Filing], rows: Iterable[AuthorityRow]) -> str | None:
    """Name the holder that filed before all others, or None where none did or two at once."""
    bodies = {row.acting_body for row in rows}
    by_holders = [filing for filing in filed if filing.body in bodies]
    earliest = min((filing.filed_at for filing in by_holders), default=None)
    first = {filing.body for filing in by_holders if filing.filed_at == earliest}
    return first.pop() if len(first) == 1 else None


def _superior(rows: Iterable[AuthorityRow], city: City) -> Area:
    """The area whose government stands above all holders; above a township, its district."""
    superior = superior_of([lift(row.area, row.tier, city) for row in rows], city)
    return city.area_of[lift(superior.code, Tier.DISTRICT, city)]


def _look_beyond(ours: Power, theirs: Power, filed: Iterable[Filing], areas: Areas) -> Power:
    """Hold the power on this side of a border against the one beyond it."""
    row = theirs.row
    if row is None or row.acting_body in {held.acting_body for held in ours.rows}:
        return ours
    area = areas[row.area]
    if _first_to_file(filed, (*ours.rows, row)) == row.acting_body:
        flaws = tuple(flaw for flaw in ours.findings if flaw is not ours.rule)
        decided = rule("first_to_file", row, area)
        return replace(theirs, rule=decided, findings=(*flaws, *theirs.findings))
    return replace(ours, findings=(*ours.findings, finding("other_side", row=row, area=area)))
