"""The composition root: puts a service together from settings, and nothing at import."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from secrets import randbits, token_hex
from typing import Protocol

from fastapi import FastAPI
from starlette.middleware.trustedhost import TrustedHostMiddleware

from api import description, errors, pages
from api.access_from_outside import trusted_names
from api.body_limit import BodyLimit
from api.case_intervals import CaseIntervals
from api.clock import Clock, system_clock
from api.deadline_watch import DeadlineWatch
from api.draining import Draining
from api.duty_now import DutyNow
from api.event_feed import EventFeed
from api.first_admin import invite_first_admin
from api.idempotency import drop_old_answers
from api.json_body import JsonBody
from api.layers import Layers
from api.live import Heartbeat
from api.metrics import Figures
from api.notifier import notifier_of
from api.oidc import provider_of
from api.oidc_claims import claim_rules
from api.overload import Overload
from api.plain_address import PlainAddress
from api.position_sharing import PositionSharing
from api.post_office import PostOffice
from api.request_log import RequestLog
from api.retention import forget_daily
from api.routes import (
    api_keys,
    assignments,
    audit,
    batches,
    city,
    closures,
    coverage,
    deadlines,
    diversions,
    duty,
    events,
    health,
    incident_record,
    incidents,
    joint_operations,
    maps,
    messages,
    policies,
    positions,
    provider,
    reach,
    reports,
    session,
    suggestions,
    transitions,
    users,
    whistles,
)
from api.second_look import SecondLook
from api.second_try import SecondTry
from api.service import Service
from api.settings import Settings, demo_store_url
from api.stale_reads import StaleReads
from api.tile import tiles_of
from api.warm_up import warm_up
from api.weights_in_force import WeightsInForce
from dispatch.deadline_terms import known_deadlines
from dispatch.live import LiveWhereabouts
from dispatch.notify import SendingTerms
from dispatch.policy import policy_named
from dispatch.policy_file import known_policies
from dispatch.second_thoughts_file import standard_rule
from dispatch.store.cities import read_backdrop, read_city, read_statuses
from dispatch.store.engine import open_store
from dispatch.store.leader import Leadership
from dispatch.store.positions import read_positions, write_positions
from dispatch.whereabouts import Whereabouts, locate_officers
from geo.position import Fix

logger = logging.getLogger(__name__)

STREAM_S = 1.0
"""Positions go out once a second, however often they come in."""

WEIGHTS_S = 0.5
"""How often it is seen to that closures begin and end: a change shows within a second."""

ROADS_S = 2.0
"""How often it is seen whether the road engines answer."""

DEADLINES_S = 1.0
"""How often it is seen to that deadlines are told of: at most five seconds late."""

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

LEAD_S = 2.0
"""How often it is seen to that one of several processes leads."""

BEAT_S = 10.0
"""A stream that has nothing to say still says what time it is."""

ROUTES = (
    suggestions,
    batches,
    diversions,
    assignments,
    whistles,
    reports,
    policies,
    joint_operations,
    coverage,
    incidents,
    transitions,
    incident_record,
    deadlines,
    messages,
    positions,
    duty,
    closures,
    city,
    reach,
    maps,
    events,
    audit,
    session,
    provider,
    users,
    api_keys,
    health,
)
"""Resources, in the order in which they are described."""


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


def create_app(
    settings: Settings,
    *,
    clock: Clock = system_clock,
    patrol: PatrolMaker | None = None,
    started: Service | None = None,
) -> FastAPI:
    """
    Put the application together.

    Parameters
    ----------
    settings
        What the operator set.
    clock
        Tells the present.
    patrol
        Moves the officers of a demo city.
    started
        A service that `start_service` has put together; without one the application opens
        the store when it starts.  Either way the application closes it.

    Returns
    -------
    app
        An ASGI application.
    """
    figures = Figures()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        service = started
        if service is None:
            service = await asyncio.to_thread(start_service, settings, clock)
        service.go_live()
        app.state.service = service
        figures.watch(service)
        leadership = Leadership(service.store)
        await asyncio.to_thread(leadership.look)
        beats = heartbeats(service, patrol, leadership)
        intervals = await asyncio.to_thread(CaseIntervals, service, figures)
        beats.append(Heartbeat(intervals.beat, every_s=INTERVALS_S))
        service.intake.start()
        for beat in beats:
            beat.start()
        warming = asyncio.create_task(_warm(service))
        await asyncio.to_thread(invite_first_admin, service)
        announce_start(service)
        try:
            yield
        finally:
            service.stream.close()
            await asyncio.to_thread(service.intake.stop)
            await asyncio.gather(*(beat.stop() for beat in beats))
            await warming
            await asyncio.to_thread(leadership.resign)
            await asyncio.to_thread(save_positions, service)
            if service.provider is not None:
                service.provider.close()
            service.store.close()

    app = FastAPI(
        title="grid-dispatch",
        summary="Who should go to an incident, when will they be there, and why them.",
        version="1",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.state.figures = figures
    errors.install(app)
    description.install(app)
    for routes in ROUTES:
        app.include_router(routes.router)
    pages.install(app)
    app.add_middleware(Draining)
    app.add_middleware(SecondTry)
    app.add_middleware(PlainAddress)
    app.add_middleware(JsonBody)
    app.add_middleware(BodyLimit, most_bytes=settings.max_body_bytes)
    app.add_middleware(StaleReads)
    app.add_middleware(Overload, figures=figures)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=trusted_names(settings))
    app.add_middleware(RequestLog, figures=figures)
    return app


def start_service(settings: Settings, clock: Clock) -> Service:
    """
    Open the store and read the city.

    Parameters
    ----------
    settings
        What the operator set.
    clock
        Tells the present.

    Returns
    -------
    service
        Ready to answer, though the first answer may be slow.
    """
    deadlines = known_deadlines(settings.deadlines)
    known = known_policies(settings.policies)
    policy_named(settings.policy, known)
    notifier = notifier_of(settings)
    claim_rules(settings)  # what is wrong with them is said at the start
    store = open_store(settings.store or demo_store_url())
    published = replace(read_city(store, or_by_air=True), deadlines=deadlines)
    with store.reading() as session:
        positions, statuses = read_positions(session), read_statuses(session)
        backdrop = read_backdrop(session)
    weights = WeightsInForce(store, published)
    weights.read_again(clock())
    live = LiveWhereabouts(locate_officers(published, positions, statuses))
    duty_now = DutyNow(store, live)
    duty_now.apply(clock())
    return Service(
        settings=settings,
        clock=clock,
        store=store,
        city=published,
        weights=weights,
        live=live,
        duty=duty_now,
        provider=provider_of(settings),
        policies=known,
        notifier=notifier,
        layers=Layers(published, [(row.kind, row.name, row.polygon) for row in backdrop]),
        tiles=tiles_of(published),
    )


def heartbeats(
    service: Service, patrol: PatrolMaker | None, leadership: Leadership
) -> list[Heartbeat | EventFeed | PostOffice]:
    """
    Lay out what happens at a steady pace.

    Parameters
    ----------
    service
        The service.
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

    def move_and_publish() -> None:
        if walk is not None:
            now = service.clock()
            service.take_in(walk.step(now), now=now)
        service.announce_moved()

    return [
        Heartbeat(move_and_publish, every_s=STREAM_S),
        Heartbeat(service.keep_weights, every_s=WEIGHTS_S),
        Heartbeat(service.road_watch.beat, every_s=ROADS_S),
        Heartbeat(service.keep_coverage, every_s=COVERAGE_S),
        Heartbeat(service.keep_duty, every_s=DUTY_S),
        Heartbeat(leadership.look, every_s=LEAD_S),
        Heartbeat(DeadlineWatch(service).beat, every_s=DEADLINES_S),
        Heartbeat(once(SecondLook(service, standard_rule()).beat), every_s=SECOND_LOOK_S),
        Heartbeat(once(lambda: drop_old_answers(service)), every_s=ANSWERS_S),
        Heartbeat(once(lambda: forget_daily(service)), every_s=RETENTION_S),
        Heartbeat(service.store_watch.beat, every_s=STORE_S),
        Heartbeat(service.announce_beat, every_s=BEAT_S),
        Heartbeat(lambda: save_positions(service), every_s=service.settings.position_save_s),
        EventFeed(service, {"closure": service.change_weights}),
        PostOffice(service, SendingTerms(), seed=randbits(64)),
        *_sharing(service),
    ]


