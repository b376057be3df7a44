"""Tables of places as people hand them in: CSV with id and lon,lat or a node id."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geo.datum import to_wgs84
from geo.errors import BadValue, MissingColumn, UnreadableFile
from geo.road.network import RoadNetwork
from geo.road.snap import Joins, join_nodes
from geo.road.travel_time import TravelTimes

SHOWN = 5
"""How many wrong rows a message names before it counts the rest."""

ENCODINGS = ("utf-8-sig", "gb18030")
"""Tried in this order; the second is what spreadsheets write on Chinese Windows."""


@dataclass(frozen=True, slots=True, eq=False)
class PlaceTable:
    """
    Places with their ids, joined to a network.

    Attributes
    ----------
    ids
        The column ``id``.
    joins
        One per id.
    """

    ids: tuple[str, ...]
    joins: Joins


def read_rows(path: Path) -> list[dict[str, str]]:
    """
    Read a CSV file into rows of text.

    Parameters
    ----------
    path
        UTF-8, with or without a byte order mark, or GB18030; comma, semicolon or tab.

    Returns
    -------
    rows
        One mapping per row; column names stripped and in lower case.

    Raises
    ------
    UnreadableFile
        The file is missing, no text, or has no rows.
    """
    text = decode_text(path)
    try:
        delimiter = csv.Sniffer().sniff(text.split("\n", 1)[0], delimiters=",;\t").delimiter
    except csv.Error:
        delimiter = ","
    lines = csv.reader(text.splitlines(), delimiter=delimiter)
    try:
        header, *body = [line for line in lines if any(cell.strip() for cell in line)]
    except (ValueError, csv.Error) as error:
        raise UnreadableFile(f"{path} is empty; its first line must name columns.") from error
    names = [name.strip().lower() for name in header]
    if not body:
        raise UnreadableFile(f"{path} has a header ({', '.join(names)}) but no rows.")
    return [dict(zip(names, map(str.strip, line), strict=False)) for line in body]


def read_places(
    path: Path, times: TravelTimes, network: RoadNetwork, *, crs: str = "wgs84"
) -> PlaceTable:
    """
    Read places and join them to a network.

    Parameters
    ----------
    path
        CSV with ``id`` and either ``lon,lat`` or ``node``; a column ``crs`` outranks `crs`.
    times
        Engine that joins places.
    network
        The roads, for node ids.
    crs
        Coordinate system of ``lon,lat``.

    Returns
    -------
    places
        In the order of the file.

    Raises
    ------
    MissingColumn
        There is no id, or neither lon,lat nor node.
    BadValue
        Cells are no numbers or ids stand twice; the sentence names the rows.
    OutsideNetwork
        Places lie too far from every road.
    """
    rows = read_rows(path)
    columns = rows[0].keys()
    by_node = "node" in columns
    wanted = ("id", "node") if by_node else ("id", "lon", "lat")
    missing = [name for name in wanted if name not in columns]
    if missing:
        raise MissingColumn(
            f"{path} has no column {' and '.join(missing)}; it has {', '.join(columns)}. "
            "Places need id,lon,lat or id,node."
        )
    ids = tuple(row["id"] for row in rows)
    _refuse_rows(path, [row for row, name in enumerate(ids) if not name], "without an id")
    first = {name: row for row, name in reversed(list(enumerate(ids)))}
    _refuse_rows(
        path, [row for row, name in enumerate(ids) if first[name] != row], "repeating an id"
    )
    if by_node:
        node = _numbers(path, rows, "node").astype(np.int64)
        return PlaceTable(ids, join_nodes(network, node))
    return PlaceTable(ids, times.join(read_lon_lat(path, rows, crs=crs)))


def read_lon_lat(
    path: Path, rows: Sequence[Mapping[str, str]], *, crs: str = "wgs84"
) -> NDArray[np.float64]:
    """
    Read where the places of a table are.

    Parameters
    ----------
    path
        The file, for messages.
    rows
        With ``lon`` and ``lat``; a column ``crs`` outranks `crs`.
    crs
        Coordinate system of ``lon,lat``.

    Returns
    -------
    lon_lat
        float64[n, 2], WGS-84 degrees.

    Raises
    ------
    BadValue
        Cells are no numbers; the sentence names the rows.
    """
    lon_lat = np.stack([_numbers(path, rows, "lon"), _numbers(path, rows, "lat")], axis=1)
    return _to_wgs84(lon_lat, rows, crs)


def read_weights(path: Path) -> NDArray[np.float64]:
    """
    Read how much each place of a table weighs.

    Parameters
    ----------
    path
        CSV with ``weight``.

    Returns
    -------
    weight
        In the order of the file, float64[n].

    Raises
    ------
    MissingColumn
        There is no weight.
    BadValue
        Weights are negative or no numbers; the sentence names the rows.
    """
    rows = read_rows(path)
    if "weight" not in rows[0]:
        raise MissingColumn(
            f"{path} has no column weight; it has {', '.join(rows[0])}. "
            "Give each point a weight, 1 where all count alike."
        )
    weight = _numbers(path, rows, "weight")
    _refuse_rows(path, np.flatnonzero(weight < 0).tolist(), "whose weight is below 0")
    return weight


def read_place(text: str, *, crs: str = "wgs84") -> NDArray[np.float64]:
    """
    Read one place from the command line.

    Parameters
    ----------
    text
        ``LON,LAT``.
    crs
        Its coordinate system.

    Returns
    -------
    lon_lat
        float64[1, 2], WGS-84 degrees.

    Raises
    ------
    BadValue
        The text is not two numbers.
    """
    parts = text.replace("，", ",").split(",")
    try:
        lon, lat = (float(part) for part in parts)
    except ValueError as error:
        raise BadValue(f"“{text}” is not a place; write LON,LAT such as 109.12,21.48.") from error
    return to_wgs84(np.array([[lon, lat]]), crs)


def decode_text(path: Path) -> str:
    """
    Read a text file.

    Parameters
    ----------
    path
        UTF-8, with or without a byte order mark, or GB18030.

    Returns
    -------
    text
        Without the mark.

    Raises
    ------
    UnreadableFile
        It is missing, or no text.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"{path} cannot be read: {error.strerror}.") from error
    for encoding in ENCODINGS:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise UnreadableFile(f"{path} is not a text file in UTF-8 or GB18030.")


