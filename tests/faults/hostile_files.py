"""Layer files made to do harm: what each would have its reader do, and the right answer to it."""

from __future__ import annotations

import io
import sqlite3
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from shapely import Point

SECRET = "a-word-that-no-answer-may-hold"  # noqa: S105 -- it opens nothing
"""Planted in a file of this machine that hostile files name."""

NOBODY = "http://192.0.2.7"
"""Of the addresses that are nobody's (RFC 5737)."""

HERE = "http://127.0.0.1:9"


@dataclass(frozen=True, slots=True)
class Hostile:
    """
    One file that is made to do harm.

    Attributes
    ----------
    name
        What its sender calls it.
    content
        Its bytes; told the path of the planted secret.
    answer
        What the sentence of the refusal matches, or the code of a finding that is an error.
    kind
        Kind of layer that it is handed in as.
    taken
        Whether it is read: then what is wrong are its rows, or nothing if there is no `answer`.
    """

    name: str
    content: Callable[[str], bytes]
    answer: str
    kind: str = "places"
    taken: bool = False


def collection(*features: str, more: str = "") -> bytes:
    """GeoJSON with features that are written already."""
    return f'{{"type":"FeatureCollection",{more}"features":[{",".join(features)}]}}'.encode()


def feature(where: str, code: str = '"P1"', name: str = '"街"') -> str:
    """A place at a position that is written already."""
    point = f'{{"type":"Point","coordinates":{where}}}'
    return f'{{"type":"Feature","properties":{{"code":{code},"name":{name}}},"geometry":{point}}}'


def markup(text: str) -> Callable[[str], bytes]:
    """A text in which ``{secret}`` stands for the path of the planted secret."""
    return lambda secret: text.replace("{secret}", secret).encode()


def archive(members: Mapping[str, bytes], *, packed: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of files by their names, whatever these are."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", packed) as out:
        for name, content in members.items():
            out.writestr(zipfile.ZipInfo(name), content, packed)
    return written.getvalue()


def link(secret: str) -> bytes:
    """A zip with a link to the secret."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as out:
        member = zipfile.ZipInfo("places.geojson")
        member.external_attr = (stat.S_IFLNK | 0o777) << 16
        out.writestr(member, secret)
    return written.getvalue()


def with_password(content: bytes) -> bytes:
    """A zip that says its members are encrypted."""
    return content.replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01")


def declaring(content: bytes, size: int) -> bytes:
    """A zip whose directory says that its first member is so large."""
    at = content.index(b"PK\x01\x02")
    return content[: at + 24] + struct.pack("<I", size) + content[at + 28 :]


def drawing_of_itself() -> bytes:
    """A drawing with a block that holds itself twice."""
    text = sound(".dxf", named=False).decode()
    inside = "  0\nINSERT\n  8\n0\n  2\nA\n 10\n0\n 20\n0\n"
    block = f"  0\nBLOCK\n  8\n0\n  2\nA\n 70\n0\n 10\n0\n 20\n0\n{inside * 2}  0\nENDBLK\n  8\n0\n"
    text = text.replace("  2\nBLOCKS\n", f"  2\nBLOCKS\n{block}")
    return text.replace("  2\nENTITIES\n", f"  2\nENTITIES\n{inside}").encode()


def as_file(ending: str, write: Callable[[Path], object]) -> bytes:
    """The bytes of what a library writes."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"x{ending}"
        write(path)
        return path.read_bytes()


def sound(ending: str, *, named: bool = True) -> bytes:
    """One sound place in a format of GDAL."""
    columns = {"code": ["P1"], "name": ["街"]} if named else {}
    frame = gpd.GeoDataFrame(columns, geometry=[Point(109.1, 0)], crs="EPSG:4326")
    return as_file(ending, frame.to_file)


def geopackage(*statements: str) -> bytes:
    """A sound GeoPackage in which statements were then run."""

    def write(path: Path) -> None:
        path.write_bytes(sound(".gpkg"))
        with closing(sqlite3.connect(path)) as store:
            for name in ("rtree_x_geom_insert", "rtree_x_geom_delete"):
                store.execute(f"DROP TRIGGER IF EXISTS {name}")
            for statement in statements:
                store.execute(statement)
            store.commit()

    return as_file(".gpkg", write)


PLACE = "X'47500001E6100000" + shapely.to_wkb(Point(109.1, 0), hex=True) + "'"
COUNTING = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c)"
ENDLESS_VIEW = f"CREATE VIEW x AS {COUNTING} SELECT n AS fid, {PLACE} AS geom, 'P1' AS code FROM c"  # noqa: S608 -- no stranger's words


