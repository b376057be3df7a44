"""Good layer files, one or two of every format that is read: what bad ones are made from."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import osmium
import osmium.osm.mutable as drawn
import pyogrio
from faults.hostile_files import archive, as_file, workbook
from shapely import Point, box

ROWS = 24
"""So many that a file which is cut or hurt may keep some of them."""

WEST, SOUTH, SIDE = 109.1, 21.4, 0.01


@dataclass(frozen=True, slots=True)
class Format:
    """
    One format in which layers come.

    Attributes
    ----------
    ending
        Of its files.
    write
        Writes a frame as a file of it; answers its bytes.
    columns
        Our columns to those of its files, where they keep names of their own.
    kinds
        Kinds of layer of which there is a good file.
    ends_anywhere
        Whether a file that was cut may be a whole one of fewer rows: it has no end and no count.
    """

    ending: str
    write: Callable[[gpd.GeoDataFrame], bytes]
    columns: Mapping[str, str] = field(default_factory=dict)
    kinds: tuple[str, ...] = ("zones", "places")
    ends_anywhere: bool = False


def frame(kind: str) -> gpd.GeoDataFrame:
    """Rows of a kind without a flaw: zones that fill a board, or a place in each."""
    kind = "places" if kind == "roads" else kind
    corners = [(WEST + at % 6 * SIDE, SOUTH + at // 6 * SIDE) for at in range(ROWS)]
    shapes = {
        "zones": [box(x, y, x + SIDE, y + SIDE) for x, y in corners],
        "places": [Point(x, y) for x, y in corners],
    }
    columns = {
        "code": [f"Q{at:02}" for at in range(ROWS)],
        "name": [f"第{at}号老街" for at in range(ROWS)],
    }
    return gpd.GeoDataFrame(columns, geometry=shapes[kind], crs="EPSG:4326")


@cache
def good(name: str, kind: str) -> bytes:
    """The bytes of a good file."""
    return FORMATS[name].write(frame(kind))


def by_driver(ending: str, **more: object) -> Callable[[gpd.GeoDataFrame], bytes]:
    """Write by GDAL."""

    def write(rows: gpd.GeoDataFrame) -> bytes:
        return as_file(ending, lambda path: quietly(rows, path, **more))

    return write


def quietly(rows: gpd.GeoDataFrame, path: Path, **more: object) -> None:
    """Write what its writer would warn of: that is what it is written for."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pyogrio.write_dataframe(rows, path, layer="rows", **more)


def in_archive(name: str, **more: object) -> Callable[[gpd.GeoDataFrame], bytes]:
    """Write several files by GDAL and pack them."""

    def write(rows: gpd.GeoDataFrame) -> bytes:
        with TemporaryDirectory() as folder:
            quietly(rows, Path(folder) / name, **more)
            files = [one for one in sorted(Path(folder).rglob("*")) if one.is_file()]
            members = {str(one.relative_to(folder)): one.read_bytes() for one in files}
        return archive(members)

    return write


def placemarks(rows: gpd.GeoDataFrame) -> bytes:
    """KML keeps a name and a description."""
    kept = rows.rename(columns={"code": "Name", "name": "Description"})
    return by_driver(".kml", driver="KML")(kept)


def drawing(rows: gpd.GeoDataFrame) -> bytes:
    """A drawing keeps shapes alone."""
    return by_driver(".dxf", driver="DXF")(rows[["geometry"]])


def parquet(rows: gpd.GeoDataFrame) -> bytes:
    """Without compression, so that what is hurt is not found out by unpacking alone."""
    return as_file(".parquet", lambda path: rows.to_parquet(path, compression=None))


def table(rows: gpd.GeoDataFrame) -> bytes:
    """Zones with shapes in words, places with two columns."""
    return _table(rows).to_csv(index=False).encode()


def sheet(rows: gpd.GeoDataFrame) -> bytes:
    """The same as a workbook."""
    cells = _table(rows)
    lines = [list(cells.columns), *cells.astype(str).to_numpy().tolist()]
    told = (
        "".join(f'<c t="inlineStr"><is><t>{escaped(cell)}</t></is></c>' for cell in line)
        for line in lines
    )
    return workbook("".join(f"<row>{line}</row>" for line in told))


def escaped(text: str) -> str:
    """A text within markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _table(rows: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    cells = rows.drop(columns="geometry")
    kept = rows.geometry
    if len(rows) and set(kept.geom_type) == {"Point"}:
        return cells.assign(lon=kept.x, lat=kept.y)
    return cells.assign(wkt=[None if shape is None else shape.wkt for shape in kept])


def osm(_: gpd.GeoDataFrame) -> bytes:
    """Streets from place to place, in blocks that are not packed."""

    def write(path: Path) -> None:
        file = osmium.io.File(str(path), "pbf,pbf_compression=none")
        with osmium.SimpleWriter(file) as out:
            for at, place in enumerate(frame("places").geometry, 1):
                out.add_node(drawn.Node(id=at, version=1, location=(place.x, place.y)))
            for at in range(1, ROWS):
                tags = {"highway": "residential", "name": f"第{at}号老街"}
                out.add_way(drawn.Way(id=at, version=1, nodes=[at, at + 1], tags=tags))

    return as_file(".osm.pbf", write)


def members_of(content: bytes) -> dict[str, bytes]:
    """The files of an archive."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


FORMATS: Mapping[str, Format] = {
    "GeoPackage": Format(".gpkg", by_driver(".gpkg")),
    "Shapefile": Format(".shp", in_archive("rows.shp", encoding="GB18030")),
    "zipped Shapefile": Format(".zip", in_archive("rows.shp", encoding="UTF-8")),
    "GeoJSON": Format(".geojson", by_driver(".geojson")),
    "FlatGeobuf": Format(".fgb", by_driver(".fgb")),
    "GeoParquet": Format(".parquet", parquet),
    "FileGDB": Format(".zip", in_archive("rows.gdb", driver="OpenFileGDB")),
    "KML": Format(".kml", placemarks, {"code": "Name", "name": "Description"}),
    "GML": Format(".gml", by_driver(".gml")),
    "DXF": Format(".dxf", drawing, {"code": "EntityHandle", "name": "Layer"}),
    "CSV": Format(".csv", table, ends_anywhere=True),
    "XLSX": Format(".xlsx", sheet),
    "OSM PBF": Format(".osm.pbf", osm, kinds=("roads",), ends_anywhere=True),
}
"""
Every format.

A table of text ends wherever it ends, and OpenStreetMap data after any block.  A Shapefile that
comes as several files is made as an archive here, and laid down as files by who hands it in.
"""
