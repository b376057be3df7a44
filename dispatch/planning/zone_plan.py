"""
Zone plan: which unit grid belongs to which zone.

A plan is an array over unit grids, so that gaps and overlaps can't arise; polygons of zones are
derived from it.  It never changes: every edit gives another plan.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from geo.errors import BadValue, FlawedData, MissingColumn, UnknownName, UnreadableFile
from geo.finding import Finding, Severity, blocks
from geo.remark import Remark
from geo.whole_file import whole_file

if TYPE_CHECKING:
    from dispatch.city import City
    from dispatch.planning.grid_graph import GridGraph

NO_ZONE = -1
"""Position of the zone of a grid that is in none."""

COLUMNS = ("grid", "zone")
"""Of the file of a plan."""

SPREADSHEET_NUMBER = re.compile(r"\d([.,]\d+)?E\+\d+", re.IGNORECASE)
"""What becomes of a code of fourteen digits in a cell that holds a number."""


@dataclass(frozen=True, eq=False)
class ZonePlan:
    """
    A partition of unit grids into zones.

    Attributes
    ----------
    grids
        Codes of the unit grids, in the order of the graph: ascending.
    zones
        Codes of the zones, ascending.
    zone_of
        Position in `zones` of the zone of each grid, int32[n]; -1 = in no zone.
    """

    grids: tuple[str, ...]
    zones: tuple[str, ...]
    zone_of: NDArray[np.int32]

    def __post_init__(self) -> None:
        """Refuse what is no partition, and make the array read-only."""
        zone_of = np.asarray(self.zone_of, dtype=np.int32).view()
        zone_of.flags.writeable = False
        object.__setattr__(self, "zone_of", zone_of)
        if zone_of.shape != (len(self.grids),):
            raise BadValue(
                f"A plan over {len(self.grids)} unit grids has {len(zone_of)} zones of grids."
            )
        if list(self.zones) != sorted(set(self.zones)):
            raise BadValue("The zones of a plan stand once each, in ascending order.")
        if len(zone_of) and not NO_ZONE <= zone_of.min() <= zone_of.max() < len(self.zones):
            raise BadValue("A unit grid of a plan is in a zone that the plan does not have.")

    @classmethod
    def of(cls, grids: Sequence[str], zones: Sequence[str | None]) -> ZonePlan:
        """
        Make a plan of codes.

        Parameters
        ----------
        grids
            Codes of the unit grids, in the order of the graph.
        zones
            Code of the zone of each, None where it is in none.

        Returns
        -------
        plan
            With those zones that have a grid.
        """
        names = tuple(sorted({zone for zone in zones if zone is not None}))
        position: dict[str | None, int] = {zone: at for at, zone in enumerate(names)}
        zone_of = np.array([position.get(zone, NO_ZONE) for zone in zones], dtype=np.int32)
        return cls(tuple(grids), names, zone_of)

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what is worked out on demand: it is not fit to be sent to another process."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    def __len__(self) -> int:
        """Count the unit grids."""
        return len(self.grids)

    @cached_property
    def digest(self) -> str:
        """
        Name of what the plan says; a draft keeps that of the plan it was made from.

        Plans that put the same grids into zones of the same codes have the same digest, whether
        or not they name zones without a grid.
        """
        digest = hashlib.blake2b(digest_size=12)
        for grid, at in zip(self.grids, self.zone_of.tolist(), strict=True):
            digest.update(f"{grid},{self.zones[at] if at >= 0 else ''}\n".encode())
        return digest.hexdigest()

    @cached_property
    def row_of(self) -> Mapping[str, int]:
        """Positions of grids by code."""
        return MappingProxyType({code: row for row, code in enumerate(self.grids)})

    @cached_property
    def zone_codes(self) -> tuple[str | None, ...]:
        """Code of the zone of each grid, None where it is in none."""
        return tuple(self.zones[at] if at >= 0 else None for at in self.zone_of.tolist())

    def zone_row(self, zone: str) -> int:
        """
        Find a zone.

        Parameters
        ----------
        zone
            Its code.

        Returns
        -------
        row
            Its position in `zones`.

        Raises
        ------
        UnknownName
            The plan has no such zone.
        """
        if zone not in self.zones:
            raise UnknownName(
                f"The plan has no zone {zone!r}; it has {', '.join(self.zones) or 'none'}."
            )
        return self.zones.index(zone)

    def rows_in(self, zone: str) -> NDArray[np.int64]:
        """
        List the grids of a zone.

        Parameters
        ----------
        zone
            Its code.

        Returns
        -------
        rows
            Positions of its grids, ascending, int64[k].

        Raises
        ------
        UnknownName
            The plan has no such zone.
        """
        return np.flatnonzero(self.zone_of == self.zone_row(zone))

    def with_grids(self, zone_of: Mapping[str, str | None]) -> ZonePlan:
        """
        Put some unit grids elsewhere.

        Parameters
        ----------
        zone_of
            Code of a zone of the plan by code of the grid, None for no zone.

        Returns
        -------
        plan
            Of the same zones, whether or not a grid is left in each.

        Raises
        ------
        UnknownName
            The plan has no such grid, or no such zone.
        """
        put = self.zone_of.copy()
        for grid, zone in zone_of.items():
            if grid not in self.row_of:
                raise UnknownName(f"The plan has no unit grid {grid!r}.")
            put[self.row_of[grid]] = NO_ZONE if zone is None else self.zone_row(zone)
        return ZonePlan(self.grids, self.zones, put)


def published_plan(city: City, graph: GridGraph) -> ZonePlan:
    """
    Read the published plan off a city.

    Parameters
    ----------
    city
        The city; each of its unit grids names its zone.
    graph
        Its grid graph.

    Returns
    -------
    plan
        With every zone of the city, those without a grid too.

    Raises
    ------
    BadValue
        The graph is that of another city.
    """
    named = {grid.code: grid.zone for grid in city.grids}
    if set(named) != set(graph.codes):
        raise BadValue(f"The grid graph is not that of the city {city.name_en}.")
    zones = tuple(sorted({zone.code for zone in city.zones}))
    position: dict[str | None, int] = {zone: at for at, zone in enumerate(zones)}
    zone_of = np.array([position.get(named[code], NO_ZONE) for code in graph.codes], np.int32)
    return ZonePlan(graph.codes, zones, zone_of)


def write_plan(path: Path, plan: ZonePlan) -> None:
    """
    Write a plan as CSV ``grid,zone``; the zone of a grid that is in none is empty.

    Parameters
    ----------
    path
        The file; it appears whole.
    plan
        The plan.
    """
    with whole_file(path) as fresh, fresh.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        table.writerows(zip(plan.grids, (zone or "" for zone in plan.zone_codes), strict=True))


def read_plan(path: Path, graph: GridGraph) -> ZonePlan:
    """
    Read a plan, or say everything that is wrong with it.

    Parameters
    ----------
    path
        CSV ``grid,zone``, UTF-8 or GB18030; see `check_plan`.
    graph
        The unit grids that it must cover.

    Returns
    -------
    plan
        Of all grids of the graph.

    Raises
    ------
    UnreadableFile, MissingColumn
        There is no such table.
    FlawedData
        With every finding.
    """
    plan, findings = check_plan(path, graph)
    if blocks(findings):
        raise FlawedData(f"The plan {path} has {len(findings)} finding(s).", findings)
    return plan


def check_plan(path: Path, graph: GridGraph) -> tuple[ZonePlan, tuple[Finding, ...]]:
    """
    Read a plan as far as it can be understood, with every finding.

    Parameters
    ----------
    path
        CSV with a column ``grid`` and a column ``zone``; an empty zone means that the grid is in
        none.
    graph
        The unit grids that it must cover.

    Returns
    -------
    plan
        What could be understood; grids that the file does not name are in no zone.
    findings
        Errors: a grid that the city has not, that stands in two zones, or that is missing.
        Warnings: a column that is not known, a grid that stands twice in the same zone.

    Raises
    ------
    UnreadableFile, MissingColumn
        There is no such table.
    """
    names, rows = _table(path)
    findings = [*_unknown_columns(path.name, names)]
    zone_of: dict[str, str | None] = {}
    at = [names.index(column) for column in COLUMNS]
    for line, row in rows:
        grid, zone = ((row[column].strip() if column < len(row) else "") for column in at)
        findings += _doubt((path.name, line), (grid, zone), zone_of, graph)
        if grid in graph.row_of:
            zone_of.setdefault(grid, zone or None)
    findings += [_missing(path.name, code) for code in graph.codes if code not in zone_of]
    return ZonePlan.of(graph.codes, [zone_of.get(code) for code in graph.codes]), tuple(findings)


def _table(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Names of the columns, and the numbered rows that are not empty."""
    lines = list(csv.reader(_text(path).splitlines()))
    if not lines:
        raise UnreadableFile(f"{path} is empty; a plan is CSV with the columns grid,zone.")
    names = [name.strip().lower() for name in lines[0]]
    lacking = [column for column in COLUMNS if column not in names]
    if lacking:
        raise MissingColumn(
            f"{path} has no column {' and '.join(lacking)}; it has {', '.join(names)}. "
            "A plan is CSV with the columns grid,zone."
        )
    numbered = enumerate(lines[1:], start=2)
    return names, [(line, row) for line, row in numbered if any(cell.strip() for cell in row)]


