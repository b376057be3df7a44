"""Coverage now, and which crews to post elsewhere so that more is covered."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.auth import CallerDep
from api.schemas_coverage import CoverageOut, MoveUpOut
from api.service import ServiceDep
from dispatch.city_move_up import propose_city_moves
from dispatch.move_up import MoveUpRule

router = APIRouter(prefix="/api/v1", tags=["coverage"])

MOST_GAPS = 10_000
MOST_MOVES = 20
LONGEST_S = 7200


@router.get("/coverage")
def read_coverage(
    service: ServiceDep,
    _: CallerDep,
    *,
    gaps: Annotated[int, Query(ge=0, le=MOST_GAPS, description="Gaps that are named.")] = 50,
) -> CoverageOut:
    """Share of demand that a free crew reaches within the target, by zone and as a map layer."""
    covered = service.coverage.read(service.live.present, now=service.clock())
    return CoverageOut.of(covered, most_gaps=gaps)


@router.get("/move-ups")
def read_move_ups(
    service: ServiceDep,
    _: CallerDep,
    *,
    limit: Annotated[int, Query(ge=0, le=MOST_MOVES, description="Crews moved at most.")] = 3,
    within_s: Annotated[float, Query(gt=0, le=LONGEST_S, description="The longest way.")] = 1800,
    gain_per_hour: Annotated[
        float,
        Query(ge=0, le=1, description="Share of demand that an hour of driving must bring."),
    ] = 0.01,
) -> MoveUpOut:
    """Propose which free crews to post where; nobody is moved by asking."""
    covered = service.coverage.read(service.live.present, now=service.clock())
    rule = MoveUpRule(most_moves=limit, within_s=within_s, gain_per_hour=gain_per_hour)
    return MoveUpOut.of(propose_city_moves(covered, rule), covered, most_moves=limit)
