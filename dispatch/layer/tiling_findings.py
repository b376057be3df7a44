"""Where polygons should fill a ground and don't, in words, with place and remedy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from dispatch.layer.kind import KindName
from dispatch.layer.rows import LayerRows, as_text
from geo.finding import SHAPE_COLUMN, Change, Finding, Severity
from geo.remark import Remark
from geo.tiling import FlawKind, TilingFlaw, tiling_flaws

TILING = frozenset({KindName.AREAS, KindName.ZONES, KindName.GRIDS})
"""Kinds whose polygons fill a ground."""

SEVERITY = {
    FlawKind.OVERLAP: Severity.ERROR,
    FlawKind.MISSING: Severity.ERROR,
    FlawKind.GAP: Severity.WARNING,
    FlawKind.SLIVER: Severity.WARNING,
    FlawKind.OUTSIDE: Severity.WARNING,
}
UNDER_NONE = frozenset({FlawKind.GAP, FlawKind.MISSING})

MOST_OF_IT = 0.8
"""Share of a polygon that must lie in a gap, for neighbours are redrawn, too."""

CODE = {kind: f"tiling_{kind}" for kind in FlawKind}


def tiling_findings(
    rows: LayerRows,
    usable: NDArray[np.bool_],
    ground: BaseGeometry | None = None,
    published: Iterable[Any] = (),
) -> Iterator[Finding]:
    """
    Check that polygons fill their ground, each place once.

    Parameters
    ----------
    rows
        Areas, zones or unit grids; of areas, those of each parent fill the parent.
    usable
        Rows whose shapes are sound, bool[n].
    ground
        What zones or grids should fill, WGS-84; without it only holes between them are gaps.
    published
        Areas, zones or unit grids that are published: a gap where one of them lay that the layer
        has not is that one missing, however small, and the remedy is to put it back.

    Yields
    ------
    finding
        By what should be filled, overlaps before gaps before what lies outside.
    """
    if rows.kind.name not in TILING:
        return
    gone = _Gone.of(rows, published)
    if rows.kind.name is KindName.AREAS:
        for tiles, parent in _by_parent(rows, usable):
            within = None if parent is None else rows.shapes_m[parent]
            yield from _findings(rows, tiles, within, gone)
        return
    within = None if ground is None else shapely.transform(ground, rows.plane.to_xy)
    yield from _findings(rows, np.flatnonzero(usable), within, gone)


@dataclass(frozen=True, slots=True)
class _Gone:
    """What is published and not in a layer, with its ground in metres on the layer's plane."""

    values: tuple[Any, ...]
    tree_m: shapely.STRtree

    @classmethod
    def of(cls, rows: LayerRows, published: Iterable[Any]) -> _Gone:
        """Of all that is published, what is not there."""
        there = set(rows.cells[rows.kind.key])
        values = tuple(value for value in published if value.code not in there)
        shapes = np.array([value.polygon for value in values], dtype=object)
        return cls(values, shapely.STRtree(shapely.transform(shapes, rows.plane.to_xy)))

    def at(self, place: BaseGeometry) -> list[Any]:
        """Those that lay at a place."""
        near = np.sort(self.tree_m.query(place, predicate="intersects"))
        shapes_m = self.tree_m.geometries[near]
        lay = shapely.area(shapely.intersection(shapes_m, place)) >= (
            MOST_OF_IT * shapely.area(shapes_m)
        )
        return [self.values[at] for at in near[lay].tolist()]


def _by_parent(
    rows: LayerRows, usable: NDArray[np.bool_]
) -> Iterator[tuple[NDArray[np.intp], int | None]]:
    """Areas of each parent, and the parent's row if it is there and sound."""
    row_of = {code: row for row, code in enumerate(rows.cells["code"])}
    children: dict[str, list[int]] = defaultdict(list)
    for row in np.flatnonzero(usable).tolist():
        if rows.cells["parent"][row]:
            children[rows.cells["parent"][row]].append(row)
    for parent, of_it in children.items():
        above = row_of.get(parent)
        yield np.array(of_it), above if above is not None and usable[above] else None


