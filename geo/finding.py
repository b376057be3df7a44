"""Finding: one thing wrong with data that was handed in."""

from __future__ import annotations

from dataclasses import dataclass

from geo.remark import Remark


@dataclass(frozen=True, slots=True)
class Finding:
    """
    What is wrong, and where.

    Attributes
    ----------
    where
        File or layer.
    feature
        Code of the row, or None when the whole file is meant.
    message
        What is wrong, with a code for machines.
    """

    where: str
    feature: str | None
    message: Remark

    def __str__(self) -> str:
        """Write it on one line."""
        feature = "" if self.feature is None else f", {self.feature}"
        return f"{self.where}{feature}: {self.message.en}"
