"""
Jurisdiction (权责): who holds the power, in whose name, who has the case, and by which rules.

The verdict on an incident puts together what `power` reads from the authority list for each
matter, what `routing` makes of it, the clocks that run, and the hand-off of a case that is
not ours.  It names the deciding row of every answer, and a finding for every gap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches

from dispatch.authority import terms_of
from dispatch.candidate import Need
from dispatch.city import City
from dispatch.deadline import Clock, clocks_of
from dispatch.hand_off import NO_PARTNER, HandOff, hand_off
from dispatch.incident import Incident
from dispatch.matter import CaseScale, Triage
from dispatch.power import Power, power_over
from dispatch.power_rule import finding
from dispatch.routing import NO_MATTER, CaseKind, Routing, route_case
from dispatch.territory import territory_of
from geo.area import Tier
from geo.place_index import Place
from geo.remark import Remark


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
    legal_basis
        Law and article of that row, or None.
    assisting
        Bodies that assist.
    scale, triage
        How grave the case is taken to be and how it is handled, or None without a matter.
    contenders
        Bodies that contend for the power while none holds it.
    superior
        Code of the area whose government decides between them, or None.
    """

    matter: str | None
    unit: str | None
    acting_body: str | None
    tier: Tier | None
    area: str | None
    row: str | None
    rule: Remark
    legal_basis: str | None = None
    assisting: tuple[str, ...] = ()
    scale: CaseScale | None = None
    triage: Triage | None = None
    contenders: tuple[str, ...] = ()
    superior: str | None = None


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """
    The verdict on an incident.

    Attributes
    ----------
    kind
        Whether the grid brigade or a specialist squad has the case.
    unit
        Code of the brigade or squad, or None where there is none.
    domain
        Code of the leading domain, or None without a matter.
    routing
        The rule that chose between grid and specialist.
    lead_rule
        The rule that chose the lead of several, or None where one brigade has all.
    holder
        Holder of the lead matter.
    other_holders
        Holders of the other matters, the gravest first, then the unknown ones.
    need
        What the crew must bring.
    clocks
        The times that run.
    answer_within_s
        Seconds in which a whistle for its holders is to be answered, or None where no row
        states a time.
    findings
        What is missing or contradicts itself; nothing is guessed.
    hand_off
        Record for the partner city when the place is not ours, or None.
    """

    kind: CaseKind
    unit: str | None
    domain: str | None
    routing: Remark
    lead_rule: Remark | None
    holder: Holder
    other_holders: tuple[Holder, ...]
    need: Need
    clocks: tuple[Clock, ...]
    answer_within_s: int | None
    findings: tuple[Remark, ...]
    hand_off: HandOff | None = None

    @property
    def holders(self) -> tuple[Holder, ...]:
        """Holders of all matters, the lead first."""
        return (self.holder, *self.other_holders)

    @property
    def may_act(self) -> bool:
        """Whether the unit with the case may act: it is ours, and somebody has a power."""
        return self.hand_off is None and _may_act(self.holders)

    @property
    def to_secure(self) -> bool:
        """Whether the nearest grid crew is wanted to secure the place."""
        return self.hand_off is None and (self.kind == CaseKind.SPECIALIST or not self.may_act)

    @property
    def grounds(self) -> tuple[Remark, ...]:
        """Everything that decided, in words: powers with their rows, routing, lead, clocks."""
        said = [holder.rule for holder in self.holders]
        said += [self.routing, *([self.lead_rule] if self.lead_rule else [])]
        said += [clock.rule for clock in self.clocks]
        said += [self.hand_off.reason] if self.hand_off else []
        return tuple(dict.fromkeys(said))


