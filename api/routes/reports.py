"""Reports: what people made of the suggestions."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from api.auth import CallerDep
from api.schemas_report import OverrideReportOut
from api.service import ServiceDep
from dispatch.override_rate import override_report
from dispatch.store.assignments import all_assignments

router = APIRouter(prefix="/api/v1/reports", tags=["reports"])


@router.get("/overrides")
def overrides(
    service: ServiceDep,
    _: CallerDep,
    *,
    since: Annotated[AwareDatetime | None, Query(description="From this instant on.")] = None,
    until: Annotated[AwareDatetime | None, Query(description="Before this instant.")] = None,
) -> OverrideReportOut:
    """Tell how often decisions departed from suggestions, by rule, policy, matter and reason."""
    with service.store.reading() as session:
        decided = all_assignments(session, since=since, until=until)
    return OverrideReportOut.of(override_report(decided), since, until)
