"""Health: whether the process lives, and whether it should be sent work."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from api.access import may
from api.metrics import CONTENT_TYPE, Figures
from api.service import Service, ServiceDep
from dispatch.access import Act, Person
from geo.errors import Unavailable

router = APIRouter(tags=["health"])

SeeFiguresDep = Annotated[Person, Depends(may(Act.SEE_FIGURES))]


LATE_S = 60.0
"""A message that is not taken for longer says that something is wrong."""


class HealthOut(BaseModel):
    """The process lives."""

    status: Literal["ok"] = "ok"


Part = Literal["roads", "store", "intake", "messages"]


class PartOut(BaseModel):
    """One part of the service, and what is wrong with it."""

    part: Part
    ok: bool
    why: str | None = None


class ReadyOut(BaseModel):
    """Whether the service should be sent work, at these versions, and how its parts are."""

    status: Literal["ready", "degraded"]
    city_version: str
    weight_version: str
    parts: list[PartOut]


@router.get("/healthz")
async def healthz() -> HealthOut:
    """Tell that the process lives."""
    return HealthOut()


@router.get("/readyz", responses={503: {"description": "Warming up, or stopping."}})
async def readyz(service: ServiceDep) -> ReadyOut:
    """
    Tell whether the service should be sent work: city loaded, kernels compiled, not stopping.

    What has failed besides makes it degraded: it still answers, as well as it can, and says so.
    """
    if service.stopping:
        raise Unavailable("This process is stopping; ask again, and another one will answer.")
    if not service.warm:
        raise Unavailable("The road engine is still warming up; try again in a few seconds.")
    parts = _parts(service)
    return ReadyOut(
        status="ready" if all(part.ok for part in parts) else "degraded",
        city_version=service.city.version,
        weight_version=service.city.weight_version,
        parts=parts,
    )


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def metrics(request: Request, _: SeeFiguresDep) -> Response:
    """Tell what Prometheus asks for; the figures are those of this process."""
    figures: Figures = request.app.state.figures
    return Response(figures.written(), media_type=CONTENT_TYPE)


def _wrong_with_messages(service: Service) -> str | None:
    """Say that messages were given up, or that they are not taken."""
    outbox = service.outbox
    if outbox.dead:
        return f"{outbox.dead} given up; see /api/v1/messages?state=dead."
    if outbox.waits_s(service.clock()) > LATE_S:
        return f"{outbox.waiting} not taken yet, the oldest since {outbox.oldest_at}."
    if outbox.to_call:
        return f"{outbox.to_call} to be told by phone; see /api/v1/calls."
    return None


def _parts(service: Service) -> list[PartOut]:
    """Look at what may fail while the rest goes on."""
    down_since = service.store_watch.down_since
    found: dict[Part, str | None] = {
        "roads": _wrong_with_roads(service),
        "store": f"It takes no writes since {down_since}." if down_since else None,
        "intake": "More positions wait than are dealt with." if service.intake.full else None,
        "messages": _wrong_with_messages(service),
    }
    return [PartOut(part=part, ok=why is None, why=why) for part, why in found.items()]


def _wrong_with_roads(service: Service) -> str | None:
    """Say for which modes of travel there is no road engine."""
    engines = service.city.travel_times.values()
    return " ".join(engine.degraded for engine in engines if engine.degraded) or None
