"""
The hard file: unit grids as an office draws them, with flaws that are known.

The unit grids of a city as a Shapefile in GBK that says neither so nor in which datum it is; that
is BD-09.  A strip of 3 m between two grids, one that reaches into its neighbour, one that is
gone, and a code of each of the schemes of 14 and 16 digits among those of 15.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from zipfile import ZipFile

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from geo.datum import from_wgs84
from geo.plane import Plane

PLANTED = {
    ("error", "datum_other"): 1,
    ("error", "tiling_overlap"): 1,
    ("error", "tiling_missing"): 1,
    ("warning", "crs_not_said"): 1,
    ("warning", "encoding_not_said"): 1,
    ("warning", "tiling_sliver"): 1,
    ("warning", "code_other_scheme"): 2,
    ("note", "serial_left_out"): 1,
}
"""All that is to be found in it, by severity and code."""


def write_hard_file(grids: gpd.GeoDataFrame, folder: Path) -> Path:
    """Write the hard file of a city's unit grids, zipped; they have code, community and zone."""
    plane = Plane((109.12, 21.45))
    shapes = shapely.transform(np.array(grids.geometry), plane.to_xy)
    tree = shapely.STRtree(shapes)
    codes, gone = list(grids["code"]), None
    pairs = pairs_apart(shapes, tree, list(grids["community"]))
    for turn, (one, other) in enumerate(islice(pairs, 4)):
        if turn == 0:
            shapes[other] = shapely.difference(shapes[other], strip_of(shapes, one, other, 3.0))
        elif turn == 1:
            shapes[one] = shapely.union(shapes[one], strip_of(shapes, one, other, 15.0))
        elif turn == 2:
            gone = one
        else:
            codes[one] = codes[one][:12] + codes[one][13:]
            codes[other] = f"{codes[other][:12]}0{codes[other][12:]}"
    written = shapely.transform(shapes, lambda xy: from_wgs84(plane.to_lon_lat(xy), "bd09"))
    columns = {"网格编码": codes, "所属社区": grids["community"], "责任区": grids["zone"]}
    columns["备注"] = ["临澜市测绘院"] * len(grids)
    drawn = gpd.GeoDataFrame(columns, geometry=written).drop(index=gone)
    with pytest.warns(UserWarning, match="crs"):
        drawn.to_file(folder / "网格.shp", encoding="GB18030")
    with ZipFile(folder / "网格.zip", "w") as archive:
        for end in ("shp", "shx", "dbf"):
            archive.write(folder / f"网格.{end}", f"网格.{end}")
    return folder / "网格.zip"


def strip_of(shapes: Sequence[BaseGeometry], one: int, other: int, width_m: float) -> BaseGeometry:
    """Of the one, along the other's border, in one piece."""
    border = shapely.line_merge(shapely.intersection(shapes[one], shapes[other]))
    along = shapely.buffer(border, width_m, cap_style="flat", join_style="mitre")
    pieces = shapely.get_parts(shapely.intersection(along, shapes[other]))
    return max(pieces, key=shapely.area)


def pairs_apart(
    shapes: Sequence[BaseGeometry], tree: shapely.STRtree, communities: Sequence[str]
) -> Iterator[tuple[int, int]]:
    """Pairs of grids of one community that lie amid others, no two pairs beside each other."""
    taken: set[int] = set()
    for one, shape in enumerate(shapes):
        beside = sorted(set(tree.query(shape, predicate="touches").tolist()) - {one})
        for other in beside:
            around = {one, *beside, *tree.query(shapes[other], predicate="touches").tolist()}
            border = shapely.line_merge(shapely.intersection(shape, shapes[other]))
            amid = shapely.contains_properly(shapely.union_all(shapes[list(around)]), border)
            alike = {communities[at] for at in (one, other)}
            if amid and border.geom_type == "LineString" and len(alike) == 1 and not around & taken:
                taken |= around
                yield one, other
                break
