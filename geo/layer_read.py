"""
Read a layer file of a stranger into a plain table; runs where it may do no harm.

Whoever calls `main` has walled it in and has seen to it that GDAL knows the one driver that the
file needs.  What comes out is a table of Arrow with shapes as WKB, and a note of what the file
said of itself.  Nothing is judged here: what is wrong with a layer is found by those who check it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.feather
import pyarrow.parquet
import shapely
from numpy.typing import NDArray
from shapely import GeometryCollection, MultiLineString, MultiPoint, MultiPolygon
from shapely.geometry.base import BaseGeometry

from geo.errors import BadInput, GridDispatchError, UnknownName, UnreadableFile
from geo.layer_format import LayerFile, LayerFormat
from geo.layer_whole import COUNTED, refuse_cut, refuse_fewer

TABLE, NOTE, REFUSED = "table.arrow", "note.json", "refused.json"
SHAPE: Final = "wkb_shape"
"""Column of the shapes; a table without has none."""

REPAIRED: Final = "wkb_repaired"
"""Column of the same where a shape was not sound and could be repaired."""

WKT_NAMES: Final = frozenset({"wkt", "the_geom", "geom", "geometry", "图形"})
"""What tables of text call a column of shapes."""

ENCODINGS: Final = (None, "UTF-8", "GB18030")
"""Those tried in turn; None leaves it to what the file says."""

DELIMITERS: Final = (",", "\t", ";", "|")

MOST_ROWS, MOST_COLUMNS = 2_000_000, 2_000
"""More than any city has; whoever takes a table up pays for each cell."""


@dataclass(frozen=True, slots=True)
class LayerNote:
    """
    What a file said of itself.

    Attributes
    ----------
    layer
        Name of the layer that was read; empty where a file has only one and no name for it.
    layers
        All that the file holds.
    crs
        Its coordinate system as well-known text or ``EPSG:n``; None if it doesn't say.
    encoding
        The encoding that its texts turned out to be in, where it didn't say; else None.
    """

    layer: str
    layers: tuple[str, ...]
    crs: str | None
    encoding: str | None


def read_layer(path: Path, file: LayerFile, layer: str | None = None) -> tuple[pa.Table, LayerNote]:
    """
    Read one layer.

    Parameters
    ----------
    path
        The file.
    file
        What `recognise` found it to be.
    layer
        Name of the layer; None for the only one.

    Returns
    -------
    table
        Its rows; shapes, if it has any, as WKB in the column `SHAPE`, points, lines and polygons
        in two dimensions, with repairs in `REPAIRED`.
    note
        What the file said of itself.

    Raises
    ------
    BadInput
        There are several layers and none is named, or no such layer, or it can't be read.
    """
    try:
        refuse_cut(path, file)
        table, note = _read(path, file, layer)
        table.validate(full=True)
        _refuse_bulk(path, len(table), table.num_columns)
        return _with_plain_shapes(_with_plain_cells(table)), note
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(path, file, str(error)) from None


def _unreadable(path: Path, file: LayerFile, said: str) -> UnreadableFile:
    """Say in one sentence what a library says in many, without the path that only it sees."""
    why = _in_one_line(said).replace(str(path), path.name).rstrip(". ")
    return UnreadableFile(f"{path.name} can't be read as {file.format}: {why}.")


def _in_one_line(said: str) -> str:
    """What a library says may hold bytes of the file: nothing but what can be shown."""
    return " ".join("".join(one if one.isprintable() else " " for one in said).split())


def main(arguments: Sequence[str]) -> None:
    """
    Read a layer and write table and note, or why not, into a folder.

    Parameters
    ----------
    arguments
        Path of the file, format, member of the archive, layer, and the folder; empty for none.
    """
    path, kind, member, layer, folder = arguments
    result = Path(folder)
    try:
        table, note = read_layer(Path(path), LayerFile(LayerFormat(kind), member), layer or None)
    except GridDispatchError as error:
        said = {"code": error.code, "message": _in_one_line(str(error))}
        (result / REFUSED).write_text(json.dumps(said), encoding="utf-8")
        return
    pa.feather.write_feather(table, str(result / TABLE), compression="uncompressed")
    (result / NOTE).write_text(json.dumps(asdict(note)), encoding="utf-8")


def _read(path: Path, file: LayerFile, layer: str | None) -> tuple[pa.Table, LayerNote]:
    """Read by whichever library the format needs."""
    if file.format is LayerFormat.GEOPARQUET:
        return _geoparquet(path)
    if file.format is LayerFormat.CSV:
        return _delimited(path)
    if file.format is LayerFormat.OSM_PBF:
        from geo.layer_osm import osm_table  # noqa: PLC0415 -- roads take seconds to import

        return osm_table(path, SHAPE), LayerNote("", (), "EPSG:4326", None)
    return _by_gdal(path, file, layer)


def _refuse_bulk(path: Path, rows: int, columns: int) -> None:
    """Refuse tables that grow only as they are taken up."""
    if rows > MOST_ROWS or columns > MOST_COLUMNS:
        raise BadInput(
            f"{path.name} has {rows} rows and {columns} columns; {MOST_ROWS} and {MOST_COLUMNS} "
            "are allowed: cut it into parts."
        )


def _with_plain_cells(table: pa.Table) -> pa.Table:
    """
    Write every cell out, here, where memory is counted: a text named a million times is long.

    A cell that holds several values, as those of GML and GeoParquet may, becomes one text.
    """
    for at, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            plain = table.column(at).cast(field.type.value_type)
            table = table.set_column(at, field.name, plain)
        elif pa.types.is_nested(field.type) and field.name != SHAPE:
            texts = [_as_one_text(cell) for cell in table.column(at).to_pylist()]
            table = table.set_column(at, field.name, pa.array(texts, pa.string()))
    return table


def _as_one_text(cell: object) -> str | None:
    """The values of a cell as codes are listed."""
    if isinstance(cell, list):
        return ";".join(str(value) for value in cell)
    return None if cell is None else str(cell)


def _with_plain_shapes(table: pa.Table) -> pa.Table:
    """
    Parse every shape once, here, where a shape made to hurt hurts nobody, and write it anew.

    What comes out are points, lines and polygons of one or several parts in two dimensions, never
    nested; a shape that is not sound has its repair beside it.
    """
    name = _shape_column(table)
    if name is None:
        return table
    cells = table.column(name).to_numpy(zero_copy_only=False)
    parse = shapely.from_wkb if name == SHAPE else shapely.from_wkt
    shapes = shapely.force_2d(parse(cells, on_invalid="ignore"))
    nested = shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION
    shapes[nested] = [_of_one_kind(shape) for shape in shapes[nested]]
    unsound = ~shapely.is_valid(shapes) & ~shapely.is_missing(shapes) & _finite(shapes)
    repaired = np.full(len(shapes), None, dtype=object)
    repaired[unsound] = shapely.make_valid(
        shapes[unsound], method="structure", keep_collapsed=False
    )
    table = table.drop_columns([name])
    return table.append_column(SHAPE, _as_wkb(shapes)).append_column(REPAIRED, _as_wkb(repaired))


def _shape_column(table: pa.Table) -> str | None:
    """Which column holds shapes: that of the format, or one of well-known text."""
    if SHAPE in table.column_names:
        return SHAPE
    texts = [name for name in table.column_names if name.lower() in WKT_NAMES]
    return next((name for name in texts if table.schema.field(name).type == pa.string()), None)


def _of_one_kind(collection: GeometryCollection) -> BaseGeometry:
    """The parts of a collection as one shape, if they are of one dimension; else an empty one."""
    parts = shapely.get_parts(shapely.get_parts(collection))  # one level, and parts of multiparts
    kinds = {str(part.geom_type) for part in parts}
    if kinds == {"Polygon"}:
        return MultiPolygon(list(parts))
    if kinds == {"LineString"}:
        return MultiLineString(list(parts))
    return MultiPoint(list(parts)) if kinds == {"Point"} else GeometryCollection()


def _finite(shapes: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Which shapes have only finite positions."""
    xy, of_shape = shapely.get_coordinates(shapes, return_index=True)
    finite = np.ones(len(shapes), dtype=bool)
    finite[of_shape[~np.isfinite(xy).all(axis=1)]] = False
    return finite


