"""What the doors take of steps, corrections and ratings of incidents."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field, model_validator

from api.schemas import Asked, Crs, GivenLonLat, Text, lon_lat_wgs84
from api.schemas_assignment import Code
from api.schemas_suggestion import MatterCode
from dispatch.choice import ProposalKind
from dispatch.correcting import Correction
from dispatch.incident_state import State
from dispatch.matter import CaseScale
from dispatch.next_step import Sending, Wanted
from dispatch.picking import Pick
from dispatch.step import BEST_RATING

Reason = Annotated[Text, Field(max_length=1000)]
Rating = Annotated[int, Field(ge=1, le=BEST_RATING)]

_ONLY_WITH: dict[str, State] = {
    "suggestion": State.DISPATCHED,
    "rank": State.DISPATCHED,
    "unit": State.DISPATCHED,
    "crew": State.DISPATCHED,
    "kind": State.DISPATCHED,
    "reinforces": State.DISPATCHED,
    "into": State.MERGED,
    "partner": State.HANDED_OFF,
    "rating": State.RATED,
}


class TransitionAsk(Asked):
    """What an incident is to become."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"to": "accepted"},
                {"to": "dispatched", "suggestion": "5f0c1e9a7b3d2c41", "rank": 1},
                {"to": "returned", "reason": "地址不详"},
            ]
        },
    )

    to: State
    reason: Reason = Field(
        default="",
        description="Why, in words; of an override of a suggestion, the code of the reason.",
    )
    note: Reason = Field(default="", description="Added to the reason of an override, in words.")
    lon_lat: GivenLonLat | None = Field(default=None, description="Where whoever asks is.")
    crs: Crs = "wgs84"
    suggestion: Code | None = Field(default=None, description="By which a crew is sent.")
    rank: int | None = Field(default=None, ge=1, description="Of a proposal, within its kind.")
    unit: Code | None = Field(default=None, description="A crew or drone, proposed or not.")
    crew: list[Code] = Field(default_factory=list, max_length=200, description="Officers.")
    kind: ProposalKind | None = None
    reinforces: bool = Field(default=False, description="Beside others bound for the same.")
    assignment: Code | None = Field(
        default=None, description="Whose step it is, where several crews were sent."
    )
    into: Code | None = Field(default=None, description="The incident of which it is a duplicate.")
    partner: Code | None = Field(
        default=None, description="City that takes it over, where its place does not say."
    )
    rating: Rating | None = None

    @model_validator(mode="after")
    def _nothing_beside_the_point(self) -> TransitionAsk:
        """Refuse what belongs to another step."""
        for field, state in _ONLY_WITH.items():
            if getattr(self, field) and self.to != state:
                raise ValueError(f"{field} belongs to the step {state} only")
        return self

    def wanted(self) -> Wanted:
        """Copy what is wanted."""
        sends = self.to == State.DISPATCHED
        return Wanted(
            to=self.to,
            reason=self.note if sends else self.reason,
            lon_lat=None if self.lon_lat is None else lon_lat_wgs84(self.lon_lat, self.crs),
            sending=self._sending() if sends else None,
            assignment=self.assignment,
            into=self.into,
            partner=self.partner,
            rating=self.rating,
        )

    def _sending(self) -> Sending | None:
        """Copy who is to be sent."""
        if self.suggestion is None:
            return None
        pick = Pick(self.rank, self.unit, tuple(self.crew), self.kind)
        return Sending(self.suggestion, pick, self.reason or None, self.reinforces)


class RatingAsk(Asked):
    """What a reporter thinks of the result."""

    rating: Rating
    reason: Reason = ""

    def wanted(self) -> Wanted:
        """Copy what is wanted."""
        return Wanted(State.RATED, self.reason, rating=self.rating)


class CorrectionAsk(Asked):
    """What is to be put right; a field that is left out stays as it is."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"reason": "群众来电更正", "lon_lat": [109.1689, 21.4627]}],
        },
    )

    reason: Reason
    lon_lat: GivenLonLat | None = None
    crs: Crs = "wgs84"
    matters: list[MatterCode] | None = Field(default=None, max_length=50)
    text: Annotated[Text, Field(max_length=4000)] | None = None
    scale: CaseScale | None = None
    case_number: Annotated[Text, Field(max_length=64)] | None = Field(
        default=None, description="Statutory number of the case (立案号); empty takes it away."
    )

    def correction(self) -> Correction:
        """Copy the correction."""
        return Correction(
            reason=self.reason,
            lon_lat=None if self.lon_lat is None else lon_lat_wgs84(self.lon_lat, self.crs),
            matters=None if self.matters is None else tuple(self.matters),
            text=self.text,
            scale=self.scale,
            case_number=self.case_number,
        )
