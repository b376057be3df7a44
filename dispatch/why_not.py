"""
Why not: what an earlier suggestion has to say of any one officer or unit.

The world of then is looked at again: what kept the officers, when the crew would have been
there and how much later than the last one proposed, and whose case it was.  Whoever is named
in the suggestion itself is answered from its record, also when that world is gone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np

from dispatch import reason, why_not_reason
from dispatch.choice import Choice, ProposalKind
from dispatch.city import City
from dispatch.city_coverage import CityCoverage
from dispatch.crew_eta import crew_etas
from dispatch.first_look import first_look
from dispatch.incident import IncidentKind
from dispatch.obstacle import OBSTACLES
from dispatch.passed_over import reasons_of_all
from dispatch.proposal import Proposal
from dispatch.question import Question, look_again
from dispatch.suggestion import Suggestion
from dispatch.unit import UnitKind
from dispatch.weighing import Weighed
from dispatch.whereabouts import Whereabouts
from geo.errors import UnknownName
from geo.remark import Remark


@dataclass(frozen=True, slots=True)
class WhyNot:
    """
    Why somebody was not proposed, or at which rank.

    Attributes
    ----------
    unit
        Code of the unit, or id of the officer.
    proposed
        Kind and rank of each proposal with it; empty for none.
    reasons
        What is to be said, the main reason first.
    arrival_s
        Seconds from dispatch until the crew would have been legally complete, the median; None
        where it could not go, and for whoever is no crew.
    later_s
        Seconds by which that is later than the last proposal for the same purpose, negative if
        it is sooner; None without one.
    """

    unit: str
    proposed: tuple[tuple[ProposalKind, int], ...]
    reasons: tuple[Remark, ...]
    arrival_s: float | None = None
    later_s: float | None = None


def from_record(suggestion: Suggestion, unit: str) -> WhyNot | None:
    """
    Answer from what a suggestion says itself.

    Parameters
    ----------
    suggestion
        The suggestion.
    unit
        Code of a unit, or id of an officer.

    Returns
    -------
    why_not
        None if it does not name the unit.
    """
    named = _proposals_with(suggestion, unit)
    if named:
        return _proposed(unit, named)
    passed = [entry.reason for entry in suggestion.passed_over if entry.unit == unit]
    return WhyNot(unit, (), tuple(passed)) if passed else None


def why_not(
    suggestion: Suggestion,
    question: Question,
    whereabouts: Whereabouts,
    unit: str,
    *,
    covered: CityCoverage | None = None,
) -> WhyNot:
    """
    Answer for any officer or unit of the city.

    Parameters
    ----------
    suggestion
        The answer that was given.
    question
        What was asked.
    whereabouts
        Where everybody was.
    unit
        Code of a unit, or id of an officer.
    covered
        What was covered, if its price was asked for.

    Returns
    -------
    why_not
        At which rank it was proposed, or every reason why it was not.

    Raises
    ------
    UnknownName
        The city had no such officer or unit; the sentence names the nearest ones.
    """
    city = whereabouts.city
    named = _proposals_with(suggestion, unit)
    if unit in city.roster.officer_row:
        view = _View(suggestion, look_again(question, whereabouts, covered))
        return _of_officer(view, unit, named)
    if unit not in city.units:
        raise UnknownName(f"There was no officer or unit {unit!r}.{_near(unit, city)}")
    if city.units[unit].kind == UnitKind.DRONE:
        return _proposed(unit, named) if named else _of_drone(suggestion, whereabouts, unit)
    view = _View(suggestion, look_again(question, whereabouts, covered))
    if unit in city.roster.crew_row:
        return _proposed(unit, named) if named else _of_crew(view, unit)
    return _of_command(view, unit)


@dataclass(frozen=True, slots=True, eq=False)
class _View:
    """A suggestion, and how its crews were weighed up."""

    suggestion: Suggestion
    weighed: Weighed

    @property
    def city(self) -> City:
        return self.weighed.enquiry.whereabouts.city


def _proposals_with(suggestion: Suggestion, unit: str) -> list[Proposal]:
    """Proposals of a unit, or with an officer."""
    return [
        proposal
        for proposal in suggestion.proposals
        if unit in proposal.crew or (proposal.unit == unit and not proposal.brought_together)
    ]


def _proposed(unit: str, named: list[Proposal]) -> WhyNot:
    """Say at which ranks somebody is proposed, and what each proposal says for itself."""
    remarks = [
        remark
        for proposal in named
        for remark in (why_not_reason.proposed(unit, proposal), *proposal.reasons)
    ]
    return WhyNot(unit, tuple((one.kind, one.rank) for one in named), tuple(remarks))


def _of_officer(view: _View, officer: str, named: list[Proposal]) -> WhyNot:
    """Answer for an officer: his or her own obstacle, then what holds for the crew."""
    if named:
        return _proposed(officer, named)
    roster = view.city.roster
    row = roster.officer_row[officer]
    crew = int(roster.crew_of[row])
    own = [remark for who, remark in _left_behind(view, crew).items() if who == officer]
    if not roster.certified[row]:
        own.append(why_not_reason.AUXILIARY)
    code = roster.crews[crew].code
    crews = _proposals_with(view.suggestion, code)
    of_crew = _proposed(code, crews) if crews else _of_crew(view, code)
    others = [remark for remark in of_crew.reasons if remark not in own]
    return WhyNot(officer, (), (*own, *others), of_crew.arrival_s, of_crew.later_s)


def _of_crew(view: _View, code: str) -> WhyNot:
    """Answer for a crew that is not proposed, for the case and then for securing the place."""
    weighed, row = view.weighed, view.city.roster.crew_row[code]
    remarks = [] if weighed.scene.case.may_act else [why_not_reason.NO_POWER]
    if not weighed.scene.destination:
        return WhyNot(code, (), (*remarks, why_not_reason.HANDED_OVER))
    arrivals = [_arrival(view, choice, row) for choice in weighed.choices]
    for choice, arrival in zip(weighed.choices, arrivals, strict=True):
        remarks.append(reasons_of_all(choice, weighed.enquiry)[row])
        if arrival is not None:
            remarks.append(why_not_reason.would_arrive(arrival[0], arrival[1]))
    remarks += _left_behind(view, row).values()
    eta_s, last = next((arrival for arrival in arrivals if arrival is not None), (None, None))
    later_s = None if eta_s is None or last is None else round(eta_s - last.eta_s, 3)
    return WhyNot(code, (), tuple(dict.fromkeys(remarks)), eta_s, later_s)


def _arrival(view: _View, choice: Choice, row: int) -> tuple[float, Proposal | None] | None:
    """When a crew would be there, and the last proposal for that purpose; None if it can't go."""
    crews = np.array([row], dtype=np.int64)
    judged = view.weighed.enquiry.judge(crews, choice.need)
    if not judged.able[0]:
        return None
    (eta,) = crew_etas(judged, np.zeros(1, dtype=np.int64), view.weighed.target_of(choice))
    of_kind = [one for one in view.suggestion.proposals if one.kind == choice.kind]
    return eta.eta_s, max(of_kind, key=lambda one: one.rank, default=None)


