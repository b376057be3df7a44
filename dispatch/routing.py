"""
Routing: does the grid brigade of the zone have a case, or a specialist squad?

The rule, said once: an incident with matters of two or more domains, or with a matter whose
row names an assisting body, is cross-domain and goes to a specialist squad; every other
incident, and every planned visit, goes to the grid brigade of the zone.  Which squad: the
lead that a row names, else the domain of the gravest matter, else of the lowest code.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from dispatch.city import City
from dispatch.incident import Incident, IncidentKind
from dispatch.power import Power
from dispatch.unit import BRIGADES
from geo.place_index import Place
from geo.remark import Remark


class CaseKind(StrEnum):
    """Who has the case: the zone's grid brigade or a specialist squad."""

    GRID = "grid"
    SPECIALIST = "specialist"


@dataclass(frozen=True, slots=True)
class Routing:
    """
    Who has a case.

    Attributes
    ----------
    kind
        Grid or specialist.
    rule
        The rule that chose between them.
    unit
        Code of the brigade or squad, or None where there is none.
    lead
        Power over the lead matter, or None without a matter.
    domain
        Code of the leading domain, or None without a matter.
    lead_rule
        The rule that chose the lead, or None where only a squad has one.
    findings
        A zone without a brigade, a domain without a squad.
    """

    kind: CaseKind
    rule: Remark
    unit: str | None
    lead: Power | None
    domain: str | None
    lead_rule: Remark | None = None
    findings: tuple[Remark, ...] = ()


NO_MATTER = Remark(
    "no_matter",
    "尚未明确事项，由责任区网格大队先行查看。",
    "No matter is named yet; the zone's grid brigade takes a look.",
)
SINGLE_DOMAIN = Remark(
    "single_domain",
    "单一领域且无协同单位，归责任区网格大队。",
    "One domain and no assisting body: the zone's grid brigade has the case.",
)
PLANNED_VISIT = Remark(
    "planned_visit",
    "综合查一次：多事项一次检查，不按跨领域处理，归责任区网格大队。",
    "A planned visit is never cross-domain: the zone's grid brigade checks all matters at once.",
)


def route_case(incident: Incident, powers: Sequence[Power], place: Place, city: City) -> Routing:
    """
    Choose between grid and specialist, and name the unit.

    Parameters
    ----------
    incident
        The incident.
    powers
        Who holds its matters, the gravest first, of equal ones the lowest code.
    place
        Where it lies.
    city
        The city.

    Returns
    -------
    routing
        The unit with the case and the rules that decided.
    """
    rule = _rule(incident, powers)
    if rule.code in {"cross_domain", "assisting_body"}:
        return _to_squad(rule, powers, city)
    unit, findings = _brigade(place, city)
    lead = powers[0] if powers else None
    domain = lead.matter.domain if lead else None
    return Routing(CaseKind.GRID, rule, unit, lead, domain, findings=findings)


def _rule(incident: Incident, powers: Sequence[Power]) -> Remark:
    """Choose between grid and specialist."""
    if incident.kind == IncidentKind.VISIT:
        return PLANNED_VISIT
    if not powers:
        return NO_MATTER
    domains = sorted({power.matter.domain for power in powers})
    if len(domains) > 1:
        return Remark(
            "cross_domain",
            f"跨领域（{'、'.join(domains)}），归专业执法大队，就近网格小组先期处置。",
            f"Matters of {len(domains)} domains ({', '.join(domains)}): a specialist squad has "
            "the case, the nearest grid crew secures the place.",
        )
    assisted = next((row for power in powers for row in power.rows if row.assisting), None)
    if assisted is None:
        return SINGLE_DOMAIN
    return Remark(
        "assisting_body",
        f"清单第 {assisted.id} 行列有协同单位（{'、'.join(assisted.assisting)}），属跨部门，"
        "归专业执法大队，就近网格小组先期处置。",
        f"Row {assisted.id} names an assisting body ({', '.join(assisted.assisting)}): a "
        "specialist squad has the case, the nearest grid crew secures the place.",
    )


def _brigade(place: Place, city: City) -> tuple[str | None, tuple[Remark, ...]]:
    """Look up the grid brigade of the zone, or say that there is none."""
    zone = place.zone
    if zone is None:
        return None, (OUTSIDE_ZONES,)
    if zone.brigade is None or zone.brigade not in city.units:
        unmanned = Remark(
            "zone_without_brigade",
            f"责任区 {zone.code} 没有责任大队。",
            f"Zone {zone.code} has no grid brigade.",
        )
        return None, (unmanned,)
    return zone.brigade, ()


OUTSIDE_ZONES = Remark(
    "outside_zones",
    "落点不在任何责任区内，没有责任大队。",
    "The place is outside every zone, so no brigade is responsible.",
)


def _to_squad(rule: Remark, powers: Sequence[Power], city: City) -> Routing:
    """Choose the lead and its squad."""
    named = next(
        ((row.lead, row.id, power) for power in powers for row in power.rows if row.lead), None
    )
    if named is None:
        return _squad_of(rule, powers[0], powers[0].matter.domain, _gravest(powers), city)
    lead, row, by = named
    lead_rule = Remark(
        "row_names_lead",
        f"清单第 {row} 行指定由 {lead} 牵头。",
        f"Row {row} names {lead} as the lead.",
    )
    if lead in city.units and city.units[lead].kind in BRIGADES:
        own = [power for power in powers if power.matter.domain in city.units[lead].domains]
        of = own[0] if own else by
        return Routing(CaseKind.SPECIALIST, rule, lead, of, of.matter.domain, lead_rule)
    of = next((power for power in powers if power.matter.domain == lead), by)
    return _squad_of(rule, of, lead, lead_rule, city)


def _gravest(powers: Sequence[Power]) -> Remark:
    """Say why the first matter leads where no row names a lead."""
    first = powers[0].matter
    rivals = [
        power.matter
        for power in powers[1:]
        if power.matter.gravity == first.gravity and power.matter.domain != first.domain
    ]
    if rivals:
        return Remark(
            "lowest_code",
            f"无指定牵头且轻重相同，由编码最小的事项 {first.code} 所属领域牵头。",
            f"No row names a lead and gravity is equal: the lowest code, {first.code}, leads.",
        )
    return Remark(
        "gravest_matter",
        f"无指定牵头，由最重的事项 {first.code} 所属领域牵头。",
        f"No row names a lead: the gravest matter, {first.code}, leads.",
    )


def _squad_of(rule: Remark, lead: Power, domain: str, lead_rule: Remark, city: City) -> Routing:
    """Look up the squad of a domain, or say that there is none."""
    squads = city.squads_of.get(domain, ())
    findings: tuple[Remark, ...] = ()
    if not squads:
        missing = Remark(
            "no_squad",
            f"领域 {domain} 没有专业执法大队。",
            f"Domain {domain} has no specialist squad.",
        )
        findings = (missing,)
    unit = squads[0].code if squads else None
    return Routing(CaseKind.SPECIALIST, rule, unit, lead, domain, lead_rule, findings)
