"""
Finding: one thing wrong with data that was handed in, where it is, and how it would be mended.

Every check of ours says what it finds in this one shape: checks of a city folder, of policies and
deadlines, of layers.  A remedy is a preview: it says what each cell or shape is now and what it
would be, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from geo.remark import Remark

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry  # errors are known before shapely is loaded

SHAPE_COLUMN = "shape"
"""What a change calls the shape of a row."""

CRS_COLUMN = "crs"
"""What a change calls the coordinate system of a layer."""


class Severity(StrEnum):
    """How much a finding weighs."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Change:
    """
    One cell or shape as it is and as it would be, or the system in which a layer is read.

    Attributes
    ----------
    row
        Position of the row; None where it is yet to come, or the whole layer is meant.
    feature
        What names the row; None where the whole layer is meant.
    column
        The column, `SHAPE_COLUMN` for its shape, `CRS_COLUMN` for the system of the layer, or
        None where the whole row would go.
    was, becomes
        A text, or a shape in WGS-84; None for nothing.
    """

    row: int | None
    feature: str | None
    column: str | None
    was: str | BaseGeometry | None
    becomes: str | BaseGeometry | None


@dataclass(frozen=True, slots=True)
class Finding:
    """
    What is wrong, and where.

    Attributes
    ----------
    layer
        File or layer.
    feature
        Code of the row, or None when the whole file is meant.
    message
        What is wrong, with a code for machines.
    severity
        An error must be mended before anything is published; a warning must be looked at.
    lon_lat
        A place to look at, WGS-84 degrees, if there is one.
    others
        Codes of further rows that it concerns.
    remedy
        What would mend it, if that is plain.
    """

    layer: str
    feature: str | None
    message: Remark
    severity: Severity = Severity.ERROR
    lon_lat: tuple[float, float] | None = None
    others: tuple[str, ...] = ()
    remedy: tuple[Change, ...] = ()

    @property
    def code(self) -> str:
        """What is wrong, for machines."""
        return self.message.code

    def __str__(self) -> str:
        """Write it on one line."""
        feature = "" if self.feature is None else f", {self.feature}"
        return f"{self.layer}{feature}: {self.message.en}"


def blocks(findings: Iterable[Finding]) -> bool:
    """
    Tell whether findings keep a layer from being published.

    Parameters
    ----------
    findings
        Of the layer.

    Returns
    -------
    blocks
        Whether one of them is an error.
    """
    return any(finding.severity is Severity.ERROR for finding in findings)
