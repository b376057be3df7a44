"""The composition root: puts the application together from settings, and nothing at import."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig
from starlette.middleware.trustedhost import TrustedHostMiddleware

from api import description, errors, pages
from api.access_from_outside import trusted_names
from api.beats import PatrolMaker, heartbeats
from api.body_limit import BodyLimit
from api.clock import Clock, system_clock
from api.draining import Draining
from api.first_admin import invite_first_admin
from api.json_body import JsonBody
from api.metrics import Figures
from api.overload import Overload
from api.plain_address import PlainAddress
from api.position_saving import save_positions
from api.public_limits import PublicLimits
from api.request_log import RequestLog
from api.routes import (
    api_keys,
    assignments,
    attachments,
    audit,
    automation,
    batches,
    bulletins,
    calls,
    channels,
    checklist,
    city,
    city_versions,
    closures,
    contacts,
    coverage,
    deadlines,
    devices,
    diversions,
    duty,
    events,
    findings,
    handovers,
    health,
    hotline,
    incident_record,
    incidents,
    indicators,
    joint_operations,
    layer_exports,
    layer_previews,
    layers,
    maps,
    messages,
    ogc,
    ogc_drafts,
    ogc_tiles,
    open311,
    origins,
    own_job,
    places,
    plan_figures,
    plan_papers,
    plan_publications,
    plans,
    policies,
    positions,
    proposals,
    provider,
    public,
    qgis,
    reach,
    reports,
    session,
    simulations,
    suggestions,
    trackers,
    transitions,
    users,
    whistles,
)
from api.second_try import SecondTry
from api.service import Service
from api.settings import Settings
from api.stale_reads import StaleReads
from api.starting import start_service
from api.warm_up import warm_up
from dispatch.access import Person
from dispatch.store.leader import Leadership

logger = logging.getLogger(__name__)

ROUTES = (
    positions,
    trackers,
    suggestions,
    incidents,
    batches,
    diversions,
    assignments,
    whistles,
    reports,
    indicators,
    policies,
    automation,
    joint_operations,
    coverage,
    transitions,
    incident_record,
    attachments,
    public,
    open311,
    origins,
    findings,
    hotline,
    own_job,
    devices,
    deadlines,
    messages,
    calls,
    contacts,
    channels,
    duty,
    handovers,
    bulletins,
    closures,
    city,
    checklist,
    places,
    city_versions,
    plans,
    plan_publications,
    plan_papers,
    plan_figures,
    simulations,
    proposals,
    reach,
    maps,
    layers,
    layer_exports,
    layer_previews,
    ogc,
    ogc_drafts,
    ogc_tiles,
    qgis,
    events,
    audit,
    session,
    provider,
    users,
    api_keys,
    health,
)
"""Resources, in the order in which they are looked through and described: the busiest first."""

NO_TELEMETRY: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "auto_configure": False,
}
"""The framework's own would say what people have written; ours are `Figures` and `RequestLog`."""


def create_app(
    settings: Settings,
    *,
    clock: Clock = system_clock,
    patrol: PatrolMaker | None = None,
    started: Service | None = None,
    asker: Callable[[], Person] | None = None,
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
    asker
        Says who asks, whatever a request says; None where requests say so themselves.

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
        beats = await asyncio.to_thread(heartbeats, service, figures, patrol, leadership)
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
            await asyncio.to_thread(service.simulations.stop)
            await warming
            await asyncio.to_thread(leadership.resign)
            await asyncio.to_thread(save_positions, service)
            await asyncio.to_thread(service.trackers.save)
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
        telemetry=NO_TELEMETRY,
    )
    app.state.asker = asker
    app.state.figures = figures
    app.state.public_limits = PublicLimits()
    errors.install(app)
    description.install(app)
    for routes in ROUTES:
        # Routes know their whole paths.  Including a router would build each of them anew at the
        # first request: half a second that somebody waits for.
        app.router.routes.extend(routes.router.routes)
    pages.install(app)
    app.add_middleware(Draining)
    app.add_middleware(SecondTry)
    app.add_middleware(PlainAddress)
    app.add_middleware(Overload, figures=figures)
    app.add_middleware(JsonBody)
    more_at = {layers.router.prefix: settings.max_layer_bytes}
    app.add_middleware(BodyLimit, most_bytes=settings.max_body_bytes, more_at=more_at)
    app.add_middleware(StaleReads)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=trusted_names(settings))
    app.add_middleware(RequestLog, figures=figures)
    return app


def announce_start(service: Service) -> None:
    """
    Say in the log what is served, and who may come in.

    Parameters
    ----------
    service
        The service.
    """
    served = service.city
    if not served.code:
        logger.warning(
            "This store holds no city yet: grid-dispatch layer checklist, or GET "
            "/api/v1/city/checklist, says what comes next."
        )
        return
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
