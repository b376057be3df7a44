"""Addresses of tiles, and what is wrong with those that are none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends

from api.access import may
from api.errors import BadParameter, NotFound
from dispatch.access import Act, Person
from geo.tile_matrix import TILE_MATRIX_SETS, TileMatrixSet

SeeCityDep = Annotated[Person, Depends(may(Act.SEE_CITY))]

_MOST_DIGITS = 9


@dataclass(frozen=True, slots=True)
class TileAddress:
    """
    Where a tile lies.

    Attributes
    ----------
    matrix
        Tile matrix set.
    zoom, row, column
        Level, and place in it from the north and the west.
    """

    matrix: TileMatrixSet
    zoom: int
    row: int
    column: int


def matrix_set(matrix: str, _: SeeCityDep) -> TileMatrixSet:
    """
    Find a tile matrix set.

    Parameters
    ----------
    matrix
        Its name.
    _
        Who asks: whoever may not is told so first.

    Returns
    -------
    matrix
        The set.

    Raises
    ------
    NotFound
        There is none of this name.
    """
    if matrix not in TILE_MATRIX_SETS:
        raise NotFound(
            f"There is no tile matrix set {matrix!r}; there are {', '.join(TILE_MATRIX_SETS)}."
        )
    return TILE_MATRIX_SETS[matrix]


MatrixSetDep = Annotated[TileMatrixSet, Depends(matrix_set)]


def tile_address(matrix: MatrixSetDep, zoom: str, row: str, column: str) -> TileAddress:
    """
    Read the address of a tile.

    Parameters
    ----------
    matrix
        The tile matrix set.
    zoom, row, column
        As they stand in the address.

    Returns
    -------
    address
        Of whole numbers from 0, which may lie outside of the set.

    Raises
    ------
    BadParameter
        A part is no whole number.
    """
    numbers = [_number(part) for part in (zoom, row, column)]
    return TileAddress(matrix, *numbers)


def _number(part: str) -> int:
    """Read a part of an address."""
    if part.isascii() and part.isdigit() and len(part) <= _MOST_DIGITS:
        return int(part)
    raise BadParameter(
        f"{part!r} is no part of a tile's address, which is tileMatrix/tileRow/tileCol in whole "
        "numbers from 0."
    )


TileAddressDep = Annotated[TileAddress, Depends(tile_address)]
