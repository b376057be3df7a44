"""Coverage now, and which crews to post elsewhere; to each person that of their own areas."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from api.access import may
from api.coverage_layer import coverage_layer
from api.schemas_coverage import CoverageMarks, CoverageOut, MoveUpOut
from api.service import Service, ServiceDep
from dispatch.access import Act, Person
from dispatch.city_coverage import CityCoverage
from dispatch.city_move_up import propose_city_moves
from dispatch.move_up import MoveUpRule
from dispatch.seen_coverage import coverage_seen

router = APIRouter(prefix="/api/v1", tags=["coverage"])

SeeCoverageDep = Annotated[Person, Depends(may(Act.SEE_COVERAGE))]

MOST_GAPS = 10_000
MOST_MOVES = 20
LONGEST_S = 7200


@router.get("/coverage")
def read_coverage(
    service: ServiceDep,
    person: SeeCoverageDep,
    *,
    gaps: Annotated[int, Query(ge=0, le=MOST_GAPS, description="Gaps that are named.")] = 50,
) -> CoverageOut:
    """Share of demand that a free crew reaches within the target, by zone and as a map layer."""
    covered = service.coverage.read(service.live.present, now=service.clock())
    return CoverageOut.of(coverage_seen(covered, person), most_gaps=gaps)


@router.get("/coverage/marks")
def read_coverage_marks(service: ServiceDep, person: SeeCoverageDep) -> CoverageMarks:
    """What is covered by nobody, or by one crew alone: for a map that has the grids already."""
    return CoverageMarks.of(coverage_seen(_latest(service), person))


@router.get(
    "/layers/coverage/now",
    tags=["layers"],
    responses={200: {"content": {"application/geo+json": {}}}},
    response_class=Response,
)
def read_coverage_layer(service: ServiceDep, person: SeeCoverageDep) -> Response:
    """Zones and unit grids as a GeoJSON feature collection, with what is covered of each now."""
    collection = coverage_layer(coverage_seen(_latest(service), person), service.layers)
    return Response(collection, media_type="application/geo+json")


@router.get("/move-ups")
def read_move_ups(
    service: ServiceDep,
    person: SeeCoverageDep,
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
    seen = coverage_seen(covered, person)
    return MoveUpOut.of(propose_city_moves(covered, rule, seen=seen), seen, most_moves=limit)


def _latest(service: Service) -> CityCoverage:
    """Count of the last beat, or a new one where there is none yet."""
    present = service.live.present
    return service.coverage.latest(present) or service.coverage.read(present, now=service.clock())
