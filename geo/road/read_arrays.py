"""Read a road graph kept as bare arrays (``.npz``) into a street table."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.datum import to_wgs84
from geo.errors import BadValue, MissingColumn, UnreadableFile
from geo.road.network import LONGEST_EDGE_MS
from geo.road.noding import lengths_m
from geo.road.road_class import CLASS_CODE, RoadClass
from geo.road.streets import BACKWARD, CLOSED, FORWARD, Streets, TurnRule, arc_ref

NEEDED = ("tail", "head", "w", "lon", "lat")
CLASS_OF_LEVEL = (
    RoadClass.RESIDENTIAL,
    RoadClass.TERTIARY,
    RoadClass.PRIMARY,
    RoadClass.MOTORWAY,
)
"""What the four levels of ``cls`` stand for: 0 local … 3 highway."""

Arrays = Mapping[str, NDArray[Any]]


def read_arrays(path: Path, *, crs: str | None = None) -> Streets:
    """
    Read the arrays of a directed graph.

    ``tail``, ``head`` and ``w`` hold one arc per row (node, node, milliseconds), ``lon``
    and ``lat`` one node per row, WGS-84.  ``dist`` (metres) and ``cls`` (0 local … 3
    highway) may follow for arcs, ``turn_from`` and ``turn_to`` (arc rows) for bans.  The
    times hold for whatever mode they were made for; the file does not say which.

    A node keeps its row as its number, whether an arc touches it or not.  Where exactly
    one arc leads each way between two nodes, and both agree in length and class, they
    become the two directions of one street; all others, parallel arcs and loops among
    them, are streets of a single direction.  Weights are kept to the millisecond.

    Parameters
    ----------
    path
        The file; nothing in it is unpickled.
    crs
        Coordinate system of ``lon`` and ``lat``, if it is not WGS-84.

    Returns
    -------
    streets
        Streets in the order of their first arc, ``way_id`` being that arc's row.

    Raises
    ------
    UnreadableFile
        No such file, or no ``.npz``.
    MissingColumn
        An array is missing.
    BadValue
        Arrays contradict each other or hold impossible figures.
    UnknownCrs
        No such coordinate system.
    """
    arrays = _load(path)
    lon_lat = _positions(arrays, crs)
    tail, head = (_rows(arrays, name, len(lon_lat)) for name in ("tail", "head"))
    weight_ms = _weights(arrays)
    class_code = _classes(arrays, len(tail))
    length_m = _lengths(arrays, lon_lat, tail, head)
    forward, backward = _pair(tail, head, length_m, class_code)
    ends = np.stack([tail[forward], head[forward]], axis=1)
    return Streets(
        node_lon_lat=lon_lat,
        node_source_id=np.arange(len(lon_lat), dtype=np.int64),
        tail=ends[:, 0].astype(np.int32),
        head=ends[:, 1].astype(np.int32),
        road_class=class_code[forward],
        length_m=length_m[forward],
        forward_ms=weight_ms[forward],
        backward_ms=np.where(backward >= 0, weight_ms[backward], CLOSED),
        point=lon_lat[ends.ravel()],
        first_point=np.arange(0, 2 * len(forward) + 1, 2, dtype=np.int64),
        way_id=forward,
        name=np.full(len(forward), -1, dtype=np.int32),
        turn_rules=_bans(arrays, tail, head, forward, backward),
        source=path.name,
        notes={"arcs with the file's own travel time": len(tail)},
    )


def _load(path: Path) -> dict[str, NDArray[Any]]:
    """Load every array, none of them pickled."""
    if not path.is_file():
        raise UnreadableFile(f"There is no file {path}.")
    damaged = f"{path.name} is not an .npz file of plain arrays, or is damaged."
    if not zipfile.is_zipfile(path):
        raise UnreadableFile(damaged)
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error):
        raise UnreadableFile(damaged) from None
    missing = [name for name in NEEDED if name not in arrays]
    if missing:
        raise MissingColumn(
            f"{path.name} lacks {', '.join(missing)}; it has {', '.join(arrays) or 'nothing'}. "
            "The arrays tail, head, w, lon and lat are needed."
        )
    _same_length(arrays, ("lon", "lat"))
    _same_length(arrays, ("tail", "head", "w", "dist", "cls"))
    _same_length(arrays, ("turn_from", "turn_to"))
    return arrays


def _same_length(arrays: Arrays, names: tuple[str, ...]) -> None:
    """Refuse columns of one table that differ in length, or are no columns."""
    there = {name: arrays[name] for name in names if name in arrays}
    for name, array in there.items():
        if array.ndim != 1 or array.dtype.kind not in "iuf":
            raise BadValue(f"Array {name} must be one column of numbers.")
    if len({len(array) for array in there.values()}) > 1:
        lengths = ", ".join(f"{name} {len(array)}" for name, array in there.items())
        raise BadValue(f"Arrays of one table differ in length: {lengths}.")


def _positions(arrays: Arrays, crs: str | None) -> NDArray[np.float64]:
    """Take the nodes' coordinates."""
    lon_lat = np.stack([arrays["lon"], arrays["lat"]], axis=1).astype(np.float64)
    if crs is not None:
        return to_wgs84(lon_lat, crs)
    for name, degrees, limit in (("lon", lon_lat[:, 0], 180.0), ("lat", lon_lat[:, 1], 90.0)):
        expected = f"degrees between -{limit:g} and {limit:g}"
        _refuse(name, degrees, ~(np.abs(degrees) <= limit), expected)
    return lon_lat