def _as_wkb(shapes: NDArray[np.object_]) -> pa.Array:
    return pa.array(shapely.to_wkb(shapes), type=pa.binary())


def _by_gdal(path: Path, file: LayerFile, wanted: str | None) -> tuple[pa.Table, LayerNote]:
    """Let the one driver read."""
    import pyogrio  # noqa: PLC0415 -- only here, so that other formats need not wait for GDAL

    source = f"/vsizip/{path}/{file.member}" if file.member else str(path)
    try:
        layers = tuple(str(name) for name, _ in pyogrio.list_layers(source))
        name = _chosen(path, _with_rows(source, layers, file.format), wanted)
        meta, table, encoding = _in_some_encoding(path, source, name, file.format)
        if file.format in COUNTED:
            said = pyogrio.read_info(source, layer=name)["features"]
            refuse_fewer(path, said=said, read=len(table))
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        why = str(error).partition(";")[0].replace(source, path.name)
        raise _unreadable(path, file, why) from None
    shape = meta.get("geometry_name") or "wkb_geometry"
    return _with_shape_in(table, shape), LayerNote(name, layers, meta.get("crs"), encoding)


def _with_shape_in(table: pa.Table, shape: str | None) -> pa.Table:
    """Call the column of shapes `SHAPE`, and leave out what else is called so."""
    names = [one for one in table.column_names if one == shape or one not in {SHAPE, REPAIRED}]
    kept = table.select(names)
    return kept.rename_columns([SHAPE if one == shape else one for one in names])


