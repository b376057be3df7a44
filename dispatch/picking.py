"""Picking: whom a decision sends, by the rank of a proposal or against the suggestion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from dispatch.assignment import Departure, Picked
from dispatch.choice import ProposalKind
from dispatch.matter import MIN_CERTIFIED
from dispatch.proposal import Proposal
from dispatch.suggestion import Suggestion
from dispatch.unit import DutyStatus, UnitKind
from dispatch.whereabouts import STATUSES, Whereabouts
from geo.errors import BadValue, Conflict, UnknownName
from geo.remark import Remark


@dataclass(frozen=True, slots=True)
class Pick:
    """
    What a decision names: a rank, a unit, or officers.

    Attributes
    ----------
    rank
        Rank of a proposal within its kind.
    unit
        Code of a crew or drone, proposed or not.
    officers
        Ids of officers, proposed or not.
    kind
        For what; without it, whatever the first proposal is for.
    """

    rank: int | None = None
    unit: str | None = None
    officers: tuple[str, ...] = ()
    kind: ProposalKind | None = None

    def __post_init__(self) -> None:
        """Refuse none or more than one of the three."""
        if (self.rank is not None) + (self.unit is not None) + bool(self.officers) != 1:
            raise BadValue("Say who goes by one of three: a rank, a unit, or officers.")


@dataclass(frozen=True, slots=True)
class _Ties:
    """Who is bound, by which assignment, and who of them may be taken off it."""

    called_off: frozenset[str]
    bound: Mapping[str, str]


def pick(
    wanted: Pick,
    suggestion: Suggestion,
    whereabouts: Whereabouts,
    *,
    called_off: frozenset[str] = frozenset(),
    bound: Mapping[str, str] = MappingProxyType({}),
) -> Picked:
    """
    Find out whom a decision sends, and how far that departs from the suggestion.

    Parameters
    ----------
    wanted
        What the decision names.
    suggestion
        The suggestion that is accepted or overridden.
    whereabouts
        Where the officers are, and whether free.
    called_off
        Ids of officers who are called off another assignment for this one.
    bound
        Which assignment has whom, as the store says; without it, officers are merely busy.

    Returns
    -------
    picked
        Who goes; the arrival of an override is not told here.

    Raises
    ------
    UnknownName
        There is no such rank, crew, drone or officer.
    Conflict
        Somebody who was proposed, or everybody who was named, is not free any more.
    """
    kind = wanted.kind or _first_kind(suggestion)
    proposals = [one for one in suggestion.proposals if one.kind == kind]
    proposal = _proposal(wanted, proposals, kind)
    ties = _Ties(called_off, bound)
    if proposal is not None:
        _must_be_free(proposal.crew, whereabouts, ties)
        return _as_proposed(proposal)
    if wanted.officers:
        return _officers(wanted.officers, kind, whereabouts, ties)
    return _unit(str(wanted.unit), kind, suggestion, whereabouts, ties)


def _first_kind(suggestion: Suggestion) -> ProposalKind:
    """What the first proposal is for, or what the case would have been for without any."""
    if suggestion.crew_proposals:
        return suggestion.crew_proposals[0].kind
    return ProposalKind(suggestion.case.value)


def _proposal(wanted: Pick, proposals: list[Proposal], kind: ProposalKind) -> Proposal | None:
    """Find the proposal that is meant; None for an override."""
    if wanted.rank is not None:
        if not 1 <= wanted.rank <= len(proposals):
            raise UnknownName(
                f"The suggestion has {len(proposals)} proposals of kind {kind}, none of rank "
                f"{wanted.rank}."
            )
        return proposals[wanted.rank - 1]
    for proposal in proposals:
        if wanted.officers and set(wanted.officers) == set(proposal.crew):
            return proposal
        if wanted.unit == proposal.unit:
            return proposal
    return None


def _as_proposed(proposal: Proposal) -> Picked:
    """Send the officers of a proposal; its ETA counts from the dispatch, whenever that is."""
    return Picked(
        kind=proposal.kind,
        unit=proposal.unit,
        officers=proposal.crew,
        departure=Departure.FOLLOWED if proposal.rank == 1 else Departure.LOWER_RANK,
        rank=proposal.rank,
        eta_s=proposal.eta_s,
    )


def _unit(
    code: str,
    kind: ProposalKind,
    suggestion: Suggestion,
    whereabouts: Whereabouts,
    ties: _Ties,
) -> Picked:
    """Send a crew or a drone that was not proposed."""
    city = whereabouts.city
    unit = city.units.get(code)
    if unit is None or unit.kind not in {UnitKind.CREW, UnitKind.DRONE}:
        raise UnknownName(f"The city {city.name_en} has no crew or drone {code!r}.")
    against = tuple(passed.reason for passed in suggestion.passed_over if passed.unit == code)
    if unit.kind == UnitKind.DRONE:
        return _override(ProposalKind.FIRST_LOOK, code, (), against)
    roster = city.roster
    members = [roster.officers[row].id for row in roster.members(roster.crew_row[code]).tolist()]
    taken = {one: why for one in members if (why := _taken(one, whereabouts, ties))}
    going = tuple(one for one in members if one not in taken)
    if not going:
        why = ", ".join(f"{one} {why}" for one, why in taken.items()) or "it has no officers"
        raise Conflict(f"Nobody of crew {code} can be sent: {why}.")
    return _override(kind, code, going, (*against, *_too_few(going, whereabouts)))


def _officers(
    officers: tuple[str, ...],
    kind: ProposalKind,
    whereabouts: Whereabouts,
    ties: _Ties,
) -> Picked:
    """Send officers who were not proposed together."""
    roster = whereabouts.city.roster
    for one in officers:
        if one not in roster.officer_row:
            raise UnknownName(f"The city {whereabouts.city.name_en} has no officer {one!r}.")
    going = tuple(sorted(set(officers)))
    _must_be_free(going, whereabouts, ties)
    crews = {int(roster.crew_of[roster.officer_row[one]]) for one in going}
    lead = min(crews)
    unit = roster.crews[lead].code if len(crews) == 1 else roster.brigade_of[lead]
    return _override(kind, unit or roster.crews[lead].code, going, _too_few(going, whereabouts))


def _override(
    kind: ProposalKind, unit: str, officers: tuple[str, ...], against: tuple[Remark, ...]
) -> Picked:
    """Send whom nobody proposed."""
    return Picked(kind, unit, officers, Departure.OVERRIDE, None, None, against)


def _must_be_free(officers: tuple[str, ...], whereabouts: Whereabouts, ties: _Ties) -> None:
    """Refuse officers who can't be sent any more."""
    for one in officers:
        why = _taken(one, whereabouts, ties)
        if why:
            raise Conflict(f"Officer {one} {why}: ask for a new suggestion.")


