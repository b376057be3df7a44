"""Roads that are not understood or don't hang together, in words, with place and remedy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from dispatch.layer.kind import KindName
from dispatch.layer.rows import LayerRows
from geo.errors import BadValue, EmptyNetwork
from geo.finding import SHAPE_COLUMN, Change, Finding, Severity
from geo.remark import Remark
from geo.road.class_word import road_class
from geo.road.line_file import LineTable
from geo.road.line_word import open_directions, trusted_limits_kph
from geo.road.read_lines import streets_of
from geo.road.road_class import Mode
from geo.road.street_check import StreetFlaw, StreetFlawKind, street_flaws

WORDS = ("class", "speed", "direction", "name", "layer", "bridge", "tunnel")
MOST_NAMED = 20
"""Rows named in one finding; islands and filled-in columns have thousands."""


def street_findings(rows: LayerRows, usable: NDArray[np.bool_]) -> Iterator[Finding]:
    """
    Check that roads are understood and hang together.

    Parameters
    ----------
    rows
        A layer; of other kinds nothing is said.
    usable
        Rows whose shape is a sound line, bool[n].

    Yields
    ------
    finding
        Words that are not understood, then islands, traps, ends, crossings and speeds.
    """
    if rows.kind.name is not KindName.ROADS or not usable.any():
        return
    yield from _words(rows)
    try:
        streets = streets_of(line_table(rows, usable), rows.file, mode=Mode.CAR)
    except (BadValue, EmptyNetwork) as error:
        remark = Remark(error.code, f"无法作为道路读取：{error}", str(error))
        yield Finding(rows.file, None, remark)
        return
    for flaw in street_flaws(streets):
        yield _finding(rows, flaw, streets.way_id[list(flaw.streets)].tolist())


def line_table(
    rows: LayerRows, usable: NDArray[np.bool_], ids: Sequence[str] | None = None
) -> LineTable:
    """
    Lay rows out as the reader of roads takes them.

    Parameters
    ----------
    rows
        A layer of roads.
    usable
        Rows whose shape is a sound line, bool[n].
    ids
        What names each row; its position by default.

    Returns
    -------
    table
        The usable rows.
    """
    at = np.flatnonzero(usable)
    lines, of_line = shapely.get_parts(rows.shapes[at], return_index=True)
    points, of_point = shapely.get_coordinates(lines, return_index=True)
    counts = np.bincount(of_point, minlength=len(lines))
    there = {name for name in WORDS if rows.columns.theirs(name) is not None}
    words = {
        name: [rows.cells[name][row] for row in at.tolist()] for name in WORDS if name in there
    }
    words["id"] = [str(row) if ids is None else ids[row] for row in at.tolist()]
    words.setdefault("class", ["road"] * len(at))
    first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return LineTable(words, points, first, of_line.astype(np.int64), {})


def _words(rows: LayerRows) -> Iterator[Finding]:
    """Classes, directions and speeds that are not understood or not believed."""
    kinds = [road_class(word) for word in rows.cells["class"]]
    strange = [row for row, kind in enumerate(kinds) if kind is None]
    yield from _by_word(rows, "class", strange, UNKNOWN_CLASS)
    _, understood = open_directions(rows.cells["direction"])
    odd = np.flatnonzero(~understood).tolist()
    yield from _by_word(rows, "direction", odd, UNKNOWN_DIRECTION)
    _, impossible, filled_in = trusted_limits_kph(rows.cells["speed"], kinds)
    fast = np.flatnonzero(impossible).tolist()
    yield from _by_word(rows, "speed", fast, IMPLAUSIBLE)
    filled = np.flatnonzero(filled_in).tolist()
    yield from _by_word(rows, "speed", filled, FILLED_IN)


UNKNOWN_CLASS = Remark(
    "road_unknown_class",
    "不是任何道路等级，这些行不作为道路",
    "is no class of road; its rows are left out",
)
UNKNOWN_DIRECTION = Remark(
    "road_unknown_direction",
    "不是通行方向，按双向读取",
    "is no direction; both ways are taken as open",
)
IMPLAUSIBLE = Remark(
    "road_implausible_speed",
    "不可能是限速，改用道路等级的车速",
    "is no speed limit; that of the class is taken",
)
FILLED_IN = Remark(
    "road_filled_in_speed",
    "连人行道上也有，应为批量填入，改用道路等级的车速",
    "stands on footways, too, and was filled in; that of the class is taken",
)


def _by_word(
    rows: LayerRows, column: str, at: Sequence[int], predicate: Remark
) -> Iterator[Finding]:
    """One finding for each word, with the rows that have it."""
    having: dict[str, list[int]] = defaultdict(list)
    for row in at:
        having[rows.cells[column][row]].append(row)
    for word, of_it in having.items():
        remark = Remark(
            predicate.code,
            f"{column} 的“{word}”（{len(of_it)} 行）{predicate.zh}。",
            f"The {column} {word!r} of {len(of_it)} row(s) {predicate.en}.",
        )
        yield _of_rows(rows, of_it, remark)


def _of_rows(rows: LayerRows, at: Sequence[int], remark: Remark) -> Finding:
    first, *others = at
    shape = rows.shapes[first]
    middle = None if shape is None or shape.is_empty else shape.interpolate(0.5, normalized=True)
    where = None if middle is None else (round(middle.x, 6), round(middle.y, 6))
    named = tuple(rows.features[row] for row in others[:MOST_NAMED])
    return Finding(rows.file, rows.features[first], remark, Severity.WARNING, where, named)


def _finding(rows: LayerRows, flaw: StreetFlaw, of_streets: Iterable[int]) -> Finding:
    """One flaw in words; a street is a part of a row."""
    at = list(dict.fromkeys(of_streets))
    severity = Severity.NOTE if flaw.kind is StreetFlawKind.NO_JUNCTION else Severity.WARNING
    lon, lat = flaw.lon_lat
    return Finding(
        rows.file,
        rows.features[at[0]],
        _remark(flaw, len(at)),
        severity,
        (round(lon, 6), round(lat, 6)),
        tuple(rows.features[row] for row in at[1 : MOST_NAMED + 1]),
        tuple(_remedy(rows, flaw, at)),
    )


def _remark(flaw: StreetFlaw, roads: int) -> Remark:
    said = {
        StreetFlawKind.ISLAND: (
            f"{roads} 条道路自成一体，与其他道路不相连。",
            f"{roads} road(s) touch no other.",
        ),
        StreetFlawKind.NO_WAY_OUT: (
            "单行路只能驶入，不能驶出。",
            "One-way streets lead in, and none leads out.",
        ),
        StreetFlawKind.NO_WAY_IN: (
            "单行路只能驶出，不能驶入。",
            "One-way streets lead out, and none leads in.",
        ),
        StreetFlawKind.STOPS_SHORT: (
            f"端点距另一条道路 {flaw.amount:.1f} 米，没有接上。",
            f"It ends {flaw.amount:.1f} m short of another road.",
        ),
        StreetFlawKind.NO_JUNCTION: (
            "两条道路相交而没有路口；若是立交则无误。",
            "Two roads cross without a junction, as a bridge would.",
        ),
        StreetFlawKind.IMPLAUSIBLE_SPEED: (
            f"车速 {flaw.amount:.0f} 公里每小时不合理。",
            f"Nobody drives {flaw.amount:.0f} km/h there.",
        ),
    }
    return Remark(flaw.kind.value, *said[flaw.kind])


def _remedy(rows: LayerRows, flaw: StreetFlaw, at: Sequence[int]) -> Iterator[Change]:
    """The road led on to the one that it was meant to meet."""
    if flaw.remedy is None:
        return
    for row in at:
        shape = rows.shapes[row]
        if shape.geom_type != "LineString":
            continue
        corners = shapely.get_coordinates(shape)
        end = next((one for one in (0, -1) if _is_at(corners[one], flaw.lon_lat)), None)
        if end is not None:
            meets = np.array([flaw.remedy])
            led = [meets, corners] if end == 0 else [corners, meets]
            longer = shapely.LineString(np.concatenate(led))
            yield Change(row, rows.features[row], SHAPE_COLUMN, shape, longer)
            return


def _is_at(corner: NDArray[np.float64], lon_lat: tuple[float, float]) -> bool:
    return bool(np.abs(corner - np.array(lon_lat)).max() < 2e-7)