def _with_rows(source: str, layers: tuple[str, ...], kind: LayerFormat) -> tuple[str, ...]:
    """Leave out the empty sheets that come with every new workbook."""
    import pyogrio  # noqa: PLC0415 -- as above

    if kind is not LayerFormat.XLSX:
        return layers
    return tuple(name for name in layers if pyogrio.read_info(source, layer=name)["features"])


def _chosen(path: Path, layers: tuple[str, ...], wanted: str | None) -> str:
    """The layer that is named, or the only one."""
    if wanted is not None and wanted not in layers:
        raise UnknownName(f"{path.name} has no layer {wanted!r}; it has {', '.join(layers)}.")
    if not layers:
        raise BadInput(f"{path.name} has no layer.")
    if wanted is None and len(layers) > 1:
        raise BadInput(f"{path.name} has several layers; name one of {', '.join(layers)}.")
    return wanted or layers[0]


def _in_some_encoding(
    path: Path, source: str, layer: str, kind: LayerFormat
) -> tuple[dict[str, Any], pa.Table, str | None]:
    """Read under the first encoding in which every text is text."""
    import pyogrio.raw  # noqa: PLC0415 -- as above

    for encoding in ENCODINGS if kind is LayerFormat.SHAPEFILE else (None,):
        try:
            meta, table = pyogrio.raw.read_arrow(source, layer=layer, encoding=encoding)
            table.validate(full=True)
        except (UnicodeDecodeError, pa.ArrowInvalid):
            continue
        return meta, table, encoding
    raise UnreadableFile(f"{path.name} holds text that is neither UTF-8 nor GB18030.")


def _geoparquet(path: Path) -> tuple[pa.Table, LayerNote]:
    """Read GeoParquet: its metadata names the column of shapes and their system."""
    table = pa.parquet.read_table(path)
    about = json.loads((table.schema.metadata or {}).get(b"geo", b"{}"))
    shape = about.get("primary_column")
    column = about.get("columns", {}).get(shape, {})
    table = _with_shape_in(table, shape)
    # Without a word about it GeoParquet means longitude and latitude of WGS-84.
    crs = json.dumps(column["crs"]) if column.get("crs") else "OGC:CRS84"
    return table, LayerNote("", (), crs if shape else None, None)


def _delimited(path: Path) -> tuple[pa.Table, LayerNote]:
    """Read a table of text; every cell stays a text, for codes begin with zeros."""
    data = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        break
    else:
        raise UnreadableFile(f"{path.name} holds text that is neither UTF-8 nor GB18030.")
    first = next(iter(text.splitlines()), "")
    delimiter = max(DELIMITERS, key=first.count)
    _refuse_bulk(path, 0, first.count(delimiter) + 1)
    names = list(_unique(first.split(delimiter)))
    whole = max(len(text.encode()), 1) + 1  # a border may be longer than any block
    table = pa.csv.read_csv(
        pa.BufferReader(text.encode()),
        read_options=pa.csv.ReadOptions(column_names=names, skip_rows=1, block_size=whole),
        parse_options=pa.csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
        convert_options=pa.csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
    )
    guessed = None if encoding == "utf-8-sig" else encoding.upper()
    return table, LayerNote("", (), None, guessed)


def _unique(names: Sequence[str]) -> Iterator[str]:
    """Names of columns without quotes and blanks; a second one of a name gets a number."""
    seen: dict[str, int] = {}
    for name in names:
        bare = name.strip().strip('"').strip()
        seen[bare] = seen.get(bare, 0) + 1
        yield bare if seen[bare] == 1 else f"{bare}_{seen[bare]}"
