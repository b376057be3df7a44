"""Read a layer of road lines into a street table for one mode."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geo.errors import BadValue, EmptyNetwork
from geo.road.class_word import road_class
from geo.road.crossing import add_crossings
from geo.road.drawn import Roads, priced
from geo.road.line_file import LineTable, read_line_table
from geo.road.line_word import levels, open_directions, trusted_limits_kph
from geo.road.noding import Lines, cut_at_junctions, merge_vertices, without_repeats
from geo.road.road_class import CLASS_CODE, Mode
from geo.road.speed import class_speed_mps
from geo.road.streets import Streets

TOLERANCE_DEG = 1e-7
"""Points no further apart than this are one place: about a centimetre."""

NO_ROAD = "rows of a class that is no road"
CLOSED_CLASS = "rows of a class that is closed to the mode"
CLOSED = "rows closed in both directions"
STRANGE_DIRECTION = "directions not understood, taken as both ways"
IMPOSSIBLE = "speeds that no road has, class used instead"
FILLED_IN = "speeds filled in by a machine, class used instead"
NO_DIRECTION_COLUMN = "rows in a layer without a column of directions, taken as both ways"
TOO_SHORT = "lines without length"


def read_lines(  # noqa: PLR0913  each is an option of the command line
    path: Path,
    *,
    mode: Mode,
    columns: Mapping[str, str] | None = None,
    node_crossings: bool = False,
    crs: str | None = None,
    layer: str | None = None,
) -> Streets:
    """
    Read a Shapefile (zipped too), GeoPackage, GeoJSON, FlatGeobuf or GeoParquet of lines.

    Lines are cut where they share a point, to within `TOLERANCE_DEG`; whether one of them
    ends there plays no part.  Classes are OpenStreetMap's words or Chinese ones (see
    `geo.road.class_word`), directions and speeds are understood as told in
    `geo.road.line_word`; figures that a machine has filled in count as unknown.

    Parameters
    ----------
    path
        The file.
    mode
        Who travels.  Walkers go both ways on every road.
    columns
        ``class``, ``speed``, ``direction``, ``name``, ``id``, ``layer``, ``bridge`` or
        ``tunnel`` to the layer's own column; what is not named is guessed.
    node_crossings
        Whether lines that cross without a shared point meet there.  They do if their
        level is the same, as told by the columns layer, bridge and tunnel.
    crs
        Coordinate system, outranking what the file says: GCJ-02 is often labelled WGS-84.
    layer
        Which layer, where the file has several of lines.

    Returns
    -------
    streets
        Streets in the order of the rows; ``notes`` counts what was left out or not
        believed.

    Raises
    ------
    BadInput
        The file, the layer, a column or the coordinate system cannot be used.
    EmptyNetwork
        No row is a road that the mode may use.
    """
    table = read_line_table(path, columns=columns or {}, layer=layer, crs=crs)
    return streets_of(table, path.name, mode=mode, node_crossings=node_crossings)


def streets_of(
    table: LineTable, source: str, *, mode: Mode, node_crossings: bool = False
) -> Streets:
    """
    Make streets of the rows of a line layer.

    Parameters
    ----------
    table
        The rows.
    source
        Name of the file.
    mode
        Who travels.
    node_crossings
        As `read_lines` has it.

    Returns
    -------
    streets
        As of `read_lines`.

    Raises
    ------
    BadValue
        No direction is understood.
    EmptyNetwork
        No row is a road that the mode may use.
    """
    n_rows = len(table.words["class"])
    notes = Counter(table.notes)
    roads = _roads(source, table.words, mode, notes)
    usable = np.asarray(roads.is_open.any(axis=1))
    lines, row = _usable_lines(table, usable, node_crossings=node_crossings)
    if not len(row):
        raise EmptyNetwork(
            f"None of the {n_rows} rows of {source} is a road that may be used by {mode}; "
            f"its classes are {_most_frequent(table.words['class'])}."
        )
    vertex = merge_vertices(lines.lon_lat, tolerance_deg=TOLERANCE_DEG)
    lines, kept = without_repeats(Lines(vertex, lines.lon_lat, lines.first))
    notes[TOO_SHORT] += len(row) - len(kept)
    cut = cut_at_junctions(lines)
    streets = priced(roads, cut, row[kept][cut.line], mode=mode, node_source_id=cut.node_vertex)
    found = {why: n for why, n in sorted(notes.items()) if n}
    return replace(streets, source=source, notes=found | streets.notes)


def _roads(
    source: str, words: Mapping[str, Sequence[str]], mode: Mode, notes: Counter[str]
) -> Roads:
    """Understand every row; those that the mode may not use are closed and counted."""
    blank = [""] * len(words["class"])
    classes = [road_class(word) for word in words["class"]]
    is_road = np.array([kind is not None for kind in classes], dtype=np.bool_)
    code = np.array([CLASS_CODE[kind] if kind else 0 for kind in classes], dtype=np.uint8)
    for_mode = is_road & (class_speed_mps(mode)[code] > 0)
    is_open = _open_directions(source, words.get("direction"), for_mode, mode, notes)
    limit_kph, impossible, filled_in = trusted_limits_kph(words.get("speed", blank), classes)
    notes[NO_ROAD] = int((~is_road).sum())
    notes[CLOSED_CLASS] = int((is_road & ~for_mode).sum())
    notes[CLOSED] = int((for_mode & ~is_open.any(axis=1)).sum())
    notes[IMPOSSIBLE] = int((impossible & for_mode).sum())
    notes[FILLED_IN] = int((filled_in & for_mode).sum())
    return Roads(
        class_code=code,
        is_open=is_open,
        limit_kph=np.stack([limit_kph, limit_kph], axis=1),
        pace=np.ones(len(code)),
        duration_s=np.full(len(code), np.nan),
        way_id=_way_ids(words.get("id", blank)),
        name=words.get("name", blank),
    )


def _open_directions(
    source: str,
    words: Sequence[str] | None,
    for_mode: NDArray[np.bool_],
    mode: Mode,
    notes: Counter[str],
) -> NDArray[np.bool_]:
    """Which directions of each row the mode may use."""
    if words is None:
        notes[NO_DIRECTION_COLUMN] = int(for_mode.sum())
    if words is None or mode is Mode.FOOT:
        return np.stack([for_mode, for_mode], axis=1)
    is_open, understood = open_directions(words)
    if not understood.any():
        raise BadValue(
            f"No direction in {source} is understood, such as {_most_frequent(words)}; "
            "map another column, or use yes, no, -1, 0, 1, F, T, B, 双向, 正向, 反向."
        )
    notes[STRANGE_DIRECTION] = int((~understood & for_mode).sum())
    return is_open & for_mode[:, None]


def _way_ids(words: Sequence[str]) -> NDArray[np.int64]:
    """Take the layer's own numbers where every row has one, else the row."""
    if all(len(word) < 19 and word.removeprefix("-").isdecimal() for word in words):
        return np.array([int(word) for word in words], dtype=np.int64)
    return np.arange(len(words), dtype=np.int64)


def _usable_lines(
    table: LineTable, usable: NDArray[np.bool_], *, node_crossings: bool
) -> tuple[Lines, NDArray[np.int64]]:
    """Keep the lines of usable rows, with points at their crossings where that is wanted."""
    line = np.flatnonzero(usable[table.row])
    n_points = np.diff(table.first)
    keep = np.repeat(usable[table.row], n_points)
    lon_lat, row = table.lon_lat[keep], table.row[line]
    first = np.concatenate([[0], np.cumsum(n_points[line])]).astype(np.int64)
    if node_crossings:
        blank = [""] * len(usable)
        level = levels(*(table.words.get(name, blank) for name in ("layer", "bridge", "tunnel")))
        lon_lat, first = add_crossings(
            lon_lat, first, level=level[row], tolerance_deg=TOLERANCE_DEG
        )
    return Lines(np.zeros(len(lon_lat), dtype=np.int64), lon_lat, first), row


def _most_frequent(words: Sequence[str]) -> str:
    """Quote the five most frequent words of a column."""
    return ", ".join(word or "(empty)" for word, _ in Counter(words).most_common(5))
