"""
Rows of a layer packed into bytes, as a draft is kept, and unpacked as they were.

They are a Parquet table of texts and well-known bytes, with what is known of the whole in its
metadata.  Equal layers are equal bytes.
"""

from __future__ import annotations

import io
import json
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import shapely

from dispatch.layer.column_map import PLACE_COLUMNS, ColumnMap, Found, Mapped
from dispatch.layer.kind import Kind, KindName
from dispatch.layer.kinds import KINDS
from dispatch.layer.rows import LayerRows
from geo.datum import Crs
from geo.layer_place import Shapes
from geo.remark import Remark

ABOUT: Final = b"layer"
"""Under which key of the metadata the whole is described."""

CELL, FEATURE, SHAPE, REPAIRED, NOWHERE = "cell:", "feature", "shape", "repaired", "nowhere"
NUMBER: Final = "number"
"""What columns are called; a cell's begin with the first."""


def pack(rows: LayerRows) -> bytes:
    """
    Pack a layer.

    Parameters
    ----------
    rows
        The layer.

    Returns
    -------
    packed
        Bytes that `unpack` reads.
    """
    columns: dict[str, pa.Array] = {
        f"{CELL}{name}": pa.array(cells, pa.string()) for name, cells in rows.cells.items()
    }
    columns[FEATURE] = pa.array(rows.features, pa.string())
    columns[SHAPE], columns[REPAIRED] = _written(rows.shapes), _written(rows.repaired)
    columns[NOWHERE] = pa.array(rows.nowhere)
    columns[NUMBER] = pa.array(rows.numbers, pa.int64())
    about = {
        "kind": rows.kind.name,
        "file": rows.file,
        "mapped": [(one.column.name, one.theirs, one.found) for one in rows.columns.mapped],
        "missing": [column.name for column in rows.columns.missing],
        "unused": rows.columns.unused,
        "crs": (rows.crs.name, rows.crs.definition),
        "remarks": [(remark.code, remark.zh, remark.en) for remark in rows.remarks],
        "last_number": rows.last_number,
    }
    metadata = {ABOUT: json.dumps(about, ensure_ascii=False, sort_keys=True).encode()}
    table = pa.table(columns).replace_schema_metadata(metadata)
    packed = io.BytesIO()
    pa.parquet.write_table(table, packed, compression="zstd")
    return packed.getvalue()


def unpack(packed: bytes) -> LayerRows:
    """
    Unpack a layer.

    Parameters
    ----------
    packed
        What `pack` wrote.

    Returns
    -------
    rows
        As they were.
    """
    table = pa.parquet.read_table(pa.BufferReader(packed))
    about = json.loads(table.schema.metadata[ABOUT])
    kind = KINDS[KindName(about["kind"])]
    cells = {name: table.column(f"{CELL}{name}").to_pylist() for name in kind.by_name}
    return LayerRows(
        kind=kind,
        file=about["file"],
        columns=_column_map(kind, about),
        cells=cells,
        features=tuple(table.column(FEATURE).to_pylist()),
        shapes=_read(table.column(SHAPE)),
        repaired=_read(table.column(REPAIRED)),
        nowhere=np.array(table.column(NOWHERE).to_pylist(), dtype=bool),
        crs=Crs(*about["crs"]),
        remarks=tuple(Remark(*texts) for texts in about["remarks"]),
        numbers=tuple(table.column(NUMBER).to_pylist()),
        last_number=about["last_number"],
    )


def _column_map(kind: Kind, about: dict[str, Any]) -> ColumnMap:
    """Which column was which."""
    ours = {column.name: column for column in (*PLACE_COLUMNS, *kind.columns)}
    return ColumnMap(
        tuple(Mapped(ours[name], theirs, Found(how)) for name, theirs, how in about["mapped"]),
        tuple(ours[name] for name in about["missing"] if name in ours),
        tuple(about["unused"]),
    )


def _written(shapes: Shapes) -> pa.Array:
    return pa.array(shapely.to_wkb(shapes), pa.binary())


def _read(column: pa.ChunkedArray) -> Shapes:
    shapes: Shapes = shapely.from_wkb(np.array(column.to_pylist(), dtype=object))
    return shapes
