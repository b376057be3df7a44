"""A layer as a table, in metres about Beihai, as if it had come out of a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import shapely
from shapely.geometry.base import BaseGeometry

from dispatch.layer.kind import KindName
from dispatch.layer.kinds import KINDS
from dispatch.layer.rows import LayerRows, SaidOfLayer, read_rows
from geo.layer_read import REPAIRED, SHAPE, LayerNote
from geo.plane import Plane

BEIHAI = Plane((109.12, 21.48))


def on_earth(shape_m: BaseGeometry) -> BaseGeometry:
    """A shape in metres as it lies about Beihai, in degrees."""
    return shapely.transform(shape_m, BEIHAI.to_lon_lat)


def layer_table(
    columns: Mapping[str, Sequence[object]], shapes_m: Sequence[BaseGeometry | None] | None
) -> pa.Table:
    """Columns and shapes in metres as whoever reads files hands them on."""
    table = pa.table({name: list(cells) for name, cells in columns.items()})
    if shapes_m is None:
        return table
    shapes = np.array([None if one is None else on_earth(one) for one in shapes_m], dtype=object)
    unsound = np.array([one is not None and not one.is_valid for one in shapes], dtype=bool)
    repaired = np.full(len(shapes), None, dtype=object)
    repaired[unsound] = shapely.make_valid(shapes[unsound], method="structure")
    table = table.append_column(SHAPE, pa.array(shapely.to_wkb(shapes), pa.binary()))
    return table.append_column(REPAIRED, pa.array(shapely.to_wkb(repaired), pa.binary()))


def layer(
    kind: str,
    columns: Mapping[str, Sequence[object]],
    shapes_m: Sequence[BaseGeometry | None] | None = None,
    said: SaidOfLayer | None = None,
) -> LayerRows:
    """A layer of a kind that declares its system."""
    note = LayerNote("", (), "EPSG:4490", None)
    file = f"{kind}.gpkg"
    return read_rows(KINDS[KindName(kind)], file, layer_table(columns, shapes_m), note, said)
