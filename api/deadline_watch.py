"""Deadline watch: whatever is due is told at every beat, by as many processes as like to look."""

from __future__ import annotations

import logging

from api.service import Service
from api.telling import tell_call, tell_moves
from dispatch.assignment_terms import standard_terms
from dispatch.deadline import ClockKind
from dispatch.deadline_plan import Deadline
from dispatch.store.deadlines import due_deadlines
from dispatch.supervision import Supervised, supervise

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 200
"""Deadlines that are read at a time; each is told in a transaction of its own."""


class DeadlineWatch:
    """
    Tells what is due: reminders, what is missed, and the next proposal after silence.

    Parameters
    ----------
    service
        The service.
    """

    def __init__(self, service: Service) -> None:
        self._service = service

    def beat(self) -> None:
        """Tell everything that is due."""
        self.tell_due()

    def tell_due(self, kind: ClockKind | None = None) -> list[Supervised]:
        """
        Tell everything that is due; the store is written to only when something is.

        Parameters
        ----------
        kind
            Of one kind only.

        Returns
        -------
        told
            Each step that fell to this watch, in the order told.
        """
        service = self._service
        told: list[Supervised] = []
        more = True
        while more:
            with service.store.reading() as session:
                now = service.clock()
                due = due_deadlines(session, now=now, limit=MOST_AT_ONCE, kind=kind)
            supervised = [one for one in map(self._tell, due) if one is not None]
            told += supervised
            more = bool(supervised)
        if any(one.offer is not None for one in told):
            service.keep_duty()
        return told

    def _tell(self, deadline: Deadline) -> Supervised | None:
        """Tell one step; if that fails it is tried again at the next beat, others go on."""
        service = self._service
        try:
            with service.store.session() as session:
                told = supervise(
                    session,
                    deadline,
                    service.live.present,
                    now=service.clock(),
                    sending=standard_terms(),
                )
                if told is not None and told.offer is not None:
                    tell_moves(session, told.offer.moved, service.city, now=service.clock())
                if told is not None and told.call is not None:
                    tell_call(session, told.call, service.city, now=service.clock())
                session.commit()
        except Exception:  # one deadline that fails must not hold up the others
            logger.exception("Deadline %s of %s failed", deadline.kind, deadline.incident)
            return None
        return told