def _sharing(service: Service) -> list[Heartbeat]:
    """Tell other processes on the same server who moved; an embedded store has one process."""
    if service.store.path is not None:
        return []
    return [Heartbeat(PositionSharing(service, token_hex(8)).beat, every_s=STREAM_S)]


def save_positions(service: Service) -> None:
    """
    Write the positions that changed since the last time, all of them or none.

    Parameters
    ----------
    service
        The service; what could not be written it keeps for the next time.
    """
    unsaved = service.take_unsaved()
    if not unsaved:
        return
    fixes = service.live.present.positions.fixes  # read after: nobody moves unseen in between
    try:
        with service.store.session() as session:
            write_positions(session, [fixes[officer] for officer in unsaved if officer in fixes])
            session.commit()
    except BaseException:
        service.give_back_unsaved(unsaved)
        raise


def announce_start(service: Service) -> None:
    """
    Say in the log what is served, and who may come in.

    Parameters
    ----------
    service
        The service.
    """
    served = service.city
    logger.info("Serving %s (%s), city version %s", served.name, served.name_en, served.version)
    if served.invented:
        logger.info("This city is invented: nothing in it exists (演示城市，纯属虚构).")
        logger.info(
            "Demo users demo-<role> (password demo) and their bearer tokens demo-<role> are known, "
            "on this machine only; the page signs you in as demo-dispatcher."
        )


async def _warm(service: Service) -> None:
    """Compile what the first answer needs, then report ready."""
    try:
        await asyncio.to_thread(service.road_watch.beat)
        await asyncio.to_thread(warm_up, service.live.present, now=service.clock())
    except Exception:  # a question that fails here fails when it is asked, with its reason
        logger.exception("The road engine could not be warmed")
        return
    service.warm = True
