"""Automatic dispatch: what came in is judged by the rules at every beat, and sent or left."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta

from api.service import Service
from api.telling import tell_incident, tell_moves
from dispatch import automation_reason as said
from dispatch import desk
from dispatch.assignment_terms import standard_terms
from dispatch.automatic import Judged, judge, leave, send
from dispatch.automation import Automation, Rule, object_to
from dispatch.incident import Incident
from dispatch.policy import Policy
from dispatch.store.incidents import lock_incidents
from dispatch.store.origins import waiting_for_verdict
from dispatch.store.verdicts import is_switched_off, read_switched_off
from geo.errors import GridDispatchError, Unavailable
from geo.remark import Remark

logger = logging.getLogger(__name__)

LOOKS_BACK = timedelta(days=1)
"""Reports older than this are not looked at: whoever was down for so long reads the queue first."""

AT_A_TIME = 20
"""Incidents that are read at a time; who is free is read anew by the beat of duty, which in a large
city costs more than to pass over a crew that is taken."""

MOST_TRIES = 3
"""How often somebody is suggested anew because all who were proposed are taken."""


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

    def beat(self) -> None:
        """Judge all that wait; one that fails is tried again at the next beat, others go on."""
        more = True
        while more:
            more = self._round()

    def _round(self) -> bool:
        """Judge a few; answers whether there may be more."""
        service = self._service
        with service.store.reading() as session:
            since, now = service.clock() - LOOKS_BACK, service.clock()
            waiting = waiting_for_verdict(session, since=since, limit=AT_A_TIME)
            if not waiting:
                return False
            off, policy = read_switched_off(session), service.policy(session, None, None)
            judged = [
                judge(session, incident, origin, service.city, self._automation, off=off, now=now)
                for incident, origin in waiting
            ]
        left = [(one, one.decided) for one in judged if isinstance(one.decided, Remark)]
        done = 0
        with service.store_watch.trying("Automatic dispatch"):
            done += self._leave(left)
        for one in judged:
            if isinstance(one.decided, Rule):
                with service.store_watch.trying(f"Automatic dispatch of {one.case.incident.id}"):
                    done += self._send(one, one.decided, policy)
        return done > 0 and len(waiting) == AT_A_TIME

    def _send(self, judged: Judged, rule: Rule, policy: Policy) -> int:
        """Send somebody, suggesting anew while all who were proposed are taken."""
        for _ in range(MOST_TRIES):
            if self._is_off(judged):
                return self._leave([(judged, said.SWITCHED_OFF)])
            draft = self.draw_up(judged.case.incident, policy)
            why = said.IMPOSSIBLE if draft is None else object_to(rule, draft.suggestion)
            if draft is None or why is not None:
                return self._leave([(judged, why or said.IMPOSSIBLE)])
            if self._bind(judged, draft):
                return 1
            self._service.keep_duty()
        return self._leave([(judged, said.TAKEN)])

    def _is_off(self, judged: Judged) -> bool:
        """Whether the zone was switched off since it was judged."""
        with self._service.store.reading() as session:
            return is_switched_off(session, judged.case.zone)

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
                freezer=service.freezer,
                covered=service.coverage.latest(whereabouts),
            )
        except Unavailable:  # as soon as it is back, or known to be gone, it is tried again
            raise
        except GridDispatchError as error:
            logger.warning("Nothing is suggested by rule for %s: %s", incident.id, error)
            return None

    def _bind(self, judged: Judged, draft: desk.Draft) -> bool:
        """Bind a crew in a transaction of its own; what comes to nothing is undone."""
        service = self._service
        now = service.clock()
        with service.store.session() as session:
            sent = send(
                session, judged, draft, service.live.present, now=now, terms=standard_terms()
            )
            if sent is None:
                return False
            tell_moves(session, (sent,), service.city, now=now)
            session.commit()
        return True

    def _leave(self, judged: Sequence[tuple[Judged, Remark]]) -> int:
        """Leave incidents to a person in one transaction; answers how many that was."""
        service = self._service
        now = service.clock()
        if not judged:
            return 0
        with service.store.session() as session:
            # All at once, before the first entry in the ledger, or two could wait for each other.
            lock_incidents(session, *(str(one.case.incident.id) for one, _ in judged))
            left = [leave(session, one, why, now=now) for one, why in judged]
            for incident in left:
                if incident is not None:
                    tell_incident(session, incident, service.city, now=now)
            session.commit()
        return sum(incident is not None for incident in left)
