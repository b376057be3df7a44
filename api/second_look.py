"""Second look: incidents that wait for somebody are looked at again, and news is told."""

from __future__ import annotations

import logging
import time
from collections import deque
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from api.service import Service
from api.telling import tell_thought
from dispatch import desk, follow_up
from dispatch.policy import Policy
from dispatch.reconsidering import Look, SecondThought, Watched, Ways, look_again
from dispatch.second_thoughts import Rule
from dispatch.store.ledger import SYSTEM, record
from dispatch.store.second_thoughts import add_thought, read_watched, recently_suggested
from dispatch.whereabouts import Whereabouts
from geo.errors import UnknownName

logger = logging.getLogger(__name__)


BUDGET_S, LEAST_S = 0.1, 0.001
"""A turn takes a twentieth of a core, by what one incident took in the turn before."""


class SecondLook:
    """
    Looks at incidents that wait for somebody, a few at every beat.

    Parameters
    ----------
    service
        The service.
    rule
        When to have second thoughts.
    """

    def __init__(self, service: Service, rule: Rule) -> None:
        self._service, self._rule = service, rule
        self._turn: deque[str] = deque()
        self._ways: dict[str, Ways] = {}
        self._each_s = LEAST_S

    def beat(self) -> None:
        """Look at those whose turn it is; what they have still to drive is remembered."""
        service, rule = self._service, self._rule
        # Taken before the record is read: a crew that is sent meanwhile is free there, not lost.
        now, whereabouts = service.clock(), service.live.present
        with service.store.reading() as session:
            if not self._turn:
                since = now - timedelta(seconds=rule.watch_for_s)
                self._turn.extend(recently_suggested(session, since=since))
                self._ways = {one: self._ways[one] for one in self._turn if one in self._ways}
            began_s = time.thread_time()
            most = min(rule.most_at_once, len(self._turn), max(1, int(BUDGET_S / self._each_s)))
            turn = [self._turn.popleft() for _ in range(most)]
            watched = [read_watched(session, incident) for incident in turn]
            policies = [self._policy(session, one.suggestion.policy) for one in watched]
        for one, policy in zip(watched, policies, strict=True):
            self._look(one, policy, whereabouts, now)
        if turn:
            self._each_s = max((time.thread_time() - began_s) / len(turn), LEAST_S)

    def _policy(self, session: Session, name: str) -> Policy:
        """The ranking of a suggestion; the usual one if its own is gone."""
        try:
            return self._service.policy(session, name, None)
        except UnknownName as error:
            logger.warning("Looking again by the usual policy: %s", error)
            return self._service.policy(session, None, None)

    def _look(
        self, watched: Watched, policy: Policy, whereabouts: Whereabouts, now: datetime
    ) -> None:
        """Look at one, and suggest anew if that is worth it."""
        incident = str(watched.incident.id)
        ways = self._ways.get(incident, ())
        look = look_again(watched, whereabouts, self._rule, now=now, ways=ways, policy=policy)
        if look is None:
            self._ways.pop(incident, None)
            return
        self._ways[incident] = look.ways
        if look.why:
            self._tell(watched, look, policy, now)

    def _tell(self, watched: Watched, look: Look, policy: Policy, now: datetime) -> None:
        """Suggest anew, keep it, and tell every open page why."""
        service = self._service
        with service.store.reading() as session:
            draft = follow_up.draft_for(
                session,
                str(watched.incident.id),
                service.live.present,
                now=now,
                policy=policy,
                freezer=service.freezer,
                covered=service.coverage.latest(service.live.present),
            )
        with service.store.session() as session:
            made, _ = desk.keep(session, draft)
            thought = SecondThought(
                incident=str(watched.incident.id),
                assignment=watched.going.id if watched.going else None,
                at=now,
                why=look.why,
                before=watched.number,
                after=made,
                outlook=look.outlook,
            )
            add_thought(session, thought)
            detail = {"before": thought.before, "after": thought.after, "why": list(thought.why)}
            about = thought.incident
            record(session, now=now, by=SYSTEM, act="suggest_anew", about=about, detail=detail)
            tell_thought(session, thought, service.live.present.city)
            session.commit()
