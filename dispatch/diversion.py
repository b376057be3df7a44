"""
Diversion (调离): a crew under way is offered to a graver incident, by rule and never silently.

A rule says how much graver the new incident must be, how much sooner the crew must be there than
everybody who is free, and how near to its own scene it is let alone.  An offer names what it
takes away: the incident that would be left, what is left of its clock, which runs on until
somebody is there, and who would go in its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from dispatch.assignment import Assignment
from dispatch.choice import ProposalKind
from dispatch.city import City
from dispatch.incident import Incident
from dispatch.policy import Policy
from dispatch.proposal import Proposal
from dispatch.reason import minutes
from dispatch.scene import look_at
from dispatch.second_thoughts import Rule
from dispatch.suggestion import suggest
from dispatch.under_way import complete_after_s
from dispatch.unit import DutyStatus
from dispatch.weighing import MOST_PROPOSALS
from dispatch.whereabouts import Whereabouts
from geo.remark import Remark


@dataclass(frozen=True, slots=True)
class UnderWay:
    """
    A crew on its way.

    Attributes
    ----------
    assignment
        What it is bound to.
    incident
        Whereto.
    """

    assignment: Assignment
    incident: Incident


@dataclass(frozen=True, slots=True)
class Diversion:
    """
    An offer to call a crew off.

    Attributes
    ----------
    assignment, incident
        Ids of the assignment that would end, and of the incident that would be left.
    unit, officers
        Who would go.
    eta_s
        Seconds until they would be complete at the new place.
    first_free_s
        Seconds until the first crew that is free would be; None if there is none.
    left_eta_s
        Seconds until they would have been where they are going.
    left_due_s
        What is left of the arrival clock there; it runs on.
    replacement, replacement_eta_s
        The crew that would go there instead, and when it would arrive; None if there is none.
    said
        The offer in words.
    """

    assignment: str
    incident: str
    unit: str
    officers: tuple[str, ...]
    eta_s: float
    first_free_s: float | None
    left_eta_s: float
    left_due_s: float
    replacement: str | None
    replacement_eta_s: float | None
    said: Remark


@dataclass(frozen=True, slots=True)
class LetAlone:
    """
    A crew on its way that may not be called off.

    Attributes
    ----------
    assignment, unit
        What it is bound to, and its code.
    why
        What the rule says.
    """

    assignment: str
    unit: str
    why: Remark


def diversions(  # noqa: PLR0913 -- the incident, who is under way, and as of when by what rule
    incident: Incident,
    under_way: Sequence[UnderWay],
    whereabouts: Whereabouts,
    rule: Rule,
    *,
    now: datetime,
    policy: Policy | str,
) -> tuple[tuple[Diversion, ...], tuple[LetAlone, ...]]:
    """
    Say which crews under way may be called off for an incident.

    Parameters
    ----------
    incident
        The incident that waits.
    under_way
        Crews on their way elsewhere.
    whereabouts
        Where the officers of the city are.
    rule
        Who may be called off.
    now
        The present, with offset.
    policy
        The ranking, or its name.

    Returns
    -------
    offers
        The soonest first; empty if nobody may be called off.
    let_alone
        The others, in the order given, with the reason.
    """
    whereabouts = whereabouts.pinned()
    first = _first(incident, whereabouts, now, policy)
    free_s = None if first is None else first.eta_s
    sent = [one for one in under_way if one.incident.id != incident.id]
    could = _could_go(incident, sent, whereabouts, now, policy)
    offers, let_alone = [], []
    for one in sent:
        proposal = could.get(one.assignment.picked.unit)
        left_s = _left_s(one, whereabouts, now)
        why = _spared(incident, one, rule, whereabouts.city, proposal, free_s, left_s)
        if why is None and proposal is not None and left_s is not None:
            instead = _first(one.incident, whereabouts, now, policy, but=first)
            offers.append(_offer(one, proposal, free_s, left_s, instead, now))
        elif why is not None:
            let_alone.append(LetAlone(str(one.assignment.id), one.assignment.picked.unit, why))
    ranked = sorted(offers, key=lambda offer: (offer.eta_s, offer.unit))
    return tuple(ranked), tuple(let_alone)


def _first(
    incident: Incident,
    whereabouts: Whereabouts,
    now: datetime,
    policy: Policy | str,
    *,
    but: Proposal | None = None,
) -> Proposal | None:
    """The first crew that is free for an incident, leaving one out."""
    made = suggest(incident, whereabouts, now=now, policy=policy, k=2, routes=0)
    taken = set(but.crew) if but else set()
    return next((one for one in made.crew_proposals if not taken & set(one.crew)), None)


def _could_go(
    incident: Incident,
    under_way: Sequence[UnderWay],
    whereabouts: Whereabouts,
    now: datetime,
    policy: Policy | str,
) -> dict[str, Proposal]:
    """Proposals for the case as if crews under way were free, by crew."""
    bound = [officer for one in under_way for officer in one.assignment.picked.officers]
    if not bound:
        return {}
    k = MOST_PROPOSALS + len(under_way)
    made = suggest(incident, freed(whereabouts, bound), now=now, policy=policy, k=k, routes=0)
    crews = reversed(made.crew_proposals)
    return {one.unit: one for one in crews if one.kind != ProposalKind.SECURE}


def freed(whereabouts: Whereabouts, officers: Sequence[str]) -> Whereabouts:
    """
    Give the whereabouts as they would be if some officers had nothing in hand.

    Parameters
    ----------
    whereabouts
        Where the officers are.
    officers
        Ids of those called off.

    Returns
    -------
    whereabouts
        The same with those available.
    """
    row_of = whereabouts.city.roster.officer_row
    job_until_s = whereabouts.duty.job_until_s.copy()
    job_until_s[[row_of[one] for one in officers if one in row_of]] = np.nan
    free = whereabouts.with_status(dict.fromkeys(officers, DutyStatus.AVAILABLE))
    return free.with_duty(replace(whereabouts.duty, job_until_s=job_until_s))


def _left_s(one: UnderWay, whereabouts: Whereabouts, now: datetime) -> float | None:
    """When a crew would be where it is going; None if it can't."""
    scene = look_at(one.incident, whereabouts.city, now=now)
    return complete_after_s(
        whereabouts,
        one.assignment.picked.officers,
        scene.destination,
        scene.case.need,
        now=now,
        turned_out=True,
    )


