"""
Automatic dispatch: what came in is judged by the rules at every beat, and sent or left.

Those that wait are taken together: suggested from one snapshot, then bound a few to a transaction,
so that the store is asked once and not for each.  What fails is tried again after ever longer
pauses, and stops nothing else.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from api.service import Service
from api.telling import tell_moves
from dispatch import automation_reason as said
from dispatch import desk
from dispatch.assignment import Assignment
from dispatch.assignment_terms import standard_terms
from dispatch.automatic import Judged, judge, leave, send
from dispatch.automation import Automation, object_to
from dispatch.incident import Incident
from dispatch.policy import Policy
from dispatch.store.incidents import lock_incidents
from dispatch.store.origins import waiting_for_verdict
from dispatch.store.verdicts import read_switched_off
from dispatch.whereabouts import Whereabouts
from geo.errors import GridDispatchError, Unavailable
from geo.remark import Remark

logger = logging.getLogger(__name__)

LOOKS_BACK = timedelta(days=1)
"""Reports older than this are not looked at: whoever was down for so long reads the queue first."""

AT_A_TIME = 20
"""Incidents that are taken together."""

TOGETHER = 10
"""
Of those, how many share a transaction in an embedded store, for whose one writer reports wait.  On
a server each has its own: who binds several holds rows that others wait for, and they may hold his.
"""

PROPOSALS = 4
"""Crews that are suggested; once all are taken, others are suggested anew."""

MOST_TRIES = 3
"""How often somebody is suggested anew because all who were proposed are taken."""

PAUSE_S, LONGEST_PAUSE_S = 0.5, 15.0
"""After a failure an incident waits so long, after each further one twice as long."""


@dataclass(frozen=True, slots=True)
class _Order:
    """An incident, what was suggested for it or why it is left, and where everybody was then."""

    judged: Judged
    decided: desk.Draft | Remark
    whereabouts: Whereabouts

    @property
    def number(self) -> str:
        """Id of the incident."""
        return str(self.judged.case.incident.id)

    def send(
        self, session: Session, taken: Collection[str], now: datetime
    ) -> Assignment | Remark | None:
        """Send somebody; else why it is left, or None where it is to be judged anew."""
        if isinstance(self.decided, Remark):
            return self.decided
        return send(
            session,
            self.judged,
            self.decided,
            self.whereabouts,
            now=now,
            terms=standard_terms(),
            taken=taken,
        )


@dataclass(frozen=True, slots=True)
class _Failing:
    """How often an incident has failed, and until when it is passed over."""

    times: int
    until: datetime


class AutomaticDispatch:
    """
    Judges incidents that nobody has taken up, the oldest first.

    Parameters
    ----------
    service
        The service.
    automation
        The rules.
    """

    def __init__(self, service: Service, automation: Automation) -> None:
        self._service, self._automation = service, automation
        self._failing: dict[str, _Failing] = {}
        self._tries: dict[str, int] = {}

    def beat(self) -> None:
        """Judge all that wait; one that fails is tried again later, others go on."""
        more = True
        while more:
            more = self._round()

    def _round(self) -> bool:
        """Judge a few; answers whether there may be more."""
        service = self._service
        with service.store.reading() as session:
            judged = self._judge(session)
            policy = service.policy(session, None, None)
        orders: list[_Order] = []
        for one in judged:
            with self._trying(str(one.case.incident.id)):
                orders.append(self._order(one, policy))
        together = TOGETHER if service.store.path is not None else 1
        done = 0
        for start in range(0, len(orders), together):
            done += self._settle(orders[start : start + together])
        if self._tries:  # somebody else has taken those who were proposed: see whom
            service.keep_duty()
        return bool(self._tries) or (done > 0 and len(judged) == AT_A_TIME)

    def _judge(self, session: Session) -> list[Judged]:
        """Judge those that wait, all by one state of the store."""
        service, now = self._service, self._service.clock()
        paused = [number for number, one in self._failing.items() if one.until > now]
        since = now - LOOKS_BACK
        waiting = waiting_for_verdict(session, since=since, limit=AT_A_TIME, but=paused)
        self._forget({str(one.id) for one, _ in waiting}, since)
        if not waiting:
            return []
        off, judged = read_switched_off(session), []
        for incident, origin in waiting:
            with self._trying(str(incident.id)):
                one = judge(
                    session, incident, origin, service.city, self._automation, off=off, now=now
                )
                judged.append(one)
        return judged

    def _forget(self, waiting: set[str], since: datetime) -> None:
        """Forget how often those have been tried that wait no more."""
        self._tries = {one: times for one, times in self._tries.items() if one in waiting}
        self._failing = {one: how for one, how in self._failing.items() if how.until > since}

    @contextmanager
    def _trying(self, number: str) -> Iterator[None]:
        """Try something with an incident; one with which it fails is passed over for a while."""
        with self._service.store_watch.trying(f"Automatic dispatch of {number}"):
            try:
                yield
            except Exception:
                self._pause(number)
                raise

    def _pause(self, number: str) -> None:
        """Pass an incident over, each time for longer."""
        times = self._failing[number].times + 1 if number in self._failing else 1
        pause_s = min(PAUSE_S * 2.0 ** (times - 1), LONGEST_PAUSE_S)
        until = self._service.clock() + timedelta(seconds=pause_s)
        self._failing[number] = _Failing(times, until)

    def _order(self, judged: Judged, policy: Policy) -> _Order:
        """Suggest somebody where a rule fits, or say why nobody is sent."""
        whereabouts = self._service.live.present
        if isinstance(judged.decided, Remark):
            return _Order(judged, judged.decided, whereabouts)
        draft = self.draw_up(judged.case.incident, policy)
        why = said.IMPOSSIBLE if draft is None else object_to(judged.decided, draft.suggestion)
        return _Order(judged, why or draft or said.IMPOSSIBLE, whereabouts)

    def draw_up(self, incident: Incident, policy: Policy) -> desk.Draft | None:
        """
        Suggest as for a dispatcher.

        Parameters
        ----------
        incident
            The incident.
        policy
            The ranking of the city's command room.

        Returns
        -------
        draft
            What is suggested, not kept yet; None where nothing can be said.

        Raises
        ------
        Unavailable
            A road engine fails at this moment.
        """
        service = self._service
        whereabouts = service.live.present
        try:
            return desk.draw_up(
                incident,
                whereabouts,
                now=service.clock(),
                policy=policy,
                k=PROPOSALS,
                freezer=service.freezer,
                covered=service.coverage.latest(whereabouts),
            )
        except Unavailable:  # as soon as it is back, or known to be gone, it is tried again
            raise
        except GridDispatchError as error:
            logger.warning("Nothing is suggested by rule for %s: %s", incident.id, error)
            return None

    def _settle(self, orders: Sequence[_Order]) -> int:
        """Send and leave a few, each alone if they fail together; answers how many came further."""
        done: list[int] = []
        if len(orders) == 1:
            with self._trying(orders[0].number):
                done.append(self._write(orders))
            return sum(done)
        with self._service.store_watch.trying("A transaction of automatic dispatch"):
            done.append(self._write(orders))
        return sum(done) if done else sum(self._settle([one]) for one in orders)

    def _write(self, orders: Sequence[_Order]) -> int:
        """Send and leave in one transaction, which is undone with all of them if one fails."""
        service, bound = self._service, set[str]()
        with service.store.session() as session:
            # All at once, before the first entry in the ledger, or two wait for each other.
            lock_incidents(session, *(one.number for one in orders))
            settled = [self._settle_one(session, one, bound) for one in orders]
            done = [one for one in settled if one is not None]
            self._tell(session, done)
            session.commit()
        service.note_bound(bound)
        return len(done)

    def _settle_one(
        self, session: Session, order: _Order, bound: set[str]
    ) -> Assignment | Incident | None:
        """Send or leave one; answers what came of it, or None where it is tried anew."""
        now = self._service.clock()
        sent = order.send(session, bound, now)
        if isinstance(sent, Assignment):
            bound |= set(sent.picked.officers)
            return sent
        if sent is None or (sent is said.TAKEN and self._once_more(order.number)):
            return None
        return leave(session, order.judged, sent, now=now)

    def _tell(self, session: Session, done: Sequence[Assignment | Incident]) -> None:
        """Tell open pages of all that came of a transaction."""
        sent = [one for one in done if isinstance(one, Assignment)]
        left = [one for one in done if isinstance(one, Incident)]
        now, city = self._service.clock(), self._service.city
        tell_moves(session, sent, city, now=now, incidents=left)

    def _once_more(self, number: str) -> bool:
        """Whether somebody is suggested anew since all who were proposed are taken."""
        self._tries[number] = self._tries.get(number, 0) + 1
        return self._tries[number] < MOST_TRIES
