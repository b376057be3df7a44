"""Beats: what a service does at a steady pace, and at which."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from secrets import randbits, token_hex
from typing import Protocol

from api.automatic_dispatch import AutomaticDispatch
from api.bulletin_clock import BulletinClock
from api.case_intervals import CaseIntervals
from api.city_clock import CityClock
from api.deadline_watch import DeadlineWatch
from api.event_feed import EventFeed
from api.idempotency import drop_old_answers
from api.live import Heartbeat
from api.metrics import Figures
from api.position_saving import save_positions
from api.position_sharing import PositionSharing
from api.post_office import PostOffice
from api.retention import forget_daily
from api.second_look import SecondLook
from api.service import Service
from dispatch.notify import SendingTerms
from dispatch.second_thoughts_file import standard_rule
from dispatch.store.leader import Leadership
from dispatch.whereabouts import Whereabouts
from geo.position import Fix

STREAM_S = 1.0
"""Positions go out once a second, however often they come in."""

WEIGHTS_S = 0.5
"""How often it is seen to that closures begin and end: a change shows within a second."""

ROADS_S = 2.0
"""How often it is seen whether the road engines answer."""

DEADLINES_S = 1.0
"""How often it is seen to that deadlines are told of: at most five seconds late."""

AUTOMATIC_S = 0.25
"""How often it is seen whether something came in that a rule may dispatch."""

CITY_S = 1.0
"""How often it is seen whether a planned version of the city is due."""

SIMULATIONS_S = 1.0
"""How often it is seen whether something is to be simulated, and how far it is."""

SECOND_LOOK_S = 2.0
"""How often incidents that wait for somebody are looked at again."""

DUTY_S = 0.5
"""How often it is seen to that shifts begin and end, and that others have signed on."""

COVERAGE_S = 3.0
"""How often coverage is counted, at most: suggestions price what a crew leaves behind by it."""

INTERVALS_S = 5.0
"""How often the intervals of cases are counted."""

STORE_S = 2.0
"""How often it is seen whether the store takes what is written."""

ANSWERS_S = 3600.0
"""How often answers to keyed requests that are no longer kept are dropped."""

RETENTION_S = 3600.0
"""How often it is seen to that the store forgets what it should, once a day."""

REPORTS_S = 60.0
"""How often it is seen whether a report is due; a few are made at a time."""

LEAD_S = 2.0
"""How often it is seen to that one of several processes leads."""

BEAT_S = 10.0
"""A stream that has nothing to say still says what time it is."""


class Patrol(Protocol):
    """Something that moves officers about."""

    def step(self, now: datetime) -> Iterable[Fix]:
        """
        Move everybody on.

        Parameters
        ----------
        now
            The present.

        Returns
        -------
        fixes
            New fixes of those who moved.
        """


PatrolMaker = Callable[[Whereabouts, datetime], Patrol]
"""Sets a patrol on its way from where the officers stand; only the demo has one."""


def heartbeats(
    service: Service, figures: Figures, patrol: PatrolMaker | None, leadership: Leadership
) -> list[Heartbeat | EventFeed | PostOffice]:
    """
    Lay out what happens at a steady pace.

    Parameters
    ----------
    service
        The service.
    figures
        Where intervals of cases are counted.
    patrol
        Moves the officers of a demo city, or None.
    leadership
        Whether this process does what is done once for all processes.

    Returns
    -------
    beats
        Patrol and stream, weights, deadlines, second looks, clock, saving, and messages; none has
        started.
    """
    walk = patrol(service.live.present, service.clock()) if patrol else None

    def once(beat: Callable[[], object]) -> Callable[[], None]:
        def beat_if_leading() -> None:
            if leadership.leads:
                beat()

        return beat_if_leading

    def steady(beat: Callable[[], None], every_s: float) -> Heartbeat:
        return Heartbeat(beat, every_s=every_s, trying=service.store_watch.trying)

    def move_and_publish() -> None:
        if walk is not None:
            now = service.clock()
            service.take_in(walk.step(now), now=now)
        service.announce_moved()

    return [
        steady(move_and_publish, STREAM_S),
        steady(service.keep_weights, WEIGHTS_S),
        steady(service.road_watch.beat, ROADS_S),
        steady(service.keep_coverage, COVERAGE_S),
        steady(service.keep_duty, DUTY_S),
        steady(leadership.look, LEAD_S),
        steady(DeadlineWatch(service).beat, DEADLINES_S),
        steady(once(SecondLook(service, standard_rule()).beat), SECOND_LOOK_S),
        steady(once(CityClock(service).beat), CITY_S),
        steady(once(service.simulations.beat), SIMULATIONS_S),
        steady(once(lambda: drop_old_answers(service)), ANSWERS_S),
        steady(once(lambda: forget_daily(service)), RETENTION_S),
        steady(once(BulletinClock(service).beat), REPORTS_S),
        steady(CaseIntervals(service, figures).beat, INTERVALS_S),
        steady(service.store_watch.beat, STORE_S),
        steady(service.announce_beat, BEAT_S),
        steady(lambda: save_positions(service), service.settings.position_save_s),
        steady(service.trackers.save, service.settings.position_save_s),
        EventFeed(
            service,
            {
                "closure": service.change_weights,
                "city": service.adopt_city,
                "devices": service.trackers.read_again,
            },
        ),
        PostOffice(service, SendingTerms(), seed=randbits(64)),
        *(steady(one.beat, STREAM_S) for one in _sharing(service)),
        *(steady(once(one.beat), AUTOMATIC_S) for one in _automatic(service)),
    ]


def _automatic(service: Service) -> list[AutomaticDispatch]:
    """Dispatch by rule, where the operator has said so."""
    return [AutomaticDispatch(service, service.automation)] if service.settings.automatic else []


def _sharing(service: Service) -> list[PositionSharing]:
    """Tell other processes on the same server who moved; an embedded store has one process."""
    return [PositionSharing(service, token_hex(8))] if service.store.path is None else []