def _taken(officer: str, whereabouts: Whereabouts, ties: _Ties) -> str | None:
    """Why an officer can't be sent now, whoever orders it."""
    if officer in ties.bound and officer not in ties.called_off:
        return ties.bound[officer]
    row = whereabouts.city.roster.officer_row.get(officer)
    if row is None:
        return "has left the city's roster"
    status = STATUSES[whereabouts.status[row]]
    if status == DutyStatus.OFF_DUTY:
        return "is off duty"
    at_work = status == DutyStatus.BUSY or not whereabouts.duty.without_job()[row]
    return "is busy" if at_work and officer not in ties.called_off else None


def _too_few(officers: tuple[str, ...], whereabouts: Whereabouts) -> tuple[Remark, ...]:
    """Say so where fewer go than the law asks for on the scene of a penalty."""
    roster = whereabouts.city.roster
    certified = sum(bool(roster.certified[roster.officer_row[one]]) for one in officers)
    if certified >= MIN_CERTIFIED:
        return ()
    return (
        Remark(
            "too_few_certified",
            f"持证队员仅 {certified} 人，不足 {MIN_CERTIFIED} 人，不得单独实施现场处罚。",
            f"Only {certified} of them hold a certificate; an act on the scene takes "
            f"{MIN_CERTIFIED}.",
        ),
    )
