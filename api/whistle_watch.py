"""Whistle watch: calls that are refused or not answered in time go up, and everybody hears."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from api.schemas_whistle import WhistleRecordOut
from api.service import Service
from api.telling import tell_call
from dispatch.city import City
from dispatch.escalation import escalations
from dispatch.store.whistles import get_call, list_calls
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
            escalate_calls(session, city, now=now)
            session.commit()
        self._told |= due


def escalate_calls(session: Session, city: City, *, now: datetime) -> list[WhistleRecordOut]:
    """
    Take calls up that have failed, and tell how each stands then.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    city
        The city.
    now
        The present.

    Returns
    -------
    shown
        Those that nobody had been told of, the oldest first.
    """
    news = escalate(session, city, now=now)
    numbers = dict.fromkeys(str(call.id) for call, _ in news)
    return [tell_call(session, get_call(session, one), city, now=now) for one in numbers]