def _left_behind(view: _View, row: int) -> Mapping[str, Remark]:
    """What kept each officer of a crew, by id; who could go is not in it."""
    crews, enquiry = np.array([row], dtype=np.int64), view.weighed.enquiry
    judged = enquiry.judge(crews, view.weighed.scene.case.need)
    officers = [view.city.roster.officers[one].id for one in judged.lineup.officers.tolist()]
    obstacles = [OBSTACLES[place] for place in judged.officer_obstacle.tolist()]
    return {
        officer: reason.left_behind(officer, obstacle)
        for officer, obstacle in zip(officers, obstacles, strict=True)
        if obstacle is not None
    }


def _of_command(view: _View, unit: str) -> WhyNot:
    """Answer for a brigade, squad or post: whose case it is, and what became of its crews."""
    case_unit = view.suggestion.holder.unit
    together = [one for one in view.suggestion.proposals if one.unit == unit]
    remarks = [
        *(why_not_reason.proposed(unit, proposal) for proposal in together),
        why_not_reason.HAS_THE_CASE if unit == case_unit else why_not_reason.case_of(case_unit),
        *_of_its_crews(view, unit),
    ]
    return WhyNot(unit, tuple((one.kind, one.rank) for one in together), tuple(remarks))


def _of_its_crews(view: _View, unit: str) -> list[Remark]:
    """Which crews at or below a unit are proposed, and for what reasons the others are not."""
    rows = view.city.crews_under.get(unit, np.zeros(0, dtype=np.int64)).tolist()
    if not rows:
        return [why_not_reason.COMMANDS_NO_CREW]
    codes = [view.city.roster.crews[row].code for row in rows]
    proposed = [code for code in codes if _proposals_with(view.suggestion, code)]
    remarks = [why_not_reason.crews_proposed(proposed)] if proposed else []
    main: dict[str, list[Remark]] = {}
    for code in codes:
        if code not in proposed:
            first = _of_crew(view, code).reasons[0]
            main.setdefault(first.code, []).append(first)
    return remarks + [
        why_not_reason.crews_passed_over(code, len(same), same[0]) for code, same in main.items()
    ]


def _of_drone(suggestion: Suggestion, whereabouts: Whereabouts, drone: str) -> WhyNot:
    """Answer for a drone that does not look first."""
    if suggestion.kind == IncidentKind.VISIT:
        return WhyNot(drone, (), (why_not_reason.NO_LOOK_AT_VISITS,))
    if suggestion.hand_off is not None and suggestion.hand_off.partner is not None:
        return WhyNot(drone, (), (why_not_reason.HANDED_OVER,))
    crews = suggestion.crew_proposals
    looked = first_look(
        suggestion.lon_lat,
        whereabouts,
        now=suggestion.now,
        first_crew_s=min((one.first_on_scene_s for one in crews), default=math.inf),
        own=whereabouts.city.units,
    )
    against = [entry.reason for entry in looked.passed_over if entry.unit == drone]
    return WhyNot(drone, (), tuple(against))


def _near(unit: str, city: City) -> str:
    """Names that are written nearly like one that nobody has."""
    near = get_close_matches(unit, [*city.units, *city.roster.officer_row], n=3, cutoff=0.5)
    return f" Near it: {', '.join(near)}." if near else ""
