"""What the doors say of layers that are handed in: columns, findings, remedies."""

from __future__ import annotations

import json
from typing import Any

import shapely
from pydantic import BaseModel, Field
from shapely.geometry.base import BaseGeometry

from dispatch.layer.check import CheckedLayer
from dispatch.layer.column_map import Found, Mapped
from dispatch.layer.kind import KindName
from dispatch.layer.rows import LayerRows
from geo.finding import Change, Finding, Severity

SAMPLE = 3
"""Cells that are shown of each column."""


class TextOut(BaseModel):
    """A sentence in both languages."""

    zh: str
    en: str


class ChangeOut(BaseModel):
    """One cell or shape as it is and as it would be; a shape is GeoJSON in WGS-84."""

    feature: str
    column: str | None = Field(description="`shape` for the shape; null where the row would go.")
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

    @classmethod
    def of(cls, checked: CheckedLayer) -> LayerReportOut:
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
        )


def _shown(value: str | BaseGeometry | None) -> str | dict[str, Any] | None:
    """A text as it is, a shape as GeoJSON."""
    if not isinstance(value, BaseGeometry):
        return value
    shown: dict[str, Any] = json.loads(shapely.to_geojson(value))
    return shown