def _rows(arrays: Arrays, name: str, n_rows: int) -> NDArray[np.int64]:
    """Take references to rows of another table."""
    given = arrays[name]
    outside = ~((given >= 0) & (given < n_rows) & (given == np.floor(given)))
    _refuse(name, given, outside, f"rows from 0 to {n_rows - 1}")
    return given.astype(np.int64)


def _weights(arrays: Arrays) -> NDArray[np.int64]:
    """Take travel times in whole milliseconds."""
    given = arrays["w"]
    wrong = ~((given >= 0) & (given <= LONGEST_EDGE_MS) & (given == np.floor(given)))
    _refuse("w", given, wrong, "whole milliseconds from 0 to a day")
    return given.astype(np.int64)


def _classes(arrays: Arrays, n_arcs: int) -> NDArray[np.uint8]:
    """Translate levels to road classes; without levels every arc is unclassified."""
    if "cls" not in arrays:
        return np.full(n_arcs, CLASS_CODE[RoadClass.UNCLASSIFIED], dtype=np.uint8)
    level = _rows(arrays, "cls", len(CLASS_OF_LEVEL))
    return np.array([CLASS_CODE[name] for name in CLASS_OF_LEVEL], dtype=np.uint8)[level]


def _lengths(
    arrays: Arrays, lon_lat: NDArray[np.float64], tail: NDArray[np.int64], head: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Take lengths, or measure straight lines."""
    if "dist" not in arrays:
        ends = lon_lat[np.stack([tail, head], axis=1).ravel()]
        return lengths_m(ends, np.arange(0, len(ends) + 1, 2, dtype=np.int64))
    given = arrays["dist"].astype(np.float64)
    _refuse("dist", given, ~((given >= 0) & np.isfinite(given)), "metres, 0 or more")
    return given


def _refuse(name: str, given: NDArray[Any], wrong: NDArray[np.bool_], expected: str) -> None:
    """Name the first wrong figure of an array."""
    rows = np.flatnonzero(wrong)
    if len(rows):
        raise BadValue(
            f"Array {name} holds {given[rows[0]]} in row {rows[0]} "
            f"({len(rows)} such rows); {expected} are needed."
        )


def _pair(
    tail: NDArray[np.int64],
    head: NDArray[np.int64],
    length_m: NDArray[np.float64],
    class_code: NDArray[np.uint8],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find the arc of each street and, where exactly one matches, the arc back (else -1)."""
    low, high = np.minimum(tail, head), np.maximum(tail, head)
    order = np.lexsort((np.arange(len(tail)), high, low))
    low, high, downhill = low[order], high[order], (tail > head)[order]
    starts = np.flatnonzero(np.r_[True, (np.diff(low) != 0) | (np.diff(high) != 0)][: len(low)])
    sizes = np.diff(np.r_[starts, len(low)])
    at = starts[(sizes == 2) & (low != high)[starts]]
    first, second = order[at], order[at + 1]
    alike = (length_m[first] == length_m[second]) & (class_code[first] == class_code[second])
    paired = (downhill[at] != downhill[at + 1]) & alike
    back = np.full(len(tail), -1, dtype=np.int64)
    back[first[paired]] = second[paired]
    forward = np.setdiff1d(np.arange(len(tail)), second[paired], assume_unique=True)
    return forward, back[forward]


def _bans(
    arrays: Arrays,
    tail: NDArray[np.int64],
    head: NDArray[np.int64],
    forward: NDArray[np.int64],
    backward: NDArray[np.int64],
) -> tuple[TurnRule, ...]:
    """Turn pairs of arc rows into bans."""
    if "turn_from" not in arrays and "turn_to" not in arrays:
        return ()
    if "turn_from" not in arrays or "turn_to" not in arrays:
        raise MissingColumn("Bans need both arrays, turn_from and turn_to; one is missing.")
    enters, leaves = (_rows(arrays, name, len(tail)) for name in ("turn_from", "turn_to"))
    apart = np.flatnonzero(head[enters] != tail[leaves])
    if len(apart):
        raise BadValue(
            f"Ban {apart[0]} goes from arc {enters[apart[0]]} to arc {leaves[apart[0]]}, "
            "which does not start where the first one ends."
        )
    ref = np.empty(len(tail), dtype=np.int64)
    ref[forward] = arc_ref(0, FORWARD) + 2 * np.arange(len(forward))
    two_way = np.flatnonzero(backward >= 0)
    ref[backward[two_way]] = arc_ref(0, BACKWARD) + 2 * two_way
    pairs = np.stack([ref[enters], ref[leaves]], axis=1).tolist()
    return tuple(TurnRule((left, right)) for left, right in pairs)
