"""Deadlines: what is to be done by when, what was missed, and who is told."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from sqlalchemy.orm import Session

from api.access import may
from api.errors import NotFound
from api.named_thing import sees_incident
from api.paging import CutDep, newest
from api.schemas import Page
from api.schemas_deadline import DeadlineOut, DeadlineRecordOut
from api.service import ServiceDep
from dispatch.access import Act, Person
from dispatch.city import City
from dispatch.deadline import ClockKind
from dispatch.deadline_plan import Deadline, DeadlineState
from dispatch.sight import sight_of
from dispatch.store.deadlines import get_deadline, list_deadlines, steps_told
from dispatch.store.incidents import get_incident
from geo.errors import UnknownName

router = APIRouter(prefix="/api/v1/deadlines", tags=["deadlines"])

SeeIncidentsDep = Annotated[Person, Depends(may(Act.SEE_INCIDENTS))]

LARGEST = 2**31 - 1
"""No deadline has a larger number."""


@router.get("")
def list_all(  # noqa: PLR0913, PLR0917 -- a filter each
    service: ServiceDep,
    cut: CutDep,
    person: SeeIncidentsDep,
    incident: Annotated[str | None, Query(max_length=64, description="Of one incident.")] = None,
    kind: Annotated[ClockKind | None, Query(description="Of one kind only.")] = None,
    state: Annotated[DeadlineState | None, Query(description="In one state only.")] = None,
) -> Page[DeadlineOut]:
    """Deadlines, the newest first."""
    sight = sight_of(person, service.city)
    with service.store.reading() as session:
        rows, following = newest(
            lambda _, limit: list_deadlines(
                session,
                incident=incident,
                kind=kind,
                state=state,
                sight=sight,
                before=cut.number,
                limit=limit,
            ),
            lambda row: str(row.id),
            cut,
        )
    now = service.clock()
    return Page(items=[DeadlineOut.of_kept(row, now) for row in rows], next=following)


@router.get("/{number}")
def read(
    number: Annotated[int, Path(ge=1, le=LARGEST)], service: ServiceDep, person: SeeIncidentsDep
) -> DeadlineRecordOut:
    """Read one deadline: what was told of it and when, and what will be unless it is met."""
    try:
        with service.store.reading() as session:
            deadline, told = get_deadline(session, number), steps_told(session, number)
            seen = _sees(session, deadline, person, service.city)
    except UnknownName as error:
        raise NotFound(str(error)) from error
    if not seen:
        raise NotFound(f"There is no deadline {number}.")
    return DeadlineRecordOut.of_record(deadline, told, service.clock())


def _sees(session: Session, deadline: Deadline, person: Person, city: City) -> bool:
    """Whether the incident of a deadline is the person's to see."""
    return sees_incident(session, get_incident(session, deadline.incident), person, city)
