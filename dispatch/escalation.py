"""
Escalation (逾期上报): a whistle on record, and what follows when it is refused or not answered.

A call that fails goes to the command centre of the lowest area above caller and called.  If
that one does not take it up in a few minutes, it goes to the next one above, up to the city.
When is told by the deadlines of `dispatch.answers_due`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dispatch.assignment import ArrivalClock
from dispatch.city import City
from dispatch.power_rule import in_english
from dispatch.reason import minutes
from dispatch.whistle import Whistle
from geo.area import Area
from geo.remark import Remark


class Says(StrEnum):
    """What somebody who is called may answer."""

    COMES = "comes"
    REFUSES = "refuses"


class Closing(StrEnum):
    """How a call is closed."""

    ANSWERED = "answered"
    TAKEN_UP = "taken_up"
    WITHDRAWN = "withdrawn"


class CallState(StrEnum):
    """Where a call stands."""

    AWAITED = "awaited"
    COMING = "coming"
    REFUSED = "refused"
    SILENT = "silent"
    TAKEN_UP = "taken_up"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Answer:
    """
    What one of those called answered.

    Attributes
    ----------
    party
        Code of the unit, or name of the body.
    says
        Whether it comes.
    at, by
        When, and who said so.
    note
        What was added in words.
    """

    party: str
    says: Says
    at: datetime
    by: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """
    A whistle on record.

    Attributes
    ----------
    incident
        Id of the incident for which it was raised.
    whistle
        Who is called, by whom, until when, and who takes it up otherwise.
    raised_by
        Name of the person.
    answers
        In the order given; of several by one party the last counts.
    closed_at, closed_by, closed_as
        When, by whom and how it was closed; None while it is open.
    note
        What was added on closing.
    id
        Its number, or None before it is kept.
    """

    incident: str
    whistle: Whistle
    raised_by: str
    answers: tuple[Answer, ...] = ()
    closed_at: datetime | None = None
    closed_by: str | None = None
    closed_as: Closing | None = None
    note: str = ""
    id: str | None = None

    @property
    def parties(self) -> tuple[str, ...]:
        """Everybody who is called."""
        return (*self.whistle.units, *self.whistle.bodies)

    @property
    def latest(self) -> dict[str, Answer]:
        """The answer that counts, by party."""
        return {answer.party: answer for answer in self.answers}

    @property
    def everybody_comes(self) -> bool:
        """Whether all who are called have said that they come."""
        latest = self.latest
        return all(one in latest and latest[one].says == Says.COMES for one in self.parties)

    def says(self, party: str) -> Says | None:
        """
        Read the last word of one of those called.

        Parameters
        ----------
        party
            Code of the unit, or name of the body.

        Returns
        -------
        says
            None if it has given none.
        """
        answer = self.latest.get(party)
        return None if answer is None else answer.says

    def due_at(self, party: str) -> datetime:
        """
        Tell until when one of those called is waited for.

        Parameters
        ----------
        party
            Code of the unit, or name of the body.

        Returns
        -------
        due_at
            The last instant in time, or that of its refusal if that is earlier.
        """
        answer = self.latest.get(party)
        if answer is None or answer.says == Says.COMES:
            return self.whistle.answer_by
        return min(answer.at, self.whistle.answer_by)

    def missing(self, says: Says | None) -> tuple[str, ...]:
        """
        List those who gave a certain answer.

        Parameters
        ----------
        says
            The answer, or None for those who gave none.

        Returns
        -------
        parties
            In the order called.
        """
        latest = {party: answer.says for party, answer in self.latest.items()}
        return tuple(party for party in self.parties if latest.get(party) == says)


@dataclass(frozen=True, slots=True)
class Escalation:
    """
    A failed call goes up one step.

    Attributes
    ----------
    step
        From 1.
    to
        Code of the area whose command centre takes it up.
    at
        From when.
    said
        Why, and what that centre is to do until when.
    """

    step: int
    to: str
    at: datetime
    said: Remark


def state_of(call: Call, now: datetime) -> CallState:
    """
    Tell where a call stands.

    Parameters
    ----------
    call
        The call.
    now
        The present, with offset.

    Returns
    -------
    state
        A refusal comes before silence: it is known at once.
    """
    if call.closed_as in {Closing.TAKEN_UP, Closing.WITHDRAWN}:
        return CallState(str(call.closed_as))
    if call.everybody_comes:
        return CallState.COMING
    if call.missing(Says.REFUSES):
        return CallState.REFUSED
    return CallState.SILENT if call.whistle.unanswered(now) else CallState.AWAITED


def go_up(  # noqa: PLR0913 -- which step of what, as keywords
    call: Call, to: str, city: City, *, step: int, at: datetime, take_up_within_s: float
) -> Escalation:
    """
    Word a step up of a call that has failed.

    Parameters
    ----------
    call
        The call.
    to
        Code of the area whose command centre takes it up.
    city
        The city.
    step
        From 1.
    at
        From when.
    take_up_within_s
        Seconds that each command centre has before the next one above is told.

    Returns
    -------
    escalation
        To whom it goes, and what that centre is to do.

    Raises
    ------
    UnknownName
        The area is not in the city any more.
    """
    *higher, centre = city.chain_of(to)
    above = higher[-1] if higher else None
    return Escalation(step, to, at, _said(call, centre, above, take_up_within_s))


def _said(call: Call, centre: Area, above: Area | None, take_up_within_s: float) -> Remark:
    """Why a call goes to a command centre, and what that one is to do."""
    refused, silent = call.missing(Says.REFUSES), call.missing(None)
    zh = [*(f"{one}拒绝" for one in refused), *(f"{one}逾期未应答" for one in silent)]
    en = [*(f"{one} refuses" for one in refused), *(f"{one} did not answer" for one in silent)]
    within = minutes(take_up_within_s)
    then_zh = f"{within} 分钟内未接手的，上报{above.name}" if above else "由其督办到底"
    then_en = (
        f"if it does not within {within} min, {in_english(above)} is told"
        if above
        else "nobody stands above it"
    )
    return Remark(
        "whistle_escalated",
        f"{'、'.join(zh) or '应答逾期'}，由{centre.name}指挥中心督办并直接指派；{then_zh}。",
        f"{', '.join(en) or 'Answered late'}: the command centre of {in_english(centre)} takes it "
        f"up and orders them itself; {then_en}.",
    )


@dataclass(frozen=True, slots=True)
class CallClocks:
    """
    The two clocks of a call: that of the answer, and that of the incident, which runs on.

    Attributes
    ----------
    answer_left_s
        Seconds left to answer; negative once that is over.
    waiting_s
        Seconds since the incident was reported.
    arrival_left_s
        Seconds until the arrival target of whoever was sent; None while nobody was sent, and
        once somebody is there.
    """

    answer_left_s: float
    waiting_s: float
    arrival_left_s: float | None


def clocks_of_call(
    call: Call, reported_at: datetime, running: ArrivalClock | None, *, now: datetime
) -> CallClocks:
    """
    Read both clocks of a call.

    Parameters
    ----------
    call
        The call.
    reported_at
        When its incident was reported.
    running
        The arrival clock that runs for the incident, or None.
    now
        The present, with offset.

    Returns
    -------
    clocks
        Both.
    """
    until = min(now, call.closed_at or now)
    return CallClocks(
        answer_left_s=(call.whistle.answer_by - until).total_seconds(),
        waiting_s=(now - reported_at).total_seconds(),
        arrival_left_s=None if running is None else running.left_s(now),
    )
