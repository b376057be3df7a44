"""
Format of a layer file: what its name says and its first bytes confirm.

GDAL would open whatever it recognises: a text that is called ``.geojson`` and is a recipe to fetch
another file is opened as that recipe.  So name and content must agree before anything reads it,
and then only the one driver may.  Archives are looked into by their directory alone.
"""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath

import numpy as np

from geo.errors import BadInput, UnreadableFile

HEAD_BYTES = 4096
DEEPEST = 32
"""Deeper nesting has no honest use, and reading it can exhaust the stack."""

MOST_MEMBERS = 500
MOST_UNPACKED_BYTES = 4 << 30
MOST_RATIO = 200
"""What an archive may hold: files, bytes once unpacked, and how many bytes for each packed one."""


class LayerFormat(StrEnum):
    """Formats that are read."""

    GEOPACKAGE = "GeoPackage"
    SHAPEFILE = "Shapefile"
    GEOJSON = "GeoJSON"
    FLATGEOBUF = "FlatGeobuf"
    GEOPARQUET = "GeoParquet"
    FILE_GDB = "FileGDB"
    KML = "KML"
    GML = "GML"
    DXF = "DXF"
    CSV = "CSV"
    XLSX = "XLSX"
    OSM_PBF = "OSM PBF"


@dataclass(frozen=True, slots=True)
class FormatRule:
    """
    How a format is known and read.

    Attributes
    ----------
    endings
        Of file names, in small letters.
    confirmed
        Whether the first bytes of a file are of this format.
    driver
        The driver of GDAL that reads it; None where another library does.
    """

    endings: tuple[str, ...]
    confirmed: Callable[[bytes], bool]
    driver: str | None


@dataclass(frozen=True, slots=True)
class LayerFile:
    """
    A layer file that is what it is called.

    Attributes
    ----------
    format
        Its format.
    member
        For an archive, the file or folder in it that holds the layer; else empty.
    """

    format: LayerFormat
    member: str = ""