def _text(path: Path) -> str:
    """Text of a file in one of the encodings that spreadsheets write."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"The plan {path} cannot be read: {error.strerror}.") from error
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableFile(f"{path} holds text that is neither UTF-8 nor GB18030.")


def _unknown_columns(file: str, names: Sequence[str]) -> Iterator[Finding]:
    """Say which columns nobody reads."""
    for name in names:
        if name not in COLUMNS:
            remark = Remark(
                "unknown_column",
                f"不认识列“{name}”，未读取；分区方案的列是 grid,zone。",
                f"The column {name!r} is not known and not read; a plan has grid,zone.",
            )
            yield Finding(file, None, remark, Severity.WARNING)


def _doubt(
    where: tuple[str, int],
    row: tuple[str, str],
    zone_of: Mapping[str, str | None],
    graph: GridGraph,
) -> Iterator[Finding]:
    """Say what is wrong with one row of a file, given what stands above it."""
    (file, line), (grid, zone) = where, row
    if grid not in graph.row_of:
        yield Finding(file, grid or None, _unknown(line, grid))
    elif grid in zone_of and zone_of[grid] != (zone or None):
        before = zone_of[grid]
        remark = Remark(
            "grid_in_two_zones",
            f"第 {line} 行：单元网格 {grid} 划入 {zone or '无'}，前面已划入 {before or '无'}。",
            f"Line {line}: the unit grid {grid} is put into {zone or 'no zone'}, and into "
            f"{before or 'no zone'} further up.",
        )
        yield Finding(file, grid, remark)
    elif grid in zone_of:
        remark = Remark(
            "grid_twice",
            f"第 {line} 行：单元网格 {grid} 重复，责任区相同。",
            f"Line {line}: the unit grid {grid} stands there before, in the same zone.",
        )
        yield Finding(file, grid, remark, Severity.WARNING)


def _unknown(line: int, grid: str) -> Remark:
    """A code that no grid has, and why that may be."""
    if SPREADSHEET_NUMBER.fullmatch(grid):
        return Remark(
            "code_is_a_number",
            f"第 {line} 行：{grid} 是表格软件改成数字的编码；请将该列设为文本后重新导出。",
            f"Line {line}: {grid} is a code that a spreadsheet turned into a number; format the "
            "column as text and export it anew.",
        )
    if not grid:
        return Remark(
            "grid_unnamed",
            f"第 {line} 行没有单元网格编码。",
            f"Line {line} names no unit grid.",
        )
    return Remark(
        "unknown_grid",
        f"第 {line} 行：没有编码为 {grid} 的单元网格。",
        f"Line {line}: the city has no unit grid {grid}.",
    )


def _missing(file: str, code: str) -> Finding:
    """A grid that the plan passes over."""
    remark = Remark(
        "grid_missing",
        f"方案缺少单元网格 {code}；如不划入任何责任区，请列出并将责任区留空。",
        f"The plan lacks the unit grid {code}; list it with an empty zone if it is to be in none.",
    )
    return Finding(file, code, remark)