def gravity_of(incident: Incident, city: City) -> int:
    """
    Tell how grave an incident is.

    Parameters
    ----------
    incident
        The incident.
    city
        Its city.

    Returns
    -------
    gravity
        Of its gravest matter; 1 where none is known.
    """
    return max([1, *(city.matters[one].gravity for one in incident.matters if one in city.matters)])


def _spared(  # noqa: PLR0913, PLR0917 -- everything that the rule looks at
    incident: Incident,
    one: UnderWay,
    rule: Rule,
    city: City,
    proposal: Proposal | None,
    free_s: float | None,
    left_s: float | None,
) -> Remark | None:
    """Why a crew may not be called off; None if it may."""
    if rule.graver_by is None:
        return Remark("never", "规则不允许调离。", "No crew is ever called off here.")
    graver_by = gravity_of(incident, city) - gravity_of(one.incident, city)
    if graver_by < rule.graver_by:
        return Remark(
            "not_graver",
            f"本案重于其在途案件 {graver_by} 级，不足 {rule.graver_by} 级。",
            f"The incident is graver than its own by {graver_by}, and must be by {rule.graver_by}.",
        )
    if proposal is None or left_s is None:
        return Remark("can_not_go", "该组无法办理本案。", "The crew could not take this case.")
    if left_s <= rule.spare_within_s:
        return Remark(
            "almost_there",
            f"该组 {minutes(left_s)} 分钟后即到原现场。",
            f"It is at its own scene in {minutes(left_s)} min.",
        )
    if free_s is not None and proposal.eta_s > free_s - rule.earlier_by_s:
        return Remark(
            "not_sooner",
            f"仅比空闲小组早 {minutes(free_s - proposal.eta_s)} 分钟，不足 "
            f"{minutes(rule.earlier_by_s)} 分钟。",
            f"It would be {minutes(free_s - proposal.eta_s)} min sooner than the first free crew, "
            f"and must be by {minutes(rule.earlier_by_s)}.",
        )
    return None


def _offer(  # noqa: PLR0913, PLR0917 -- both sides of an offer
    one: UnderWay,
    proposal: Proposal,
    free_s: float | None,
    left_s: float,
    instead: Proposal | None,
    now: datetime,
) -> Diversion:
    """Draw up an offer."""
    due_s = one.assignment.clock.left_s(now)
    who_zh = f"改由 {instead.unit} {minutes(instead.eta_s)} 分钟到" if instead else "暂无替补"
    who_en = (
        f"{instead.unit} would be there in {minutes(instead.eta_s)} min instead"
        if instead
        else "nobody would go instead"
    )
    unit, left = proposal.unit, one.incident.id
    return Diversion(
        assignment=str(one.assignment.id),
        incident=str(left),
        unit=unit,
        officers=one.assignment.picked.officers,
        eta_s=proposal.eta_s,
        first_free_s=free_s,
        left_eta_s=left_s,
        left_due_s=due_s,
        replacement=instead.unit if instead else None,
        replacement_eta_s=instead.eta_s if instead else None,
        said=Remark(
            "calls_off",
            f"需将 {unit} 从事件 {left} 调离：{minutes(proposal.eta_s)} 分钟到本案；原案时限"
            f"继续计时，剩 {minutes(due_s)} 分钟，{who_zh}。",
            f"Takes {unit} away from incident {left}: here in {minutes(proposal.eta_s)} min. The "
            f"clock there runs on with {minutes(due_s)} min left; {who_en}.",
        ),
    )
