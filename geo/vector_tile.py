"""
Vector tile: runs of corners and properties as a layer of a Mapbox vector tile, version 2.1.

The messages are those of `mapbox_vector_tile`; the commands that draw are reckoned here, for all
features at once.  Its own encoder walks every corner in Python, thirty times as long.  A tile of
several layers is the bytes of tiles of one layer each, one after another.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import numpy as np
from mapbox_vector_tile.Mapbox import vector_tile_pb2
from numpy.typing import NDArray

from geo.flat_shapes import POINT, POLYGON, Runs
from geo.tile_cut import EXTENT

_MOVE, _LINE, _CLOSE = 1, 2, 7
_VERSION = 2
_MOST_INTEGER = 2**63 - 1


def encode_layer(
    name: str,
    runs: Runs,
    columns: Mapping[str, Sequence[object]],
) -> bytes:
    """
    Write a tile of one layer.

    Parameters
    ----------
    name
        What the layer is called.
    runs
        What is drawn, as `geo.tile_cut.cut` yields it: one feature for each row.
    columns
        Values by column, of every row there may be; None is left out, and lists are JSON.

    Returns
    -------
    mvt
        Empty where nothing is drawn.
    """
    if not len(runs):
        return b""
    command, first = _commands(runs)
    head = _heads(runs)
    bounds = np.append(first[head], len(command)).tolist()
    kinds = runs.kind[head].tolist()
    tile = vector_tile_pb2.tile()
    layer = tile.layers.add(name=name, version=_VERSION, extent=EXTENT)
    tags = _tags(layer, runs.row[head].tolist(), columns)
    numbers = command.tolist()
    for place, kind in enumerate(kinds):
        layer.features.add(
            type=kind, tags=tags[place], geometry=numbers[bounds[place] : bounds[place + 1]]
        )
    written: bytes = tile.SerializeToString()
    return written


def _commands(runs: Runs) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """All features' drawing commands end to end, and where those of each run start."""
    size = np.diff(runs.first)
    dots, ring = runs.kind == POINT, runs.kind == POLYGON
    length = 2 * size + np.where(dots, 1, 2) + ring
    first = np.zeros(len(runs) + 1, dtype=np.int64)
    np.cumsum(length, out=first[1:])
    command = np.empty(first[-1], dtype=np.int64)
    start, run = first[:-1], runs.run_of_point
    command[start] = np.where(dots, size, 1) << 3 | _MOVE
    command[start[~dots] + 3] = (size[~dots] - 1) << 3 | _LINE
    command[first[1:][ring] - 1] = 1 << 3 | _CLOSE
    within = np.arange(len(run)) - runs.first[:-1][run]
    place = start[run] + 1 + 2 * within + ((within > 0) & ~dots[run])
    command[place], command[place + 1] = _steps(runs)
    return command, start


def _steps(runs: Runs) -> NDArray[np.int64]:
    """From each corner's forerunner in its feature, or the tile's corner, as zigzag numbers."""
    point = runs.point.astype(np.int64)
    step = np.diff(point, axis=1, prepend=0)
    opens = runs.first[:-1][_heads(runs)]
    step[:, opens] = point[:, opens]
    return (step << 1) ^ (step >> 63)


def _heads(runs: Runs) -> NDArray[np.int64]:
    """Number of the first run of each feature."""
    return np.flatnonzero(np.diff(runs.row, prepend=-1))


def _tags(
    layer: vector_tile_pb2.tile.layer,
    rows: Sequence[int],
    columns: Mapping[str, Sequence[object]],
) -> list[list[int]]:
    """Write keys and values into a layer once each; numbers of both for every feature."""
    tags: list[list[int]] = [[] for _ in rows]
    numbers: dict[tuple[type, object], int] = {}
    for key, (name, column) in enumerate(columns.items()):
        layer.keys.append(name)
        for tag, row in zip(tags, rows, strict=True):
            value = _plain(column[row])
            if value is None:
                continue
            known = (type(value), value)
            number = numbers.get(known)
            if number is None:
                number = numbers[known] = len(numbers)
                layer.values.add(**{_field(value): value})
            tag.extend((key, number))
    return tags


def _plain(value: object) -> str | int | float | bool | None:
    """A value as vector tiles have them."""
    if value is None or isinstance(value, str | bool | float):
        return value
    if isinstance(value, int):
        return value if abs(value) <= _MOST_INTEGER else float(value)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


def _field(value: str | float) -> str:
    """Where a value belongs in the message."""
    if isinstance(value, str):
        return "string_value"
    if isinstance(value, bool):
        return "bool_value"
    return "sint_value" if isinstance(value, int) else "double_value"
