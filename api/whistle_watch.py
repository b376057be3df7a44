"""Whistle watch: calls that are refused or not answered in time go up, and everybody hears."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from api.schemas_suggestion import as_json
from api.schemas_whistle import WhistleRecordOut
from api.service import Service
from dispatch.assignment import running_clock
from dispatch.escalation import Call, clocks_of_call, escalations
from dispatch.store.assignments import all_assignments
from dispatch.store.incidents import get_incident
from dispatch.store.whistles import get_call, list_calls, steps_of
from dispatch.whistle_desk import escalate


class WhistleWatch:
    """
    Looks at open calls at every beat.

    Parameters
    ----------
    service
        The service.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._told: set[tuple[str, int]] = set()

    def beat(self) -> None:
        """Take calls up that have failed; the store is written to only when there is news."""
        now, city = self._service.clock(), self._service.city
        with self._service.store.reading() as session:
            due = {
                (str(call.id), step.step)
                for call in list_calls(session, unclosed=True, limit=None)
                for step in escalations(call, city, now=now)
            }
        if due <= self._told:
            return
        with self._service.store.session() as session:
            news = escalate(session, city, now=now)
            session.commit()
        self._told |= due
        numbers = dict.fromkeys(str(call.id) for call, _ in news)
        with self._service.store.reading() as session:
            shown = [show_call(session, get_call(session, number), now) for number in numbers]
        for call in shown:
            tell(call, self._service)


def show_call(session: Session, call: Call, now: datetime) -> WhistleRecordOut:
    """
    Show a call as it stands.

    Parameters
    ----------
    session
        A session.
    call
        The call.
    now
        The present.

    Returns
    -------
    shown
        With its steps up and both clocks.
    """
    running = running_clock(all_assignments(session, incident=call.incident))
    reported_at = get_incident(session, call.incident).reported_at
    clocks = clocks_of_call(call, reported_at, running, now=now)
    return WhistleRecordOut.of(call, steps_of(session, str(call.id)), clocks, now)


def tell(shown: WhistleRecordOut, service: Service) -> WhistleRecordOut:
    """
    Tell every open page how a call stands.

    Parameters
    ----------
    shown
        The call.
    service
        The service.

    Returns
    -------
    shown
        The same for the answer.
    """
    service.announce("whistle", as_json(shown))
    return shown
