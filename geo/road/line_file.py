"""Open a road line layer: which layer of the file, which encoding, which columns."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pyarrow as pa
import pyogrio
import shapely
from numpy.typing import NDArray

from geo.datum import Crs, parse_crs, to_wgs84
from geo.errors import BadInput, BadValue, MissingColumn, UnknownCrs, UnknownName, UnreadableFile

GUESSES = {
    "class": (
        "highway", "fclass", "road_class", "roadclass", "class", "road_type", "type",
        "道路等级", "道路类型", "道路类别", "等级", "类型",
    ),
    "speed": ("maxspeed", "speed_limit", "speedlimit", "speed", "限速", "最高限速", "设计速度"),
    "direction": ("oneway", "one_way", "direction", "dir", "通行方向", "方向", "单行", "单行线"),
    "name": ("name", "road_name", "roadname", "道路名称", "名称", "路名", "mc"),
    "id": ("osm_id", "way", "way_id", "road_id", "id", "编号", "道路编号"),
    "layer": ("layer", "level", "z_level", "zlevel", "层级"),
    "bridge": ("bridge", "桥梁"),
    "tunnel": ("tunnel", "隧道"),
}  # fmt: skip
"""Our column names, and what layers call them; the first that is there is taken."""

LINES = (shapely.GeometryType.LINESTRING, shapely.GeometryType.LINEARRING)
MULTILINE = shapely.GeometryType.MULTILINESTRING

UNMARKED_LANGUAGES = {0x00, 0x57}
"""Language byte of a DBF that does not tell its encoding (0x57 is "whatever Windows used")."""

ARCHIVED_ENDINGS = (".shp", ".gpkg", ".geojson", ".json", ".fgb", ".gml", ".kml")

NO_GEOMETRY = "rows without geometry"
NO_LINE = "rows whose geometry is no line"


@dataclass(frozen=True, slots=True, eq=False)
class LineTable:
    """
    Rows of a line layer, in WGS-84.

    Attributes
    ----------
    words
        Our column name to the words of its rows; empty words where a row has none.
    lon_lat, first
        Points of all lines end to end, float64[n_points, 2], and where each line starts,
        int64[n_lines + 1].
    row
        Row of each line, int64[n_lines]; the parts of a multi-line share theirs.
    notes
        Rows left out, and why.
    """

    words: Mapping[str, Sequence[str]]
    lon_lat: NDArray[np.float64]
    first: NDArray[np.int64]
    row: NDArray[np.int64]
    notes: dict[str, int]


def read_line_table(
    path: Path, *, columns: Mapping[str, str], layer: str | None, crs: str | None
) -> LineTable:
    """
    Read the rows of a line layer.

    Parameters
    ----------
    path
        Any vector file GDAL reads, or GeoParquet.
    columns
        Our column names to those of the layer; the rest is guessed.
    layer
        Which layer, where the file has several.
    crs
        Coordinate system, outranking what the file says.

    Returns
    -------
    table
        Its rows.

    Raises
    ------
    BadInput
        The file, the layer, a column or the coordinate system cannot be used.
    """
    frame = _read_frame(path, layer)
    words = _words(path, frame, columns)
    shapes = np.asarray(frame.geometry.array)
    lines, row, notes = _single_lines(path, shapes)
    points, line_of_point = shapely.get_coordinates(lines, return_index=True)
    n_points = np.bincount(line_of_point, minlength=len(lines))
    try:
        lon_lat = to_wgs84(points, _crs(path, frame, crs))
    except BadValue as error:
        raise BadValue(f"{path.name}: {error}") from None
    first = np.concatenate([[0], np.cumsum(n_points)]).astype(np.int64)
    return LineTable(words, lon_lat, first, row, notes)


def _read_frame(path: Path, layer: str | None) -> Any:  # noqa: ANN401  geopandas ships no types
    """Read one layer as a table with geometry."""
    if not path.exists():
        raise UnreadableFile(f"There is no file {path}.")
    if path.is_dir() and path.suffix.lower() != ".gdb":
        raise UnreadableFile(f"{path.absolute()} is a folder: name a file of roads in it.")
    try:
        if path.suffix.lower() in {".parquet", ".geoparquet"}:
            return geopandas.read_parquet(path)
        source = _inside_archive(path, layer) if path.suffix.lower() == ".zip" else str(path)
        name = _line_layer(path, source, layer)
        for encoding in _encodings(path):
            try:
                return pyogrio.read_dataframe(source, layer=name, encoding=encoding)
            except UnicodeDecodeError:
                continue
    except (pyogrio.errors.DataSourceError, pa.ArrowException, ValueError, OSError):
        raise UnreadableFile(
            f"{path.name} is not readable as a layer of roads; Shapefile (also zipped), "
            "GeoPackage, GeoJSON, FlatGeobuf and GeoParquet are."
        ) from None
    raise UnreadableFile(f"{path.name} holds text that is neither UTF-8 nor GB18030.")


def _inside_archive(path: Path, wanted: str | None) -> str:
    """Find the layer file in a zip archive, in whatever folder it lies; GDAL's name for it."""
    if not zipfile.is_zipfile(path):
        raise UnreadableFile(f"{path.name} is no zip archive, or is damaged.")
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.lower().endswith(ARCHIVED_ENDINGS)]
    if len(names) > 1 and wanted is not None:
        names = [name for name in names if Path(name).stem == wanted] or names
    if len(names) != 1:
        there = ", ".join(Path(name).stem for name in names) or "none"
        raise BadInput(
            f"{path.name} must hold one layer file, or one must be named; found {there}."
        )
    return f"/vsizip/{path.resolve()}/{names[0]}"