def _numbers(path: Path, rows: Sequence[Mapping[str, str]], name: str) -> NDArray[np.float64]:
    """Column of finite numbers; every wrong row is named at once."""
    values = np.full(len(rows), np.nan)
    for row, cells in enumerate(rows):
        try:
            values[row] = float(cells.get(name, ""))
        except ValueError:
            continue  # stays NaN and is named below
    wrong = np.flatnonzero(~np.isfinite(values))
    _refuse_rows(path, wrong.tolist(), f"whose {name} is not a number")
    if name == "node":
        _refuse_rows(path, np.flatnonzero(values % 1 != 0).tolist(), "whose node is not whole")
    return values


def _to_wgs84(
    lon_lat: NDArray[np.float64], rows: Sequence[Mapping[str, str]], crs: str
) -> NDArray[np.float64]:
    """Bring each place to WGS-84 by its own column crs, or by the common one."""
    own = np.array([row.get("crs") or crs for row in rows])
    moved = np.empty_like(lon_lat)
    for system in np.unique(own):
        moved[own == system] = to_wgs84(lon_lat[own == system], str(system))
    return moved


def _refuse_rows(path: Path, rows: Sequence[int], what: str) -> None:
    """Raise one sentence for all rows with one fault; line 1 is the header."""
    if rows:
        named = ", ".join(str(row + 2) for row in rows[:SHOWN])
        more = f" and {len(rows) - SHOWN} more" if len(rows) > SHOWN else ""
        raise BadValue(f"{path} has lines {what}: {named}{more}; mend or remove them.")
