"""What the doors say of simulations, and what they take to begin one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from api.schemas import Asked, LonLat, Text
from api.schemas_plan import Code, PlanNumber
from dispatch.store.simulations import Simulation, SimulationState


class SimulationIn(Asked):
    """A plan to simulate."""

    plan: PlanNumber | None = Field(
        None, description="Number of the plan; the one that is published without."
    )
    against: PlanNumber | Literal["published"] | None = Field(
        None, description="Plan that it is held against, run by run, with the same incidents."
    )
    years: Annotated[int, Field(ge=1, le=20)] = 1
    runs: Annotated[int, Field(ge=1, le=1_000)] = 20
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 1
    policy: Annotated[Text, Field(max_length=64)] = "nearest"
    scenario: Annotated[Text, Field(max_length=100_000)] = Field(
        "", description="What is other than usual, as TOML; the gate asks for runs without."
    )


class SimulationOut(BaseModel):
    """A simulation that was asked for; the same in lists and answers."""

    id: str
    plan: str | None = Field(description="Null for the plan that was published.")
    digest: str = Field(description="Digest of what the plan said.")
    asked: dict[str, Any]
    state: SimulationState
    progress: float = Field(description="Share of it that is done, 0 to 1.")
    left_s: float | None = Field(description="Seconds that it will still take.")
    said: str | None = Field(description="Why it failed.")
    made_at: datetime
    made_by: str
    ended_at: datetime | None

    @classmethod
    def of(cls, simulation: Simulation) -> SimulationOut:
        """Copy a simulation."""
        return cls(
            id=simulation.id,
            plan=simulation.plan,
            digest=simulation.digest,
            asked=dict(simulation.asked),
            state=simulation.state,
            progress=simulation.share,
            left_s=simulation.left_s,
            said=simulation.said,
            made_at=simulation.made_at,
            made_by=simulation.made_by,
            ended_at=simulation.ended_at,
        )


class WholeSimulationOut(SimulationOut):
    """A simulation with what came of it."""

    result: dict[str, Any] | None = Field(description="Null as long as it is not done.")


class PlaybackEventOut(BaseModel):
    """One event of a simulated run."""

    at_s: float = Field(description="Seconds from the start.")
    event: Literal["sent", "arrived", "done", "secured", "waits", "called_off"]
    incident: int
    crew: str | None
    from_: LonLat | None = Field(alias="from", description="Where the crew comes from.")
    to: LonLat
    to_s: float | None = Field(description="When its crew comes to its next event, at most.")


class PlaybackOut(BaseModel):
    """The first days of a simulated run."""

    start: datetime
    hours: int
    events: list[PlaybackEventOut]


class ProposalIn(Asked):
    """Proposals to search for."""

    plan: PlanNumber | None = Field(
        None, description="Draft whose locks are kept: what is locked stays where it is published."
    )
    balance: Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False)] = 0.05
    move_at_most: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] | None = None
    of_incidents: bool = Field(default=False, description="Whether that share is of incidents.")
    never_split: list[Code] = Field(default_factory=list, max_length=1_000)
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 1
