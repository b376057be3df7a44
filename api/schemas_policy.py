"""What the doors say of policies."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from api.schemas import Asked, Text
from dispatch.policy import Policy, RankBy, Reach


class PolicyOut(BaseModel):
    """A ranking, with its figures."""

    name: str
    version: str = Field(description="Digest of what it says.")
    title_zh: str
    title_en: str
    reach: Reach = Field(description="Whose crews are asked.")
    rank_by: RankBy = Field(description="What crews are ranked by.")
    among: int = Field(description="How many of the soonest crews are compared.")
    most_extra_s: float | None = Field(
        description="How much later than the soonest a crew may be and go first; null for any."
    )
    seconds_per_percent: float = Field(
        description="Seconds that keeping one percent of demand covered is worth."
    )

    @classmethod
    def of(cls, policy: Policy) -> PolicyOut:
        """Copy a policy."""
        return cls(
            name=policy.name,
            version=policy.version,
            title_zh=policy.title_zh,
            title_en=policy.title_en,
            reach=policy.reach,
            rank_by=policy.rank_by,
            among=policy.among,
            most_extra_s=policy.most_extra_s,
            seconds_per_percent=policy.seconds_per_percent,
        )


class PoliciesOut(BaseModel):
    """Every policy that is known, and who works by which."""

    items: list[PolicyOut]
    default: str = Field(description="Where neither a request nor a command room names one.")
    centres: dict[str, str] = Field(description="Chosen by command rooms, by area.")


class CentrePolicyIn(Asked):
    """Which policy a command room works by from now on."""

    policy: Annotated[Text, Field(max_length=64)] | None = Field(
        description="Its name; null leaves it to the area above."
    )
