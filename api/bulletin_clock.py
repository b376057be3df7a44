"""Bulletin clock: reports are made when they are due, once, whoever was down at that moment."""

from __future__ import annotations

import logging
from collections import Counter

from api.service import Service
from dispatch.bulletin import Scope
from dispatch.bulletin_desk import draw_up, issue_bulletin
from dispatch.bulletin_schedule import Due, due_bulletins
from dispatch.store.bulletin_evidence import Sources
from dispatch.store.bulletins import last_issue
from dispatch.store.ledger import SYSTEM

logger = logging.getLogger(__name__)

AT_A_BEAT = 3
"""Reports that are drawn up at a time, also those with nothing to tell."""


class BulletinClock:
    """
    Makes reports that are due and not there yet.

    Parameters
    ----------
    service
        The service.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._settled: set[Scope] = set()
        self._tries: Counter[Scope] = Counter()

    def beat(self) -> None:
        """Make a few that are due: a city has many areas, and others ask meanwhile."""
        self.make_due(most=AT_A_BEAT)

    def make_due(self, *, most: int | None = None) -> list[str]:
        """
        Make what is due; of an area without a case there is nothing to tell.

        Parameters
        ----------
        most
            How many are drawn up at most, whatever comes of it; None for all.

        Returns
        -------
        numbers
            Of the reports that were made; each as known when it was due, however late it is made.
        """
        service = self._service
        due = due_bulletins(
            service.report_rules.products.values(), service.city.areas, now=service.clock()
        )
        made: list[str] = []
        drawn = 0
        for one in sorted(due, key=lambda one: self._tries[one.scope]):
            if service.stopping or drawn == most:
                break
            # What fails keeps no other from being made, and is tried again after them.
            with service.store_watch.trying(f"The {one.scope.kind} report of {one.scope.area}"):
                if one.scope in self._settled or self._is_there(one):
                    continue
                drawn += 1
                self._tries[one.scope] += 1
                number = self._make(one)
                made += [] if number is None else [number]
        return made

    def _is_there(self, due: Due) -> bool:
        """Whether it is made already, by this process or another."""
        with self._service.store.reading() as session:
            last = last_issue(session, due.scope)
        there = last is not None and last.known_at >= due.at
        if there:
            self._settled.add(due.scope)
        return there

    def _make(self, due: Due) -> str | None:
        """Make one, in a transaction of its own."""
        service, scope = self._service, due.scope
        with service.store.reading() as session:
            sources = Sources(
                service.city, lambda city: service.case_books.past_books(city, session)
            )
            drawn_up = draw_up(session, scope, service.report_rules, sources, known_at=due.at)
        if not len(drawn_up.evidence.book):
            self._settled.add(scope)
            return None
        with service.store.session() as session:
            kept = issue_bulletin(session, drawn_up, now=service.clock(), by=SYSTEM, first=True)
            session.commit()
        self._settled.add(scope)
        if kept is None:
            return None
        logger.info("The %s report of %s is there as %s.", scope.kind, scope.area, kept.id)
        return kept.id
