"""
Assignment (派单): a suggestion accepted, officers bound to an incident, and how it was decided.

Who decides follows the first proposal, takes one of a lower rank, or overrides the suggestion
with officers who were not proposed, and then says why; or takes the offer to call a crew off
another incident.  What spoke against them at that moment
is kept with the decision.  The clock of the arrival target starts with the first dispatch and
runs until somebody is there: it does not start again when one crew takes over from another.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from dispatch.choice import ProposalKind
from dispatch.deadline import ClockKind
from dispatch.incident_state import WITH_CREWS, State
from dispatch.suggestion import Suggestion
from geo.remark import Remark


class Departure(StrEnum):
    """How far a decision departs from what was suggested."""

    FOLLOWED = "followed"
    LOWER_RANK = "lower_rank"
    OVERRIDE = "override"
    DIVERSION = "diversion"


class Outcome(StrEnum):
    """How an assignment ended."""

    DONE = "done"
    CALLED_OFF = "called_off"
    REFUSED = "refused"
    SILENT = "silent"
    MISTAKE = "mistake"
    MERGED = "merged"


@dataclass(frozen=True, slots=True)
class Decision:
    """
    Who decided, when, and what was said.

    Attributes
    ----------
    at
        When, with offset.
    by
        Name of the person, or of the rule that decided by itself.
    by_rule
        Whether a rule decided.
    reason
        Code of the reason, or None where none was given.
    note
        What was added in words.
    """

    at: datetime
    by: str
    by_rule: bool = False
    reason: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Picked:
    """
    Whom a decision sends.

    Attributes
    ----------
    kind
        For what.
    unit
        Code of the crew, of the drone, or of the unit that commands officers brought together.
    officers
        Ids of those who go.
    departure
        How far that departs from the suggestion.
    rank
        Rank of the proposal taken, or None for an override.
    eta_s
        Seconds from the decision until they are legally complete there; None if not known.
    against
        What spoke against an override.
    """

    kind: ProposalKind
    unit: str
    officers: tuple[str, ...]
    departure: Departure
    rank: int | None
    eta_s: float | None
    against: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class ArrivalClock:
    """
    The clock of an arrival: both starts are kept, the target counts from the dispatch.

    Attributes
    ----------
    received_at
        When the report came in.
    dispatched_at
        When somebody was first sent.
    target_s
        Seconds from then within which somebody is to be there.
    """

    received_at: datetime
    dispatched_at: datetime
    target_s: float

    @property
    def due_at(self) -> datetime:
        """The last instant in time."""
        return self.dispatched_at + timedelta(seconds=self.target_s)

    def left_s(self, now: datetime) -> float:
        """
        Tell what is left.

        Parameters
        ----------
        now
            The present, with offset.

        Returns
        -------
        left_s
            Seconds until the target; negative once it has passed.
        """
        return (self.due_at - now).total_seconds()


@dataclass(frozen=True, slots=True)
class Assignment:
    """
    Officers bound to an incident.

    Attributes
    ----------
    incident, suggestion
        Ids of both.
    picked
        Who goes, for what.
    decision
        Who decided, and why.
    clock
        The clock of their arrival.
    expected_end
        When they are expected to be free again.
    policy, routing, matters
        Ranking, code of the rule between grid and specialist, and matters of the suggestion, by
        which rates are reported.
    reinforces
        Whether they go beside others who are bound for the same.
    run_card
        The lead matter where the suggestion went by its run card, or None.
    instead_of
        Id of the assignment from which they were called off for this one, or None.
    acknowledged_at, departed_at
        When they said that they have the order, and when they set out; None if they did not.
    arrived_at
        When they were complete at the place, or None.
    released_at, outcome, released_by
        When they were free again, how it ended, and who said so; None while they are bound.
    id
        Its number, or None before it is kept.
    """

    incident: str
    suggestion: str
    picked: Picked
    decision: Decision
    clock: ArrivalClock
    expected_end: datetime
    policy: str
    routing: str
    matters: tuple[str, ...]
    reinforces: bool = False
    run_card: str | None = None
    instead_of: str | None = None
    acknowledged_at: datetime | None = None
    departed_at: datetime | None = None
    arrived_at: datetime | None = None
    released_at: datetime | None = None
    outcome: Outcome | None = None
    released_by: str | None = None
    id: str | None = None

    @property
    def bound(self) -> bool:
        """Whether its officers are bound still."""
        return self.released_at is None

    @property
    def under_way(self) -> bool:
        """Whether they are on their way."""
        return self.bound and self.arrived_at is None

    @property
    def has_case(self) -> bool:
        """Whether they have the case, rather than secure the place or look first."""
        return self.picked.kind not in {ProposalKind.SECURE, ProposalKind.FIRST_LOOK}

    @property
    def stage(self) -> State:
        """How far they are."""
        stages = (
            (State.ON_SCENE, self.arrived_at),
            (State.EN_ROUTE, self.departed_at),
            (State.ACKNOWLEDGED, self.acknowledged_at),
        )
        return next((stage for stage, at in stages if at is not None), State.DISPATCHED)

    def is_as_far_as(self, stage: State) -> bool:
        """
        Tell whether they are as far as a stage.

        Parameters
        ----------
        stage
            A state in which crews are bound.

        Returns
        -------
        so_far
            Whether they are there, or further.
        """
        return WITH_CREWS.index(self.stage) >= WITH_CREWS.index(stage)


def clock_for(
    kind: ProposalKind,
    suggestion: Suggestion,
    earlier: Iterable[Assignment],
    *,
    received_at: datetime,
    now: datetime,
) -> ArrivalClock:
    """
    Give the clock by which an arrival is judged.

    Parameters
    ----------
    kind
        For what somebody is sent.
    suggestion
        The suggestion that is accepted.
    earlier
        All assignments to the incident so far.
    received_at
        When the incident was reported.
    now
        The present, with offset.

    Returns
    -------
    clock
        The one that runs for this purpose already, if nobody has arrived by it; else a new one.
    """
    running = running_clock(earlier, purpose_of(kind))
    return running or ArrivalClock(received_at, now, _target_s(kind, suggestion))


def running_clock(
    assignments: Iterable[Assignment], what_for: str = ClockKind.ARRIVE
) -> ArrivalClock | None:
    """
    Find the clock that runs for an incident.

    Parameters
    ----------
    assignments
        All assignments to it.
    what_for
        For the arrival of whoever has the case, or for another purpose.

    Returns
    -------
    clock
        The first one started; None if nobody has been sent, or somebody is there.
    """
    same = [one for one in assignments if purpose_of(one.picked.kind) == what_for]
    if not same or any(one.arrived_at for one in same):
        return None
    return min((one.clock for one in same), key=lambda clock: clock.dispatched_at)


def purpose_of(kind: ProposalKind) -> str:
    """
    Tell which kinds share a clock.

    Parameters
    ----------
    kind
        For what somebody is sent.

    Returns
    -------
    purpose
        The arrival of whoever has the case, securing the place, or the drone's look.
    """
    own_clock = {ProposalKind.SECURE, ProposalKind.FIRST_LOOK}
    return kind.value if kind in own_clock else ClockKind.ARRIVE.value


def _target_s(kind: ProposalKind, suggestion: Suggestion) -> float:
    """The target that the suggestion states for a purpose."""
    stated = {clock.kind: clock.within_s for clock in suggestion.clocks}
    if kind == ProposalKind.SECURE and ClockKind.ARRIVE in stated:
        return stated.get(ClockKind.SECURE, suggestion.arrival_target_s)
    return suggestion.arrival_target_s
