"""Health: whether the process lives, and whether it should be sent work."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from api.service import ServiceDep
from geo.errors import Unavailable

router = APIRouter(tags=["health"])


class HealthOut(BaseModel):
    """The process lives."""

    status: Literal["ok"] = "ok"


class ReadyOut(BaseModel):
    """The service answers, at these versions."""

    status: Literal["ready"] = "ready"
    city_version: str
    weight_version: str


@router.get("/healthz")
async def healthz() -> HealthOut:
    """Tell that the process lives."""
    return HealthOut()


@router.get("/readyz", responses={503: {"description": "Warming up, or stopping."}})
async def readyz(service: ServiceDep) -> ReadyOut:
    """Tell whether the first answer would be quick: city loaded, kernels compiled."""
    if service.stopping:
        raise Unavailable("This process is stopping; ask again, and another one will answer.")
    if not service.warm:
        raise Unavailable("The road engine is still warming up; try again in a few seconds.")
    city = service.city
    return ReadyOut(city_version=city.version, weight_version=city.weight_version)
