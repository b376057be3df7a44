"""
Whether a layer file is whole, where its reader would not say.

GDAL reads what it can of a GML, DXF, Shapefile or FlatGeobuf that was cut short and leaves it at
that: the rows before the cut come out as if they were all.  A part of a layer must not pass for
it, so these are looked at besides: GML must be sound XML to its end, a drawing must have its end,
the table of a Shapefile must be as long as it says, and of a format that counts its rows as many
must come out.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final
from xml.parsers import expat

from geo.errors import UnreadableFile
from geo.layer_format import LayerFile, LayerFormat

COUNTED: Final = frozenset({LayerFormat.FLATGEOBUF, LayerFormat.FILE_GDB, LayerFormat.GEOPACKAGE})
"""Formats that say how many rows they have, and mean it."""

MARKUP: Final = frozenset({LayerFormat.GML, LayerFormat.KML})
DBF_HEAD: Final = struct.Struct("<4xIHH")
"""Of the table of a Shapefile: rows, bytes of its head, and bytes of each row."""

DAMAGED: Final = (
    zipfile.BadZipFile, zlib.error, KeyError, RuntimeError, EOFError,
)  # fmt: skip
"""What goes wrong in an archive that is damaged, packed in a way that isn't known, or encrypted."""

LAST_BYTES: Final = 256
END_OF_DRAWING: Final = b"EOF"


def refuse_cut(path: Path, file: LayerFile) -> None:
    """
    Refuse a file of which the end is missing.

    Parameters
    ----------
    path
        The file, or the archive that holds it.
    file
        What `recognise` found it to be.

    Raises
    ------
    UnreadableFile
        It is cut short, or no sound markup.
    """
    if file.format in MARKUP:
        with _opened(path, file) as content:
            _refuse_unsound_markup(path, file, content)
    elif file.format is LayerFormat.DXF:
        with _opened(path, file) as content:
            _refuse_endless_drawing(path, content)
    elif file.format is LayerFormat.SHAPEFILE:
        _refuse_short_table(path, file)


def refuse_fewer(path: Path, *, said: int, read: int) -> None:
    """
    Refuse rows that are not all there are.

    Parameters
    ----------
    path
        The file, in one of the formats that are `COUNTED`.
    said
        How many rows the file says it has; negative if it doesn't say.
    read
        How many came out.

    Raises
    ------
    UnreadableFile
        Fewer came out than it says.
    """
    if read < said:
        raise UnreadableFile(
            f"{path.name} says it has {said} rows, and only {read} can be read: it is cut short or "
            "damaged; export it anew."
        )


def _refuse_short_table(path: Path, file: LayerFile) -> None:
    """Refuse a Shapefile whose table is shorter than its rows: a head, and each of one length."""
    with _archive(path) as archive:
        ours = file.member.lower().removesuffix(".shp") + ".dbf"
        for member in archive.infolist():
            if member.filename.lower() != ours or member.file_size < DBF_HEAD.size:
                continue
            with archive.open(member) as content:
                rows, head, each = DBF_HEAD.unpack(content.read(DBF_HEAD.size))
            if member.file_size < head + rows * each:
                raise UnreadableFile(
                    f"{path.name} is cut short: {member.filename} says it has {rows} rows, and has "
                    f"room for {max(member.file_size - head, 0) // max(each, 1)}."
                )


@contextmanager
def _archive(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open an archive, which may be damaged inside."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except DAMAGED:
        raise UnreadableFile(f"{path.name} is no zip archive, or is damaged.") from None


@contextmanager
def _opened(path: Path, file: LayerFile) -> Iterator[IO[bytes]]:
    """Open a file, or the member of an archive."""
    if not file.member:
        with path.open("rb") as content:
            yield content
        return
    with _archive(path) as archive, archive.open(file.member) as content:
        yield content


def _refuse_unsound_markup(path: Path, file: LayerFile, content: IO[bytes]) -> None:
    try:
        expat.ParserCreate().ParseFile(content)
    except expat.ExpatError as error:
        why = expat.ErrorString(error.code)
        raise UnreadableFile(
            f"{path.name} can't be read as {file.format}: {why} in line {error.lineno}."
        ) from None
    except (LookupError, ValueError):
        raise UnreadableFile(
            f"{path.name} declares an encoding that can't be read: write it in UTF-8."
        ) from None


def _refuse_endless_drawing(path: Path, content: IO[bytes]) -> None:
    content.seek(0, 2)
    content.seek(max(0, content.tell() - LAST_BYTES))
    if not content.read().rstrip(b" \r\n\t\0\x1a").endswith(END_OF_DRAWING):
        raise UnreadableFile(f"{path.name} is cut short: the end of the drawing is missing.")