def _findings(
    rows: LayerRows, at: NDArray[np.intp], ground: BaseGeometry | None, gone: _Gone
) -> Iterator[Finding]:
    """Flaws of some rows in words."""
    whole = ground if isinstance(ground, Polygon | MultiPolygon) else None
    for flaw in tiling_flaws(rows.shapes_m[at], whole):
        concerned = [rows.features[at[tile]] for tile in flaw.tiles]
        inside = shapely.get_coordinates(shapely.point_on_surface(flaw.place))[0]
        missing = gone.at(flaw.place) if flaw.kind in UNDER_NONE else []
        if missing:
            yield _missing(rows, missing, flaw, concerned)
            continue
        yield Finding(
            rows.file,
            concerned[0] if concerned else None,
            _remark(flaw, concerned),
            SEVERITY[flaw.kind],
            rows.lon_lat((float(inside[0]), float(inside[1]))),
            tuple(concerned[1:]),
            tuple(_remedy(rows, at, flaw)),
        )


def _missing(
    rows: LayerRows, missing: Sequence[Any], flaw: TilingFlaw, beside: list[str]
) -> Finding:
    """Which polygons are published and not there, though nobody has their ground."""
    codes, inside = [value.code for value in missing], shapely.point_on_surface(flaw.place)
    remark = Remark(
        CODE[FlawKind.MISSING],
        f"缺少 {'、'.join(codes)}：已发布，图层中没有，"
        f"原处 {flaw.place.area:,.0f} 平方米不属于任何面。",
        f"{', '.join(codes)} is missing: it is published and not in the layer, and "
        f"{flaw.place.area:,.0f} m² where it lay are in none.",
    )
    return Finding(
        rows.file,
        codes[0],
        remark,
        SEVERITY[FlawKind.MISSING],
        rows.lon_lat((float(inside.x), float(inside.y))),
        (*codes[1:], *beside),
        tuple(change for value in missing for change in _put_back(rows, value)),
    )


def _put_back(rows: LayerRows, value: Any) -> Iterator[Change]:  # noqa: ANN401 -- values of any kind
    """A published row as it would come back, in the columns that the layer has."""
    yield Change(None, value.code, SHAPE_COLUMN, None, value.polygon)
    for column in rows.kind.columns:
        cell = getattr(value, column.name, None)
        if cell is not None and column not in rows.columns.missing:
            yield Change(None, value.code, column.name, None, as_text(cell))


def _remark(flaw: TilingFlaw, concerned: list[str]) -> Remark:
    """What is wrong with the place, how large and how wide it is."""
    names_zh = "、".join(concerned[:3]) + ("等" if len(concerned) > 3 else "")
    names = ", ".join(concerned[:3]) + (" and others" if len(concerned) > 3 else "")
    size_zh = f"{flaw.place.area:,.0f} 平方米，平均宽 {flaw.width_m:,.1f} 米"
    size = f"{flaw.place.area:,.0f} m², {flaw.width_m:,.1f} m wide"
    said = {
        FlawKind.OVERLAP: (f"{names_zh} 重叠：{size_zh}。", f"{names} overlap: {size}."),
        FlawKind.GAP: (
            f"{names_zh} 旁有一处不属于任何面：{size_zh}。",
            f"A place beside {names} lies in none: {size}.",
        ),
        FlawKind.SLIVER: (
            f"{names_zh} 之间有狭缝或细小重叠：{size_zh}。",
            f"A sliver between {names}: {size}.",
        ),
        FlawKind.MISSING: (
            f"{names_zh} 旁缺少一个面：{size_zh}。",
            f"A polygon is missing beside {names}: {size}.",
        ),
        FlawKind.OUTSIDE: (
            f"{names_zh} 超出应在的范围：{size_zh}。",
            f"{names} reaches beyond where it should lie: {size}.",
        ),
    }
    return Remark(CODE[flaw.kind], *said[flaw.kind])


def _remedy(rows: LayerRows, at: NDArray[np.intp], flaw: TilingFlaw) -> Iterator[Change]:
    """Polygons as they would be without the flaw."""
    for tile, shape in flaw.remedy.items():
        row = int(at[tile])
        mended = shapely.transform(shape, rows.plane.to_lon_lat)
        yield Change(row, rows.features[row], SHAPE_COLUMN, rows.shapes[row], mended)
