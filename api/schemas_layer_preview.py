"""What the doors say of a layer before it becomes a draft."""

from __future__ import annotations

import json
from typing import Any, Final

import numpy as np
import shapely
from pydantic import BaseModel, Field

from api.errors import CHINESE
from api.layer_preview import LayerPreview
from api.schemas import ReasonOut
from api.schemas_layer import TextOut
from dispatch.layer.column_map import Found, Mapped
from dispatch.layer.kind import Column, KindName
from dispatch.layer.rows import LayerRows
from geo.datum_guess import DatumGuess, Sureness
from geo.errors import UnknownCrs

MOST_DRAWN: Final = 400
"""Shapes that a preview draws; of more every so-manieth."""

MOST_CORNERS: Final = 60_000
"""Corners that they have together."""

DECIMALS: Final = 6
"""A tenth of a metre."""


class KindFitOut(BaseModel):
    """A kind that a file may be."""

    kind: KindName
    columns: int = Field(description="Columns of the file that such a layer has.")
    usable: bool = Field(description="Whether every column that it needs is there.")


class OurColumnOut(BaseModel):
    """One of our columns, and what the file calls it."""

    column: str
    means: TextOut
    needed: bool
    theirs: str | None = Field(description="Null where the file has none.")
    found: Found | None

    @classmethod
    def of(cls, column: Column, mapped: Mapped | None) -> OurColumnOut:
        """Copy a column."""
        return cls(
            column=column.name,
            means=TextOut(zh=column.zh, en=column.en),
            needed=column.needed,
            theirs=None if mapped is None else mapped.theirs,
            found=None if mapped is None else mapped.found,
        )


class TheirColumnOut(BaseModel):
    """A column of the file, with the first cells that say something."""

    name: str
    sample: list[str]


class DatumTriedOut(BaseModel):
    """A datum under which the layer was laid over what is published."""

    datum: str
    distance_m: float = Field(description="Mean distance from the nearest published line, metres.")


class DatumGuessOut(BaseModel):
    """In which datum the layer was probably drawn."""

    datum: str | None = Field(description="Null where none fits strikingly well.")
    sureness: Sureness
    shift_m: float = Field(description="How far it moves, read as that and not as WGS-84, metres.")
    features: int
    tried: list[DatumTriedOut] = Field(description="The likeliest first.")

    @classmethod
    def of(cls, guess: DatumGuess) -> DatumGuessOut:
        """Copy a guess."""
        tried = [
            DatumTriedOut(datum=one.datum, distance_m=round(one.distance_m, 1))
            for one in guess.hypotheses
        ]
        return cls(
            datum=guess.datum,
            sureness=guess.sureness,
            shift_m=round(guess.shift_m, 1),
            features=guess.features,
            tried=tried,
        )


class LayerPreviewOut(BaseModel):
    """A file as it would be read; nothing of it is kept."""

    file: str
    layer: str = Field(description="Which layer of the file; empty where it has only one.")
    layers: list[str]
    kind: KindName
    kinds: list[KindFitOut] = Field(description="What it may be, the likeliest first.")
    rows: int
    encoding: str | None = Field(
        description="Encoding that its texts turned out to be in, where it doesn't say; else null."
    )
    crs_said: bool = Field(description="Whether the file says its system.")
    crs: str | None = Field(description="System in which it is read; null where nothing tells.")
    unplaced: TextOut | None = Field(description="Why it can't be placed; null where it can.")
    remarks: list[ReasonOut] = Field(description="What was concluded and not said.")
    columns: list[OurColumnOut]
    theirs: list[TheirColumnOut]
    datum: DatumGuessOut | None
    bounds: tuple[float, float, float, float] | None
    drawn: dict[str, Any] = Field(description="Some of its shapes as GeoJSON, as it is read.")

    @classmethod
    def of(cls, seen: LayerPreview) -> LayerPreviewOut:
        """Copy a preview."""
        mapped = {one.column.name: one for one in seen.columns.mapped}
        ours = [one.column for one in seen.columns.mapped] + list(seen.columns.missing)
        order = [column.name for column in seen.kind.columns]
        ours.sort(key=lambda one: order.index(one.name) if one.name in order else len(order))
        rows = seen.rows
        return cls(
            file=seen.file,
            layer=seen.note.layer,
            layers=list(seen.note.layers),
            kind=seen.kind.name,
            kinds=[
                KindFitOut(kind=fit.kind.name, columns=len(fit.columns.mapped), usable=fit.usable)
                for fit in seen.kinds
            ],
            rows=seen.n_rows,
            encoding=seen.note.encoding,
            crs_said=seen.note.crs is not None,
            crs=None if rows is None else rows.crs.name,
            unplaced=_unplaced(seen),
            remarks=[] if rows is None else [ReasonOut.of(remark) for remark in rows.remarks],
            columns=[OurColumnOut.of(column, mapped.get(column.name)) for column in ours],
            theirs=[TheirColumnOut(name=name, sample=s) for name, s in seen.samples.items()],
            datum=None if seen.datum is None else DatumGuessOut.of(seen.datum),
            bounds=None if rows is None else _bounds(rows),
            drawn=_drawn(rows),
        )


def _unplaced(seen: LayerPreview) -> TextOut | None:
    if seen.unplaced is None:
        return None
    return TextOut(zh=CHINESE[UnknownCrs.code], en=seen.unplaced)


def _bounds(rows: LayerRows) -> tuple[float, float, float, float] | None:
    """West, south, east and north of its shapes; None without any."""
    west, south, east, north = shapely.total_bounds(rows.shapes).tolist()
    return None if west != west else (west, south, east, north)  # noqa: PLR0124 -- no number


def _drawn(rows: LayerRows | None) -> dict[str, Any]:
    """Some of its shapes, spread over the whole, as a feature collection."""
    features: list[dict[str, Any]] = []
    if rows is not None:
        there = np.flatnonzero(~shapely.is_missing(rows.shapes) & ~shapely.is_empty(rows.shapes))
        left = MOST_CORNERS
        for at in there[:: max(1, len(there) // MOST_DRAWN)].tolist():
            left -= int(shapely.get_num_coordinates(rows.shapes[at]))
            if left < 0:
                break
            shape = shapely.transform(rows.shapes[at], lambda xy: np.round(xy, DECIMALS))
            properties = {"code": rows.features[at]}
            geometry = json.loads(shapely.to_geojson(shape))
            features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    return {"type": "FeatureCollection", "features": features}
