"""What the doors say of layers that are handed in: columns, findings, remedies."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

import shapely
from pydantic import BaseModel, Field
from shapely.geometry.base import BaseGeometry

from api.schemas import Asked, Text
from api.schemas_layer_coverage import CoverageChangeOut
from dispatch.layer.check import CheckedLayer
from dispatch.layer.column_map import Found, Mapped
from dispatch.layer.coverage_change import CoverageChange
from dispatch.layer.difference import Altered, LayerDifference
from dispatch.layer.kind import KindName
from dispatch.layer.rows import LayerRows
from dispatch.sight import masked_phone
from dispatch.store.layer_drafts import DraftState, LayerDraft
from geo.finding import Change, Finding, Severity

SAMPLE = 3
"""Cells that are shown of each column."""


class TextOut(BaseModel):
    """A sentence in both languages."""

    zh: str
    en: str


class ChangeOut(BaseModel):
    """One cell or shape as it is and as it would be; a shape is GeoJSON in WGS-84."""

    feature: str | None = Field(description="Code of the row; null where the layer is meant.")
    column: str | None = Field(
        description="`shape` for the shape, `crs` for the coordinate system of the layer; null "
        "where the row would go."
    )
    from_: str | dict[str, Any] | None = Field(serialization_alias="from")
    to: str | dict[str, Any] | None

    @classmethod
    def of(cls, change: Change) -> ChangeOut:
        """Copy a change."""
        return cls(
            feature=change.feature,
            column=change.column,
            from_=_shown(change.was),
            to=_shown(change.becomes),
        )


class FindingOut(BaseModel):
    """One thing wrong with a layer; the same in lists, answers and files."""

    code: str
    severity: Severity
    feature: str | None = Field(description="Code of the row; null where the layer is meant.")
    others: list[str] = Field(description="Codes of further rows that it concerns.")
    layer: str
    where: tuple[float, float] | None = Field(description="Longitude and latitude, WGS-84.")
    message: TextOut
    fix: list[ChangeOut] | None = Field(description="What would mend it; null where only a person "
                                        "can say.")  # fmt: skip

    @classmethod
    def of(cls, finding: Finding) -> FindingOut:
        """Copy a finding."""
        return cls(
            code=finding.code,
            severity=finding.severity,
            feature=finding.feature,
            others=list(finding.others),
            layer=finding.layer,
            where=finding.lon_lat,
            message=TextOut(zh=finding.message.zh, en=finding.message.en),
            fix=[ChangeOut.of(change) for change in finding.remedy] or None,
        )


class RemedyAsk(Asked):
    """Names a finding whose fix is to be taken, as it was told."""

    code: Annotated[Text, Field(max_length=64)]
    feature: Annotated[Text, Field(max_length=400)] | None = None
    others: Annotated[list[Text], Field(max_length=10_000, default_factory=list)]

    @property
    def named(self) -> tuple[str, str | None, tuple[str, ...]]:
        """What tells it from others."""
        return self.code, self.feature, tuple(self.others)


class RemediesAsk(Asked):
    """Which fixes are to be taken."""

    only: Annotated[list[RemedyAsk], Field(min_length=1, max_length=10_000)] | None = Field(
        None, description="These and no others; every plain fix without."
    )

    def wants(self) -> Callable[[Finding], bool] | None:
        """Say of a finding whether it is named; None where all are meant."""
        if self.only is None:
            return None
        named = {one.named for one in self.only}
        return lambda finding: (finding.code, finding.feature, finding.others) in named


class ColumnOut(BaseModel):
    """One of our columns and what the file calls it."""

    column: str
    theirs: str
    found: Found = Field(description="How: said, saved, the same, called so, or cut short.")
    sample: list[str]

    @classmethod
    def of(cls, mapped: Mapped, rows: LayerRows) -> ColumnOut:
        """Copy it with the first cells that say something."""
        cells = rows.cells.get(mapped.column.name, ())
        told = dict.fromkeys(cell for cell in cells[:1000] if cell)
        return cls(
            column=mapped.column.name,
            theirs=mapped.theirs,
            found=mapped.found,
            sample=list(told)[:SAMPLE],
        )


class MovedOut(BaseModel):
    """A shape that would be elsewhere, or another."""

    code: str
    by_m: float


class AlteredOut(BaseModel):
    """An attribute that would be another; of telephone numbers the last four digits are told."""

    code: str
    column: str
    from_: str = Field(serialization_alias="from")
    to: str

    @classmethod
    def of(cls, altered: Altered) -> AlteredOut:
        """Copy it."""
        was, is_now = altered.was, altered.is_now
        if altered.column == "phone":
            was, is_now = masked_phone(was), masked_phone(is_now)
        return cls(code=altered.code, column=altered.column, from_=was, to=is_now)


class DifferenceOut(BaseModel):
    """What would be other than it is published."""

    added: list[str]
    removed: list[str]
    moved: list[MovedOut]
    altered: list[AlteredOut]

    @classmethod
    def of(cls, told: LayerDifference) -> DifferenceOut:
        """Copy a difference."""
        return cls(
            added=list(told.added),
            removed=list(told.removed),
            moved=[MovedOut(code=one.code, by_m=round(one.by_m, 2)) for one in told.moved],
            altered=[AlteredOut.of(one) for one in told.altered],
        )


class RezonedOut(BaseModel):
    """An open incident that would lie in another zone; null outside every zone."""

    incident: str
    from_: str | None = Field(serialization_alias="from")
    to: str | None


class ReviewOut(BaseModel):
    """Word of a second person for a draft."""

    at: datetime
    by: str
    remark: str


class ReviewIn(Asked):
    """What a second person says of a draft."""

    remark: Annotated[Text, Field(max_length=500, description="In the person's words.")] = ""


class LayerDraftOut(BaseModel):
    """A layer that was handed in; counts are of what was found when it was loaded or edited."""

    id: str
    kind: KindName
    file: str
    source: str
    state: DraftState
    crs: str
    rows: int
    counts: dict[Severity, int]
    may_be_published: bool
    against: str | None = Field(description="Version of the city that it was held against.")
    loaded_at: datetime
    loaded_by: str
    version: int = Field(description="One more with every edit; its ETag.")
    edited_by: list[str] = Field(description="Who loaded or edited it, the last one at the end.")
    review: ReviewOut | None = Field(description="Null until somebody else has reviewed it.")

    @classmethod
    def of(cls, draft: LayerDraft) -> LayerDraftOut:
        """Copy a draft."""
        return cls(
            id=draft.id,
            kind=draft.kind,
            file=draft.file,
            source=draft.source,
            state=draft.state,
            crs=draft.crs,
            rows=draft.rows,
            counts={
                Severity.ERROR: draft.errors,
                Severity.WARNING: draft.warnings,
                Severity.NOTE: draft.notes,
            },
            may_be_published=draft.is_open and not draft.errors,
            against=draft.against,
            loaded_at=draft.loaded_at,
            loaded_by=draft.loaded_by,
            version=draft.version,
            edited_by=list(draft.hands),
            review=None if draft.review is None else ReviewOut(**asdict(draft.review)),
        )


class LayerReportOut(BaseModel):
    """A layer that was checked."""

    file: str
    kind: KindName
    rows: int
    crs: str
    columns: list[ColumnOut]
    missing: list[str] = Field(description="Columns that the file doesn't have.")
    unused: list[str] = Field(description="Columns of the file that are none of ours.")
    findings: list[FindingOut]
    counts: dict[Severity, int]
    may_be_published: bool
    against: str | None = Field(description="Version of the city that it was held against.")
    difference: DifferenceOut | None = Field(description="To what is published; null without.")
    rezoned: list[RezonedOut] = Field(description="Open incidents that would change their zone.")
    coverage: CoverageChangeOut | None = Field(
        description="Before and after; null for kinds that change none."
    )

    @classmethod
    def of(
        cls,
        checked: CheckedLayer,
        against: str | None = None,
        coverage: CoverageChange | None = None,
    ) -> LayerReportOut:
        """Copy a layer and what was found of it."""
        rows = checked.rows
        severities = [finding.severity for finding in checked.findings]
        return cls(
            file=rows.file,
            kind=rows.kind.name,
            rows=len(rows),
            crs=rows.crs.name,
            columns=[ColumnOut.of(mapped, rows) for mapped in rows.columns.mapped],
            missing=[column.name for column in rows.columns.missing],
            unused=list(rows.columns.unused),
            findings=[FindingOut.of(finding) for finding in checked.findings],
            counts={one: severities.count(one) for one in Severity},
            may_be_published=checked.may_be_published,
            against=against,
            difference=None if checked.difference is None else DifferenceOut.of(checked.difference),
            rezoned=[
                RezonedOut(incident=one.incident, from_=one.was, to=one.is_now)
                for one in checked.rezoned
            ],
            coverage=None if coverage is None else CoverageChangeOut.of(coverage),
        )


def _shown(value: str | BaseGeometry | None) -> str | dict[str, Any] | None:
    """A text as it is, a shape as GeoJSON."""
    if not isinstance(value, BaseGeometry):
        return value
    shown: dict[str, Any] = json.loads(shapely.to_geojson(value))
    return shown
