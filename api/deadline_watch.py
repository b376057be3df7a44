"""Deadline watch: whatever is due is told at every beat, by as many processes as like to look."""

from __future__ import annotations

from collections.abc import Sequence

from api.service import Service
from api.telling import tell_call, tell_moves
from dispatch.assignment_terms import standard_terms
from dispatch.deadline import ClockKind
from dispatch.deadline_plan import Deadline
from dispatch.store.deadlines import due_deadlines
from dispatch.supervision import Supervised, supervise

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
            supervised = self._tell_each(due)
            told += supervised
            more = bool(supervised)
        if any(one.offer is not None for one in told):
            service.keep_duty()
        return told

    def _tell_each(self, due: Sequence[Deadline]) -> list[Supervised]:
        """Tell one step of each; one that fails is tried again at the next beat, others go on."""
        told: list[Supervised | None] = []
        for deadline in due:
            what = f"Deadline {deadline.kind} of {deadline.incident}"
            with self._service.store_watch.trying(what):
                told.append(self._tell(deadline))
        return [one for one in told if one is not None]

    def _tell(self, deadline: Deadline) -> Supervised | None:
        """Tell one step, in a transaction of its own."""
        service = self._service
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
        return told
