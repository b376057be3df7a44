"""What the doors say of reports that are issued, signed and appealed against."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field

from api.schemas import Asked, Instant, Quoted, ReasonOut, Text
from dispatch.bulletin_desk import Recomputed
from dispatch.report_rules import BulletinKind
from dispatch.store.appeals import Appeal
from dispatch.store.bulletins import Bulletin, Signature
from geo.area import Area

LONGEST_NOTE = 2000
Code = Annotated[Text, Field(min_length=1, max_length=64)]
FigureCode = Annotated[Text, Field(min_length=1, max_length=200)]


class BulletinAsk(Asked):
    """Draw a report up and issue it."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"kind": "consultation"}]}
    )

    kind: BulletinKind
    area: Code | None = Field(default=None, description="One's own by default.")
    day: Annotated[date, Field(ge=date(1970, 1, 8), le=date(9000, 1, 1))] | None = Field(
        default=None, description="A day of its week, month or year; the last one over without."
    )
    since: Instant | None = Field(default=None, description="From then on, instead of a day.")
    until: Instant | None = Field(default=None, description="Before then.")


class SignBulletinAsk(Asked):
    """Sign what one has read."""

    digest: Code = Field(description="As the report told it: what is signed.")
    note: Annotated[Text, Field(max_length=LONGEST_NOTE)] = ""


class AppealAsk(Asked):
    """Object to a figure, or to a case behind it."""

    figure: FigureCode
    incident: Code | None = Field(default=None, description="The case that should not count.")
    reason: Annotated[Text, Field(min_length=1, max_length=LONGEST_NOTE)]


class RulingAsk(Asked):
    """Decide on an appeal."""

    upheld: bool
    reason: Annotated[Text, Field(min_length=1, max_length=LONGEST_NOTE)]


class SignatureOut(BaseModel):
    """A signature."""

    at: datetime
    by: str
    digest: str
    note: Quoted

    @classmethod
    def of(cls, signature: Signature) -> Self:
        """Copy a signature."""
        return cls(at=signature.at, by=signature.by, digest=signature.digest, note=signature.note)


class RulingOut(BaseModel):
    """What was decided on an appeal."""

    at: datetime
    by: str
    upheld: bool
    reason: Quoted


class AppealOut(BaseModel):
    """An objection, and what was decided."""

    id: str
    report: str
    figure: str
    incident: str | None
    at: datetime
    by: str
    reason: Quoted
    ruling: RulingOut | None

    @classmethod
    def of(cls, appeal: Appeal) -> Self:
        """Copy an appeal."""
        ruling = appeal.ruling
        return cls(
            id=appeal.id,
            report=appeal.bulletin,
            figure=appeal.figure,
            incident=appeal.incident,
            at=appeal.at,
            by=appeal.by,
            reason=appeal.reason,
            ruling=None
            if ruling is None
            else RulingOut(at=ruling.at, by=ruling.by, upheld=ruling.upheld, reason=ruling.reason),
        )


class BulletinOut(BaseModel):
    """A report that was issued: what it is about, and who signed it."""

    id: str
    kind: BulletinKind
    area: str
    area_zh: str = Field(description="What the area is called today; its code if it is gone.")
    area_en: str
    since: datetime
    until: datetime
    known_at: datetime = Field(description="It says what was known at this instant.")
    issue: int = Field(description="From 1; a later issue says what changed.")
    at: datetime
    by: str
    digest: str = Field(description="BLAKE2b of the content as canonical JSON: what is signed.")
    signatures: list[SignatureOut]
    appeals: list[AppealOut]

    @classmethod
    def of(cls, bulletin: Bulletin, areas: Mapping[str, Area]) -> Self:
        """Copy a bulletin without what it says."""
        code = bulletin.scope.area
        area = areas.get(code)
        return cls(
            id=bulletin.id,
            kind=bulletin.scope.kind,
            area=code,
            area_zh=code if area is None else area.name,
            area_en=code if area is None else area.name_en or area.name,
            since=bulletin.scope.since,
            until=bulletin.scope.until,
            known_at=bulletin.known_at,
            issue=bulletin.issue,
            at=bulletin.at,
            by=bulletin.by,
            digest=bulletin.digest,
            signatures=[SignatureOut.of(one) for one in bulletin.signatures],
            appeals=[AppealOut.of(one) for one in bulletin.appeals],
        )


class BulletinRecordOut(BulletinOut):
    """A report with what it says."""

    content: dict[str, Any] = Field(description="See docs/reports.md: figures, ranks, lists.")

    @classmethod
    def told(
        cls, bulletin: Bulletin, areas: Mapping[str, Area], content: Mapping[str, Any]
    ) -> Self:
        """Copy a bulletin with what it says."""
        return cls(**BulletinOut.of(bulletin, areas).model_dump(), content=dict(content))


class FigureDifferenceOut(BaseModel):
    """A figure that came out otherwise; null where there was none."""

    figure: str
    kept: dict[str, float | None] | None
    now: dict[str, float | None] | None


class RecomputedOut(BaseModel):
    """A report held against the record."""

    same: bool
    figures: int = Field(description="How many were drawn up again.")
    differences: list[FigureDifferenceOut]
    remarks: list[ReasonOut]

    @classmethod
    def of(cls, recomputed: Recomputed) -> Self:
        """Copy what came out."""
        return cls(
            same=recomputed.same,
            figures=recomputed.figures,
            differences=[FigureDifferenceOut(**one) for one in recomputed.differences],
            remarks=[ReasonOut(code=one.code, zh=one.zh, en=one.en) for one in recomputed.remarks],
        )