def _line_layer(path: Path, source: str, wanted: str | None) -> str:
    """Choose the layer: the one that is named, or the only one of lines."""
    kinds = {str(name): str(kind) for name, kind in pyogrio.list_layers(source)}
    if wanted is not None:
        if wanted not in kinds:
            raise UnknownName(f"{path.name} has no layer {wanted!r}; it has {', '.join(kinds)}.")
        return wanted
    lines = [name for name, kind in kinds.items() if "Line" in kind or "Curve" in kind]
    mixed = [name for name, kind in kinds.items() if kind in {"Unknown", "GeometryCollection"}]
    choice = lines or mixed
    if not choice:
        there = ", ".join(f"{name} ({kind})" for name, kind in kinds.items())
        raise BadInput(f"{path.name} has no layer of lines; it has {there or 'none at all'}.")
    if len(choice) > 1:
        raise BadInput(f"{path.name} has several layers of lines; name one of {', '.join(choice)}.")
    return choice[0]


def _encodings(path: Path) -> tuple[str | None, ...]:
    """Encodings to try: the file's own, or for a DBF that does not tell, UTF-8 and GB18030."""
    head, endings = b"", set[str]()
    if path.suffix.lower() == ".zip":
        with zipfile.ZipFile(path) as archive:
            inside = {Path(name).suffix.lower(): name for name in archive.namelist()}
            endings, head = set(inside), archive.read(inside[".dbf"]) if ".dbf" in inside else b""
    elif path.suffix.lower() == ".shp":
        beside = {file.suffix.lower(): file for file in _with_same_stem(path)}
        endings, head = set(beside), beside[".dbf"].read_bytes() if ".dbf" in beside else b""
    unmarked = len(head) >= 32 and head[29] in UNMARKED_LANGUAGES
    return ("UTF-8", "GB18030") if unmarked and ".cpg" not in endings else (None,)


def _with_same_stem(path: Path) -> list[Path]:
    """List the files that make up a Shapefile."""
    return [file for file in path.parent.iterdir() if file.stem == path.stem]


def _words(path: Path, frame: Any, columns: Mapping[str, str]) -> dict[str, list[str]]:  # noqa: ANN401  geopandas ships no types
    """Pick our columns, by mapping or by guess, as words."""
    there = [str(name) for name in frame.columns if name != frame.geometry.name]
    unknown = [name for name in columns if name not in GUESSES]
    if unknown:
        raise UnknownName(
            f"Roads have no column {unknown[0]!r}; {', '.join(GUESSES)} can be mapped."
        )
    by_lower = {name.lower(): name for name in reversed(there)}
    found = {
        ours: columns.get(ours) or next((by_lower[g] for g in guesses if g in by_lower), None)
        for ours, guesses in GUESSES.items()
    }
    listed = ", ".join(there) or "none"
    for ours, theirs in columns.items():
        if theirs not in there:
            raise MissingColumn(
                f"{path.name} has no column {theirs!r} to take the {ours} from; it has {listed}."
            )
    if found["class"] is None:
        raise MissingColumn(
            f"{path.name} has no column that tells the road class; it has {listed}. "
            "Map one of them: class=COLUMN."
        )
    return {ours: _as_words(frame[theirs]) for ours, theirs in found.items() if theirs is not None}


def _as_words(column: Any) -> list[str]:  # noqa: ANN401  geopandas ships no types
    """Values as words; whole numbers without a decimal point, missing ones empty."""
    gaps = column.isna()
    return [_as_word(value) if there else "" for value, there in zip(column, ~gaps, strict=True)]


def _as_word(value: object) -> str:
    """A value as a word."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _single_lines(
    path: Path, shapes: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[np.int64], dict[str, int]]:
    """Take multi-lines apart; count what is no line."""
    if not len(shapes):
        raise BadInput(f"{path.name} has no rows.")
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    kind = shapely.get_type_id(shapes)
    is_line = np.isin(kind, (*LINES, MULTILINE)) & ~empty
    if not is_line.any():
        others = sorted({shapely.GeometryType(code).name.lower() for code in kind[~empty]})
        raise BadInput(
            f"{path.name} holds no lines but {', '.join(others) or 'rows without geometry'}; "
            "a layer of road lines is needed."
        )
    lines, place = shapely.get_parts(shapes[is_line], return_index=True)
    counts = {NO_GEOMETRY: int(empty.sum()), NO_LINE: int((~is_line & ~empty).sum())}
    return lines, np.flatnonzero(is_line)[place], {why: n for why, n in counts.items() if n}


def _crs(path: Path, frame: Any, given: str | None) -> Crs:  # noqa: ANN401  geopandas ships no types
    """The coordinate system: as given, else as the file says."""
    if given is not None:
        return parse_crs(given)
    if frame.crs is None:
        raise UnknownCrs(
            f"{path.name} does not tell its coordinate system; "
            "name it: wgs84, cgcs2000, gcj02, bd09 or EPSG:n."
        )
    return parse_crs(frame.crs.to_wkt())
