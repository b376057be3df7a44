"""Reports: what people made of the suggestions, and what another policy would have meant."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.access import may
from api.named_thing import sees_assignment
from api.own_ground import require_whole_city
from api.schemas import Instant
from api.schemas_report import OverrideReportOut
from api.schemas_shadow import ShadowReportOut
from api.service import ServiceDep
from api.shadow_run import MOST_ASKED, run_shadow
from dispatch.access import Act, Person
from dispatch.override_rate import override_report
from dispatch.policy import policy_named
from dispatch.store.assignments import all_assignments

router = APIRouter(prefix="/api/v1/reports", tags=["reports"])

SeeReportsDep = Annotated[Person, Depends(may(Act.SEE_REPORTS))]


@router.get("/overrides")
def overrides(
    service: ServiceDep,
    person: SeeReportsDep,
    *,
    since: Annotated[Instant | None, Query(description="From this instant on.")] = None,
    until: Annotated[Instant | None, Query(description="Before this instant.")] = None,
) -> OverrideReportOut:
    """Tell how often decisions departed from suggestions, by rule, policy, matter and reason."""
    with service.store.reading() as session:
        every = all_assignments(session, since=since, until=until)
        decided = [one for one in every if sees_assignment(session, one, person, service.city)]
    return OverrideReportOut.of(override_report(decided), since, until)


@router.get("/shadow")
def shadow(  # noqa: PLR0913 -- the parameters of the address
    service: ServiceDep,
    person: SeeReportsDep,
    *,
    policy: Annotated[str, Query(max_length=64, description="Runs beside the live one.")],
    since: Annotated[
        Instant | None, Query(alias="from", description="From this instant on.")
    ] = None,
    until: Annotated[Instant | None, Query(alias="to", description="Before this instant.")] = None,
    most: Annotated[
        int, Query(ge=1, le=10_000, description="How many are asked again, the newest.")
    ] = MOST_ASKED,
) -> ShadowReportOut:
    """
    Ask earlier suggestions again under another policy, and say where they differ.

    Each is asked of the world as it was frozen; nobody is sent, and nothing changes.
    """
    require_whole_city(person, service.city)
    beside = policy_named(policy, service.policies)
    with service.store.reading() as session:
        return run_shadow(session, service.city, beside, since=since, until=until, most=most)