def decide(incident: Incident, place: Place, city: City, *, now: datetime) -> Jurisdiction:
    """
    Decide who holds the power over an incident, and who has it.

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
    verdict
        The holder of every matter with the row and rule that decided, the unit with the
        case, its clocks, and findings.  A matter that the list does not know is one of them.
    """
    codes = sorted(set(incident.matters))
    if not place.areas:
        return _not_ours(codes, hand_off(incident, place, city, now=now))
    matters = sorted(
        (city.matters[code] for code in codes if code in city.matters),
        key=lambda matter: (-matter.gravity, matter.code),
    )
    territory = territory_of(place, city)
    powers = [power_over(matter, incident, territory, city, now=now) for matter in matters]
    unknown = [code for code in codes if code not in city.matters]
    routing = route_case(incident, powers, place, city)
    return _verdict(routing, powers, unknown, place, city)


def _not_ours(codes: Sequence[str], record: HandOff) -> Jurisdiction:
    """Give the verdict on a place outside the city: nobody of ours acts."""
    asked: Sequence[str | None] = codes or [None]
    nobody = [Holder(code, None, None, None, None, None, record.reason) for code in asked]
    return Jurisdiction(
        kind=CaseKind.GRID,
        unit=None,
        domain=None,
        routing=record.reason,
        lead_rule=None,
        holder=nobody[0],
        other_holders=tuple(nobody[1:]),
        need=Need(),
        clocks=(),
        answer_within_s=None,
        findings=(record.reason, *([] if record.partner else [NO_PARTNER])),
        hand_off=record,
    )


def _verdict(
    routing: Routing, powers: Sequence[Power], unknown: Sequence[str], place: Place, city: City
) -> Jurisdiction:
    """Put the verdict together."""
    lead = [routing.lead] if routing.lead else []
    others = [power for power in powers if power is not routing.lead]
    known = [_holder(power, routing.unit) for power in [*lead, *others]]
    strangers = [_unknown(code, routing.unit, city) for code in unknown]
    holders = known + strangers or [_unnamed(routing.unit)]
    rows = [row for power in powers for row in power.rows]
    terms = terms_of(rows)
    acts = _may_act(holders)
    secures = routing.kind == CaseKind.SPECIALIST or not acts
    read = [remark for power in powers for remark in power.findings]
    return Jurisdiction(
        kind=routing.kind,
        unit=routing.unit,
        domain=routing.domain,
        routing=routing.rule,
        lead_rule=routing.lead_rule,
        holder=holders[0],
        other_holders=tuple(holders[1:]),
        need=Need(terms.min_certified, terms.skills, terms.equipment),
        clocks=clocks_of(rows, place.zone, acts=acts, secures=secures),
        answer_within_s=terms.answer_within_s,
        findings=(*read, *(stranger.rule for stranger in strangers), *routing.findings),
    )


def _may_act(holders: Sequence[Holder]) -> bool:
    """Whether somebody has a power, or nobody has named a matter yet and one takes a look."""
    return any(holder.acting_body or holder.matter is None for holder in holders)


def _holder(power: Power, unit: str | None) -> Holder:
    """Put the holder of one matter into the answer."""
    row = power.row
    return Holder(
        matter=power.matter.code,
        unit=unit,
        acting_body=row.acting_body if row else None,
        tier=row.tier if row else None,
        area=row.area if row else None,
        row=row.id if row else None,
        rule=power.rule,
        legal_basis=(row.legal_basis or None) if row else None,
        assisting=tuple(dict.fromkeys(body for held in power.rows for body in held.assisting)),
        scale=power.scale,
        triage=(row.triage if row else None) or power.matter.triage,
        contenders=() if row else tuple(sorted({held.acting_body for held in power.rows})),
        superior=power.superior.code if power.superior else None,
    )


def _unknown(code: str, unit: str | None, city: City) -> Holder:
    """Say that a matter is not on the list of powers; nobody is guessed."""
    near = ", ".join(get_close_matches(code, city.matters, n=3, cutoff=0.5))
    rule = finding(
        "unknown_matter",
        matter=code,
        near_zh=f"；相近的有 {near}" if near else "",
        near_en=f"; near it are {near}" if near else "",
    )
    return Holder(code, unit, None, None, None, None, rule)


def _unnamed(unit: str | None) -> Holder:
    """Nobody has named a matter, so nobody is asked for a power."""
    return Holder(None, unit, None, None, None, None, NO_MATTER)
