"""
Jurisdiction (权责): which brigade or squad has the case, in whose name, and by which rule.

The rule, said once: an incident with matters of two or more domains, or with a matter whose
row names an assisting body, is cross-domain and goes to a specialist squad; every other
incident, and every planned visit, goes to the grid brigade of the zone.  Which squad: the
lead that a row names, else the domain of the gravest matter, else of the lowest code.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dispatch.candidate import Need
from dispatch.city import City
from dispatch.incident import Incident, IncidentKind
from dispatch.matter import MIN_CERTIFIED
from dispatch.power import Power, power_over
from dispatch.unit import BRIGADES, UnitKind
from geo.area import Tier
from geo.place_index import Place
from geo.remark import Remark


class CaseKind(StrEnum):
    """Who has the case: the zone's grid brigade or a specialist squad."""

    GRID = "grid"
    SPECIALIST = "specialist"


@dataclass(frozen=True, slots=True)
class Holder:
    """
    Who acts on one matter.

    Attributes
    ----------
    matter
        Code of the matter, or None while nobody has named one.
    unit
        Code of the brigade or squad that has the case, or None.
    acting_body
        In whose name the act is done, or None.
    tier, area
        Tier and area that hold the power, or None.
    row
        Id of the authority row that decided, or None.
    rule
        The rule that decided on the power.
    """

    matter: str | None
    unit: str | None
    acting_body: str | None
    tier: Tier | None
    area: str | None
    row: str | None
    rule: Remark


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """
    Who has the case.

    Attributes
    ----------
    kind
        Grid or specialist.
    unit
        Code of the brigade or squad, or None where there is none.
    domain
        Code of the leading domain, or None without a matter.
    routing
        The rule that chose between grid and specialist.
    holder
        Holder of the lead matter.
    other_holders
        Holders of the other matters, the gravest first.
    need
        What the crew must bring.
    findings
        What is missing or contradicts itself; nothing is guessed.
    in_city
        Whether the place lies in any area of the city.
    """

    kind: CaseKind
    unit: str | None
    domain: str | None
    routing: Remark
    holder: Holder
    other_holders: tuple[Holder, ...]
    need: Need
    findings: tuple[Remark, ...]
    in_city: bool = True

    @property
    def may_act(self) -> bool:
        """Whether the unit with the case may act: the place is ours and somebody has the power."""
        return self.in_city and self.holder.rule.code not in {"no_holder", "lapsed_row"}

    @property
    def to_secure(self) -> bool:
        """Whether the nearest grid crew is wanted to secure the place."""
        return self.in_city and (self.kind == CaseKind.SPECIALIST or not self.may_act)


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


def decide(incident: Incident, place: Place, city: City, *, now: datetime) -> Jurisdiction:
    """
    Decide who has an incident.

    Parameters
    ----------
    incident
        The incident.
    place
        Where it lies, as the city's place index says.
    city
        The city.
    now
        The present, with offset.

    Returns
    -------
    jurisdiction
        The unit with the case, the holders of every matter, and findings.

    Raises
    ------
    UnknownName
        A matter is not in the list of powers.
    """
    matters = [city.matter(code) for code in sorted(set(incident.matters))]
    matters.sort(key=lambda matter: -matter.gravity)
    powers = [power_over(matter, place, city, now=now) for matter in matters]
    routing = _routing(incident, powers)
    findings = [finding for power in powers for finding in power.findings]
    if not place.areas:
        findings.append(_outside_city())
    if routing in (NO_MATTER, SINGLE_DOMAIN, PLANNED_VISIT):
        kind, unit = CaseKind.GRID, _grid_brigade(place, city, findings)
        lead = powers[0] if powers else None
        domain = lead.matter.domain if lead else None
    else:
        kind = CaseKind.SPECIALIST
        lead, unit, domain = _squad(powers, city, findings)
    others = [power for power in powers if power is not lead]
    return Jurisdiction(
        kind=kind,
        unit=unit,
        domain=domain,
        routing=routing,
        holder=_holder(lead, unit),
        other_holders=tuple(_holder(power, unit) for power in others),
        need=_need(powers),
        findings=tuple(findings),
        in_city=bool(place.areas),
    )


def _routing(incident: Incident, powers: Sequence[Power]) -> Remark:
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
    assisted = [row for power in powers for row in power.rows if row.assisting]
    if not assisted:
        return SINGLE_DOMAIN
    return Remark(
        "assisting_body",
        f"清单第 {assisted[0].id} 行列有协同单位（{'、'.join(assisted[0].assisting)}），"
        "属跨部门，归专业执法大队。",
        f"Row {assisted[0].id} names an assisting body ({', '.join(assisted[0].assisting)}): "
        "a specialist squad has the case.",
    )


def _grid_brigade(place: Place, city: City, findings: list[Remark]) -> str | None:
    """Look up the grid brigade of the zone, or say that there is none."""
    zone = place.zone
    if zone is None:
        findings.append(
            Remark(
                "outside_zones",
                "落点不在任何责任区内，没有责任大队。",
                "The place is outside every zone, so no brigade is responsible.",
            )
        )
        return None
    if zone.brigade is None or zone.brigade not in city.units:
        findings.append(
            Remark(
                "zone_without_brigade",
                f"责任区 {zone.code} 没有责任大队。",
                f"Zone {zone.code} has no grid brigade.",
            )
        )
        return None
    return zone.brigade


def _squad(
    powers: Sequence[Power], city: City, findings: list[Remark]
) -> tuple[Power, str | None, str]:
    """Choose the lead matter, the squad with the case and the leading domain."""
    named = next((row.lead for power in powers for row in power.rows if row.lead), "")
    if named in city.units and city.units[named].kind in BRIGADES:
        domains = city.units[named].domains
        lead = next((power for power in powers if power.matter.domain in domains), powers[0])
        return lead, named, lead.matter.domain
    lead = next((power for power in powers if power.matter.domain == named), powers[0])
    domain = named if named in city.domains else lead.matter.domain
    squads = [unit for unit in city.units_of(UnitKind.SPECIALIST_SQUAD) if domain in unit.domains]
    if not squads:
        findings.append(
            Remark(
                "no_squad",
                f"领域 {domain} 没有专业执法大队。",
                f"Domain {domain} has no specialist squad.",
            )
        )
    return lead, squads[0].code if squads else None, domain


def _holder(power: Power | None, unit: str | None) -> Holder:
    """Put the holder of one matter into the answer."""
    if power is None:
        return Holder(None, unit, None, None, None, None, NO_MATTER)
    row = power.row
    if row is None:
        return Holder(power.matter.code, unit, None, None, None, None, power.rule)
    return Holder(power.matter.code, unit, row.acting_body, row.tier, row.area, row.id, power.rule)


def _need(powers: Sequence[Power]) -> Need:
    """What the crew must bring for all matters together."""
    rows = [row for power in powers for row in power.rows]
    skills = {skill for row in rows for skill in row.skills}
    certified = max((row.min_certified for row in rows), default=MIN_CERTIFIED)
    return Need(certified, tuple(sorted(skills)))


def _outside_city() -> Remark:
    return Remark(
        "outside_city",
        "落点在本市之外，应移交对口城市。",
        "The place is outside the city; hand it over to the city that it lies in.",
    )
