"""
What the rows of a file probably are: guessed by its name, its columns and its shapes.

A guess is no more than the choice that stands on top of a list: whoever hands the file in sees
the others below it, and what each would leave unused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from dispatch.layer.column_map import ColumnMap, map_columns
from dispatch.layer.kind import Kind, Placed
from dispatch.layer.kinds import KINDS
from geo.shape_check import Dimension

NAME_COUNTS = 1.0
"""A file called after a kind weighs as much as all of its columns being the kind's."""

NEEDED_COUNT = 1.0
"""So does having every column without which a layer of the kind can't be used."""


@dataclass(frozen=True, slots=True)
class KindFit:
    """
    How well a file fits a kind.

    Attributes
    ----------
    kind
        The kind.
    columns
        What the file would call its columns.
    usable
        Whether every column that it needs is there.
    weight
        More fits better; nothing else is said by it.
    """

    kind: Kind
    columns: ColumnMap
    usable: bool
    weight: float


def guess_kinds(file: str, there: Sequence[str], dimension: Dimension | None) -> list[KindFit]:
    """
    Put the kinds that a file may be in order.

    Parameters
    ----------
    file
        Its name.
    there
        Its columns, without that of the shapes.
    dimension
        What its shapes are; None where it has none.

    Returns
    -------
    fits
        The likeliest first; kinds of other shapes are left out, and those that neither its name
        nor a column of it speaks for.
    """
    fits = [_fit(kind, file, there, dimension) for kind in KINDS.values()]
    told = [fit for fit in fits if fit is not None and fit.weight > 0]
    return sorted(told, key=lambda fit: -fit.weight)


def _fit(
    kind: Kind, file: str, there: Sequence[str], dimension: Dimension | None
) -> KindFit | None:
    """How well a file fits one kind; None where its shapes are others."""
    if dimension is not None and dimension is not kind.dimension:
        return None
    columns = map_columns(kind, there, shaped=dimension is not None)
    placed = dimension is not None or {"lon", "lat"} <= {one.column.name for one in columns.mapped}
    if kind.placed is Placed.ALWAYS and not placed:
        return None
    usable = not any(column.needed for column in columns.missing)
    explained = len(columns.mapped) / max(len(there), 1)
    weight = explained + NEEDED_COUNT * usable + NAME_COUNTS * _is_called(kind, file)
    return KindFit(kind, columns, usable, weight)


def _is_called(kind: Kind, file: str) -> bool:
    """Whether a file has the name of a kind, in either language, with more around it or less."""
    stem = PurePath(file).name.partition(".")[0].lower()
    names = kind.zh.replace("）", "").replace("（", "、").split("、")
    english = str(kind.name).rstrip("s")
    return english in stem or any(name in stem or (stem and stem in name) for name in names)
