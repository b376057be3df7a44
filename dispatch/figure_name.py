"""Figures of reports, and the names by which they open to the cases behind them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from geo.errors import UnknownName

SCORE = "score"
"""Code of the figures that are scores."""

BEFORE = "before"
"""When: the span before."""


class Dimension(StrEnum):
    """What figures are told apart by: who had the case, and where it was."""

    BRIGADE = "brigade"
    AREA = "area"


@dataclass(frozen=True, slots=True)
class FigureName:
    """
    The name of a figure.

    Attributes
    ----------
    code
        Of a count or an indicator, or `SCORE`.
    dimension, group
        Of whom; None for all.
    when
        Empty for the span itself, `BEFORE`, or a month.
    """

    code: str
    dimension: Dimension | None = None
    group: str | None = None
    when: str = ""

    def __str__(self) -> str:
        """As it is written."""
        of = "" if self.dimension is None else f":{self.dimension}:{self.group}"
        return f"{self.code}{of}{'@' if self.when else ''}{self.when}"

    @classmethod
    def read(cls, written: str) -> FigureName:
        """
        Read a name.

        Parameters
        ----------
        written
            The name.

        Returns
        -------
        name
            Taken apart.

        Raises
        ------
        UnknownName
            No figure is called so.
        """
        code, _, rest = written.partition(":")
        if not rest:
            code, _, when = written.partition("@")
            return cls(code, when=when)
        dimension, _, group = rest.partition(":")
        if dimension not in list(Dimension) or not group:
            raise UnknownName(f"There is no figure {written!r}.")
        return cls(code, Dimension(dimension), group)


@dataclass(frozen=True, slots=True)
class Figure:
    """
    A figure.

    Attributes
    ----------
    name
        Its name.
    hits
        How many; None for a score.
    of
        Of how many; None for a count and for a score.
    score
        Of 100, with one decimal; None for what is no score, or a score of nothing.
    """

    name: FigureName
    hits: int | None = None
    of: int | None = None
    score: float | None = None