def _starts(*heads: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(heads)


def _text(head: bytes) -> bytes:
    """The first bytes without mark of order and blanks."""
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()


def _is_json(head: bytes) -> bool:
    return _text(head)[:1] in {b"{", b"["}


def _is_markup(root: bytes) -> Callable[[bytes], bool]:
    def confirmed(head: bytes) -> bool:
        text = _text(head)
        return text.startswith(b"<") and b"<OGRVRT" not in text and root in text

    return confirmed


def _is_drawing(head: bytes) -> bool:
    lines = [line.strip() for line in _text(head).splitlines()[:40]]
    return head.startswith(b"AutoCAD Binary DXF") or b"SECTION" in lines


def _is_plain(head: bytes) -> bool:
    return b"\0" not in head and _text(head)[:1] not in {b"<", b"{", b""}


def _is_zip(head: bytes) -> bool:
    return head.startswith(b"PK\x03\x04")


def _is_osm_pbf(head: bytes) -> bool:
    return b"OSMHeader" in head[:64]


RULES: dict[LayerFormat, FormatRule] = {
    LayerFormat.GEOPACKAGE: FormatRule((".gpkg",), _starts(b"SQLite format 3\0"), "GPKG"),
    LayerFormat.SHAPEFILE: FormatRule((".shp",), _starts(b"\0\0\x27\x0a"), "ESRI Shapefile"),
    LayerFormat.GEOJSON: FormatRule((".geojson", ".json"), _is_json, "GeoJSON"),
    LayerFormat.FLATGEOBUF: FormatRule((".fgb",), _starts(b"fgb\x03fgb"), "FlatGeobuf"),
    LayerFormat.GEOPARQUET: FormatRule((".parquet", ".geoparquet"), _starts(b"PAR1"), None),
    LayerFormat.FILE_GDB: FormatRule((".gdb",), lambda _: False, "OpenFileGDB"),
    LayerFormat.KML: FormatRule((".kml",), _is_markup(b"<kml"), "KML"),
    LayerFormat.GML: FormatRule((".gml",), _is_markup(b"opengis.net/gml"), "GML"),
    LayerFormat.DXF: FormatRule((".dxf",), _is_drawing, "DXF"),
    LayerFormat.CSV: FormatRule((".csv", ".txt", ".tsv"), _is_plain, None),
    LayerFormat.XLSX: FormatRule((".xlsx",), _is_zip, "XLSX"),
    LayerFormat.OSM_PBF: FormatRule((".osm.pbf", ".pbf"), _is_osm_pbf, None),
}
"""Formats by name; a FileGDB is a folder and comes in an archive."""

IN_ARCHIVES = (
    LayerFormat.SHAPEFILE,
    LayerFormat.GEOPACKAGE,
    LayerFormat.GEOJSON,
    LayerFormat.FLATGEOBUF,
    LayerFormat.KML,
    LayerFormat.GML,
    LayerFormat.DXF,
)
"""Formats that may come in an archive, beside FileGDB."""


def recognise(path: Path) -> LayerFile:
    """
    Find out what a layer file is.

    Parameters
    ----------
    path
        The file, under the name that its sender gave it.

    Returns
    -------
    file
        Its format, and what of an archive is meant.

    Raises
    ------
    BadInput
        Name and content don't agree, an archive is not to be trusted or holds not one layer file,
        or JSON is nested too deeply.
    UnreadableFile
        The format is none that is read, or the file can't be read.
    """
    name = path.name.lower()
    if name.endswith(".zip"):
        return _in_archive(path)
    kind = _by_name(name)
    head = _head(path)
    if not RULES[kind].confirmed(head):
        raise BadInput(
            f"{path.name} is called {kind} and is something else: give it the ending of what it "
            "is, or export it anew."
        )
    if kind is LayerFormat.GEOJSON:
        _refuse_depth(path)
    if kind is LayerFormat.XLSX:
        _members(path)
    return LayerFile(kind)


def _by_name(name: str) -> LayerFormat:
    """The format that a file name stands for."""
    for kind, rule in RULES.items():
        if name.endswith(rule.endings):
            return kind
    known = ", ".join(ending for rule in RULES.values() for ending in rule.endings)
    raise UnreadableFile(f"{name} has an ending that is not known; known are {known}, .zip.")


def _head(path: Path) -> bytes:
    """The first bytes of a file."""
    try:
        with path.open("rb") as file:
            return file.read(HEAD_BYTES)
    except OSError as error:
        raise UnreadableFile(f"{path.name} can't be read: {error.strerror}.") from None


def _refuse_depth(path: Path) -> None:
    """Refuse JSON that is nested too deeply; brackets within strings count, as they may."""
    data = np.fromfile(path, dtype=np.uint8)
    opens = np.isin(data, np.frombuffer(b"{[", dtype=np.uint8))
    closes = np.isin(data, np.frombuffer(b"}]", dtype=np.uint8))
    deepest = int(np.cumsum(opens.astype(np.int64) - closes).max(initial=0))
    if deepest > DEEPEST:
        raise BadInput(f"{path.name} is nested {deepest} levels deep; {DEEPEST} are allowed.")


def _in_archive(path: Path) -> LayerFile:
    """Look for the one layer in an archive."""
    found = _layers_in([member.filename for member in _members(path)])
    if len(found) != 1:
        there = ", ".join(sorted(found)) or "none"
        raise BadInput(f"{path.name} must hold one layer file; it holds {there}.")
    ((name, kind),) = found.items()
    return LayerFile(kind, name)


def _members(path: Path) -> list[zipfile.ZipInfo]:
    """What an archive holds, or why it is not to be trusted; a workbook is one, too."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError):
        raise UnreadableFile(f"{path.name} is no zip archive, or is damaged.") from None
    for member in members:
        _refuse_member(path, member)
    _refuse_bulk(path, members)
    return members


def _layers_in(names: list[str]) -> dict[str, LayerFormat]:
    """Layer files of an archive by their names in it."""
    found = {}
    for name in names:
        parts = PurePosixPath(name).parts
        databases = [at for at, part in enumerate(parts) if part.lower().endswith(".gdb")]
        if databases:
            found["/".join(parts[: databases[0] + 1])] = LayerFormat.FILE_GDB
            continue
        for kind in IN_ARCHIVES:
            if name.lower().endswith(RULES[kind].endings) and parts[0] != "__MACOSX":
                found[name] = kind
    return found


def _refuse_member(path: Path, member: zipfile.ZipInfo) -> None:
    """Refuse names that lead out of the archive, links, and secrets."""
    name = PurePosixPath(member.filename.replace("\\", "/"))
    if name.is_absolute() or ".." in name.parts or ":" in member.filename:
        raise BadInput(f"{path.name} holds a name that leads out of it: {member.filename!r}.")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise BadInput(f"{path.name} holds a link, {member.filename!r}; pack the file itself.")
    if member.flag_bits & 1:
        raise BadInput(f"{path.name} is protected by a password; pack it without.")


def _refuse_bulk(path: Path, members: list[zipfile.ZipInfo]) -> None:
    """Refuse what would not fit once it is unpacked."""
    unpacked = sum(member.file_size for member in members)
    packed = max(sum(member.compress_size for member in members), 1)
    if len(members) > MOST_MEMBERS or unpacked > MOST_UNPACKED_BYTES:
        raise BadInput(
            f"{path.name} holds {len(members)} files of {unpacked >> 20} MiB; "
            f"{MOST_MEMBERS} of {MOST_UNPACKED_BYTES >> 20} MiB are allowed."
        )
    if unpacked > MOST_RATIO * packed and unpacked > (64 << 20):
        raise BadInput(f"{path.name} grows {unpacked // packed} times as it is unpacked.")
