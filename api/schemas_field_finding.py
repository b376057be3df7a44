"""What patrols, cameras and drones say of what they have found."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field, FiniteFloat, model_validator

from api.schemas import Asked, Crs, GivenLonLat, Text
from api.schemas_suggestion import MatterCode
from dispatch.incident_state import State
from dispatch.origin import Source


class FieldFindingIn(Asked):
    """Something found by a patrol, a camera or a drone."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "source": "camera",
                    "reference": "CAM-0412-20261123-081500",
                    "confidence": 0.93,
                    "lon_lat": [109.1689, 21.4627],
                    "matters": ["CO001"],
                    "text": "沿街商铺占道经营",
                }
            ]
        },
    )

    source: Literal[Source.PATROL, Source.CAMERA, Source.DRONE]
    reference: Annotated[Text, Field(min_length=1, max_length=100)] = Field(
        description="The sender's own number of it; sent again it is the same finding."
    )
    confidence: Annotated[FiniteFloat, Field(ge=0, le=1)] = Field(
        description="How sure the sender is that it is so."
    )
    lon_lat: GivenLonLat | None = None
    crs: Crs = "wgs84"
    address: Text = Field(default="", max_length=200, description="Where no place is given.")
    matters: list[MatterCode] = Field(default_factory=list, max_length=10)
    text: Text = Field(default="", max_length=4000)
    image: Base64Bytes | None = Field(
        default=None, description="JPEG, PNG or WebP in base64; kept without what the camera wrote."
    )
    joins: Annotated[Text, Field(max_length=64)] | None = Field(
        default=None, description="Incident nearby that somebody says it is."
    )

    @model_validator(mode="after")
    def _is_somewhere(self) -> FieldFindingIn:
        """Refuse what is nowhere."""
        if self.lon_lat is None and not self.address.strip():
            raise ValueError("lon_lat or address is needed")
        return self


class FieldFindingOut(BaseModel):
    """What became of a finding."""

    incident: str
    state: State
    known: bool = Field(description="Whether the same was sent before.")
    joined: bool = Field(description="Whether it is one report more of an incident that was there.")
    attachment: int | None = Field(description="Number of the photo.")
