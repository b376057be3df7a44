"""What the doors say of duty: who can be sent, when shifts and rests end, as JSON."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from api.schemas import Asked, Instant, ReasonOut
from dispatch.duty_state import DutyState
from dispatch.unit import DutyStatus
from geo.road.week import CITY_TIME


class DutyAsk(Asked):
    """Sign an officer on or off."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"on": True, "until": "2026-11-22T22:00:00+08:00"}]},
    )

    on: bool = Field(description="On duty, or off.")
    until: Instant | None = Field(
        default=None, description="End of an extra shift that begins now; only with `on`."
    )


class DutyOut(BaseModel):
    """An officer's duty now."""

    officer: str
    name: str
    crew: str
    status: DutyStatus
    may_be_sent: bool = Field(description="Whether nothing about duty keeps the officer.")
    obstacle: ReasonOut | None = Field(description="What keeps the officer, else null.")
    rostered: bool = Field(description="Without a roster an officer is always on shift.")
    shift_from: datetime | None = Field(description="Of the shift that runs, or the next.")
    shift_to: datetime | None
    rest_until: datetime | None = Field(description="End of a rest that is prescribed now.")
    engaged_from: datetime | None = Field(description="Of the calendar entry now, or the next.")
    engaged_to: datetime | None
    job_until: datetime | None = Field(description="Expected end of the job in hand.")
    work_s: float = Field(description="Seconds of work on jobs in this shift.")
    signed_by: str | None = Field(
        description="Who signed the officer on or off last, where it was somebody else."
    )

    @classmethod
    def of(cls, state: DutyState, *, signed_by: str | None) -> DutyOut:
        """Copy a state, with instants by the city's clock."""
        return cls(
            officer=state.officer.id,
            name=state.officer.name,
            crew=state.officer.crew,
            status=state.status,
            may_be_sent=state.may_be_sent,
            obstacle=None if state.obstacle is None else ReasonOut.of(state.obstacle),
            rostered=state.rostered,
            shift_from=_local(state.shift_from),
            shift_to=_local(state.shift_to),
            rest_until=_local(state.rest_until),
            engaged_from=_local(state.engaged_from),
            engaged_to=_local(state.engaged_to),
            job_until=_local(state.job_until),
            work_s=round(state.work_s, 3),
            signed_by=signed_by,
        )


def _local(instant: datetime | None) -> datetime | None:
    """An instant by the city's clock."""
    return None if instant is None else instant.astimezone(CITY_TIME)
