"""Options that say what a file calls a column: ``--map NAME=COLUMN``."""

from __future__ import annotations

from collections.abc import Sequence

from geo.errors import BadValue


def read_pairs(pairs: Sequence[str]) -> dict[str, str]:
    """
    Read ``NAME=COLUMN`` options.

    Parameters
    ----------
    pairs
        As they were written.

    Returns
    -------
    columns
        Our columns to those of the file.

    Raises
    ------
    BadValue
        One has no ``=``.
    """
    wrong = [pair for pair in pairs if "=" not in pair]
    if wrong:
        raise BadValue(f"--map {wrong[0]}: write NAME=COLUMN, such as --map class=fclass.")
    return {name.strip(): column.strip() for name, column in (pair.split("=", 1) for pair in pairs)}
