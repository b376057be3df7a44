"""Lists by cursor: a page, and where the next one starts."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import Depends, Query

from geo.errors import BadValue

Row = TypeVar("Row")

LONGEST_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Cut:
    """
    Which page of a list is wanted.

    Attributes
    ----------
    limit
        Rows on the page, at most.
    cursor
        Key after which the page starts; the empty string for the first page.
    """

    limit: int
    cursor: str

    @property
    def number(self) -> int | None:
        """
        The cursor of a list whose keys are numbers.

        Returns
        -------
        number
            None for the first page.

        Raises
        ------
        BadValue
            It is no number that such a list has given.
        """
        if not self.cursor:
            return None
        if self.cursor.isascii() and self.cursor.isdigit() and len(self.cursor) < 10:
            return int(self.cursor)
        raise BadValue(f"{self.cursor!r} is no cursor of this list; take the `next` of a page.")


def _cut(
    limit: Annotated[int, Query(ge=1, le=LONGEST_PAGE, description="Rows on the page.")] = 100,
    cursor: Annotated[
        str, Query(max_length=200, description="The `next` of the page before.")
    ] = "",
) -> Cut:
    return Cut(limit, cursor)


CutDep = Annotated[Cut, Depends(_cut)]


def page(
    rows: Sequence[Row], key: Callable[[Row], str], cut: Cut
) -> tuple[Sequence[Row], str | None]:
    """
    Cut one page out of a list.

    Parameters
    ----------
    rows
        The whole list, ascending by key.
    key
        Key of a row; no two are equal.
    cut
        Which page.

    Returns
    -------
    rows, following
        The rows of the page, and the cursor of the next one or None.
    """
    start = bisect_right(rows, cut.cursor, key=key) if cut.cursor else 0
    chosen = rows[start : start + cut.limit]
    more = start + cut.limit < len(rows)
    return chosen, key(chosen[-1]) if more else None


def newest(
    read: Callable[[str | None, int], Sequence[Row]], key: Callable[[Row], str], cut: Cut
) -> tuple[Sequence[Row], str | None]:
    """
    Read one page of a list that runs from the newest on.

    Parameters
    ----------
    read
        Reads so many rows from after a key on.
    key
        Key of a row; no two are equal.
    cut
        Which page.

    Returns
    -------
    rows, following
        The rows of the page, and the cursor of the next one or None.
    """
    rows = read(cut.cursor or None, cut.limit + 1)
    chosen = rows[: cut.limit]
    return chosen, key(chosen[-1]) if len(rows) > len(chosen) else None