def shapefile(*, hurt: Callable[[bytes], bytes] = bytes, prj: str | None = None) -> bytes:
    """A zipped Shapefile with a main file that was hurt, or a .prj that says something else."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "x.shp"
        path.write_bytes(b"")
        frame = gpd.GeoDataFrame(
            {"code": ["P1"], "name": ["street"]}, geometry=[Point(109.1, 0)], crs="EPSG:4326"
        )
        frame.to_file(path)
        members = {one.name: one.read_bytes() for one in Path(folder).iterdir()}
    members["x.shp"] = hurt(members["x.shp"])
    if prj is not None:
        members["x.prj"] = prj.encode()
    return archive(members)


def workbook(sheet: str, *, head: str = "") -> bytes:
    """A workbook whose only sheet is written already."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    types = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    return archive({
        "[Content_Types].xml": (
            f'<Types xmlns="{package}/content-types"><Override PartName="/xl/workbook.xml" '
            f'ContentType="{types}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" '
            f'ContentType="{types}.worksheet+xml"/></Types>'
        ).encode(),
        "_rels/.rels": (
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
            f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ).encode(),
        "xl/workbook.xml": (
            f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="S" sheetId="1" '
            'r:id="s1"/></sheets></workbook>'
        ).encode(),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="s1" '
            f'Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
        ).encode(),
        "xl/worksheets/sheet1.xml": (
            f'{head}<worksheet xmlns="{main}"><sheetData>{sheet}</sheetData></worksheet>'
        ).encode(),
    })  # fmt: skip


def swelling_parquet() -> bytes:
    """Constant columns: some kilobytes that unpack to gigabytes."""
    group = pa.table({"code": pa.array(["x" * 4000] * 100_000).dictionary_encode()})

    def write(path: Path) -> None:
        with pq.ParquetWriter(path, group.schema, compression="zstd") as out:
            for _ in range(19):
                out.write_table(group)

    return as_file(".parquet", write)


def blob(kind: bytes, size: int, body: bytes) -> bytes:
    """A block of OpenStreetMap PBF that says it has a size."""
    header = b"\x0a" + bytes([len(kind)]) + kind + b"\x18" + varint(size)
    return struct.pack(">I", len(header)) + header + body


def varint(number: int) -> bytes:
    """A number as protocol buffers write it."""
    said = b""
    while number > 127:
        said += bytes([number & 127 | 128])
        number >>= 7
    return said + bytes([number])


def swelling_blob(unpacked: int) -> bytes:
    """A block that says, and holds, so many bytes once unpacked."""
    packed = zlib.compress(bytes(unpacked), 9)
    body = b"\x10" + varint(unpacked) + b"\x1a" + varint(len(packed)) + packed
    return blob(b"OSMData", len(body), body)


def osm(*blocks: bytes) -> bytes:
    """OpenStreetMap PBF with a sound header."""
    features = b"OsmSchema-V0.6"
    block = b"\x22" + bytes([len(features)]) + features
    body = b"\x0a" + varint(len(block)) + block
    return blob(b"OSMHeader", len(body), body) + b"".join(blocks)


def star(corners: int) -> str:
    """A polygon whose border crosses itself as often as can be, as WKT."""
    turn = np.arange(corners) * np.pi * (1 - 1 / corners)
    ring = np.stack([109.1 + np.cos(turn) / 100, np.sin(turn) / 100], axis=1)
    return shapely.Polygon(np.vstack([ring, ring[:1]])).wkt


def laughing(root: str, body: str, head: str = "") -> Callable[[str], bytes]:
    """Markup with ten entities, each ten times the one before."""
    lols = "".join(f'<!ENTITY l{at} "{f"&l{at - 1};" * 10}">' for at in range(1, 10))
    return markup(f'<?xml version="1.0"?><!DOCTYPE {root} [<!ENTITY l0 "lol">{lols}]>{head}{body}')


KML = (
    '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>{}</name>'
    "<Point><coordinates>109.1,0</coordinates></Point></Placemark>{}</Document></kml>"
)
GML = (
    '<ogr:FeatureCollection xmlns:ogr="http://ogr.maptools.org/" xmlns:xlink='
    '"http://www.w3.org/1999/xlink" xmlns:gml="http://www.opengis.net/gml" {}><gml:featureMember>'
    '<ogr:x fid="1"><ogr:geom>{}</ogr:geom><ogr:code>P1</ogr:code><ogr:name>{}</ogr:name></ogr:x>'
    "</gml:featureMember></ogr:FeatureCollection>"
)
GML_POINT = '<gml:Point srsName="EPSG:4326"><gml:coordinates>109.1,0</gml:coordinates></gml:Point>'
EXTERNAL = '<?xml version="1.0"?><!DOCTYPE {} [<!ENTITY s SYSTEM "file://{{secret}}">]>'
VRT = (
    '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>{}</SrcDataSource>'
    "</OGRVRTLayer></OGRVRTDataSource>"
)
SQUARE_ZIP = {"places.geojson": collection(feature("[109.1,0]"))}
