"""What the doors say of an earlier suggestion: whether it replays, and why not somebody else."""

from __future__ import annotations

from pydantic import BaseModel, Field

from api.schemas import ReasonOut
from dispatch.choice import ProposalKind
from dispatch.replay import Difference, Replay
from dispatch.why_not import WhyNot


class DifferenceOut(BaseModel):
    """A place in which the answer made again differs."""

    where: str = Field(description="Names of the fields that lead there, with dots between them.")
    then: str | None = Field(description="What stood there, as JSON.")
    again: str | None = Field(description="What stands there now, as JSON.")

    @classmethod
    def of(cls, difference: Difference) -> DifferenceOut:
        """Copy a difference."""
        return cls(where=difference.where, then=difference.then, again=difference.again)


class ReplayOut(BaseModel):
    """An earlier suggestion, made again."""

    suggestion: str
    same: bool = Field(description="Whether the bytes are the same.")
    differences: list[DifferenceOut]
    gone: ReasonOut | None = Field(description="What it was made from and is no longer kept.")

    @classmethod
    def of(cls, replayed: Replay) -> ReplayOut:
        """Copy a replay."""
        return cls(
            suggestion=replayed.suggestion,
            same=replayed.same,
            differences=[DifferenceOut.of(one) for one in replayed.differences],
            gone=None if replayed.gone is None else ReasonOut.of(replayed.gone),
        )


class RankOut(BaseModel):
    """A place among the proposals."""

    kind: ProposalKind
    rank: int


class WhyNotOut(BaseModel):
    """Why an officer or unit was not proposed, or at which rank."""

    suggestion: str
    unit: str
    proposed: list[RankOut] = Field(description="Empty if it was not proposed.")
    reasons: list[ReasonOut] = Field(description="The main reason first.")
    arrival_s: float | None = Field(
        description="Seconds until the crew would have been legally complete."
    )
    later_s: float | None = Field(
        description="By how much that is later than the last one proposed."
    )

    @classmethod
    def of(cls, number: str, answer: WhyNot) -> WhyNotOut:
        """Copy an answer."""
        return cls(
            suggestion=number,
            unit=answer.unit,
            proposed=[RankOut(kind=kind, rank=rank) for kind, rank in answer.proposed],
            reasons=[ReasonOut.of(remark) for remark in answer.reasons],
            arrival_s=answer.arrival_s,
            later_s=answer.later_s,
        )
