"""Layers that come in as files: recognised here, read behind walls, handed on as a table."""

from __future__ import annotations

import json
import logging
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.feather
import pyogrio

from api.confined import Ending, Errand, Limits, Walls, given_as, run_confined
from geo.errors import BadInput, UnreadableFile
from geo.layer_format import RULES, LayerFile, recognise
from geo.layer_read import NOTE, REFUSED, TABLE, LayerNote

logger = logging.getLogger(__name__)

NEEDED_BESIDE = frozenset({"MEM"})
"""Drivers of GDAL that others need to work at all."""

SHAPEFILE_PARTS = frozenset({".shp", ".shx", ".dbf", ".prj", ".cpg"})

PLAIN_CELLS = {"OGR_XLSX_HEADERS": "FORCE", "OGR_XLSX_FIELD_TYPES": "STRING"}
"""Have cells of a workbook as they are written, the first row naming the columns."""


def read_layer_file(
    path: Path, *, layer: str | None = None, limits: Limits | None = None
) -> tuple[pa.Table, LayerNote]:
    """
    Read a layer that a stranger may have made.

    Parameters
    ----------
    path
        The file, under the name that its sender gave it.
    layer
        Name of the layer, where the file has several.
    limits
        What reading it may use.

    Returns
    -------
    table
        Its rows, with shapes as WKB.
    note
        What it said of itself.

    Raises
    ------
    BadInput
        It is not what it is called, can't be read, or needs more than it may use.
    """
    with TemporaryDirectory(prefix="grid-dispatch-layer-") as folder:
        name, path = path.name, as_one_file(path, Path(folder))
        file = recognise(path)
        result = Path(folder) / "result"
        result.mkdir()
        told = (given_as(path), file.format.value, file.member, layer or "", "/result")
        errand = Errand("geo.layer_read", told, path, result, _only_driver(file))
        done = run_confined(errand, limits)
        if done.walls is not Walls.BUBBLEWRAP:
            logger.warning("Layers are read without bubblewrap: %s.", done.walls)
        if done.ending is not Ending.DONE:
            logger.warning("Reading a layer ended as %s: %s", done.ending, done.said)
            raise UnreadableFile(f"{name} {WHY[done.ending]}")
        return _answer(result)


def as_one_file(path: Path, folder: Path) -> Path:
    """
    Pack what comes as several files: a Shapefile with those beside it, or a FileGDB.

    Parameters
    ----------
    path
        The file, or the folder of a FileGDB.
    folder
        Where an archive may be laid down.

    Returns
    -------
    path
        The archive, or the file itself.
    """
    if path.suffix.lower() == ".shp" and path.is_file():
        parts = [one for one in sorted(path.parent.iterdir()) if one.stem == path.stem]
        members = {one.name: one for one in parts if one.suffix.lower() in SHAPEFILE_PARTS}
    elif path.suffix.lower() == ".gdb" and path.is_dir():
        inside = [one for one in sorted(path.rglob("*")) if one.is_file()]
        members = {f"{path.name}/{one.relative_to(path).as_posix()}": one for one in inside}
    else:
        return path
    packed = folder / f"{path.stem}.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for name, file in members.items():
            archive.write(file, name)
    return packed


WHY: Mapping[Ending, str] = {
    Ending.FAILED: "can't be read: what reads it fell over it; export it anew.",
    Ending.OUT_OF_TIME: "takes too long to read; cut it into parts.",
    Ending.OUT_OF_MEMORY: "takes too much memory to read; cut it into parts.",
}


def _answer(result: Path) -> tuple[pa.Table, LayerNote]:
    """Take up what the confined process left."""
    refused = result / REFUSED
    if refused.exists():
        raise BadInput(json.loads(refused.read_text(encoding="utf-8"))["message"])
    note = json.loads((result / NOTE).read_text(encoding="utf-8"))
    note["layers"] = tuple(note["layers"])
    table = pa.feather.read_table(str(result / TABLE), memory_map=False)
    table.validate(full=True)  # who wrote it has read what a stranger wrote
    return table, LayerNote(**note)


def _only_driver(file: LayerFile) -> dict[str, str]:
    """Have GDAL know the one driver that a file needs."""
    wanted = {RULES[file.format].driver} | NEEDED_BESIDE
    others = sorted(set(pyogrio.list_drivers()) - wanted)
    skipped = {"GDAL_SKIP": ",".join(others), "OGR_SKIP": ",".join(others)}
    return (
        skipped
        | PLAIN_CELLS
        | {name: os.environ[name] for name in ("PROJ_DATA", "GDAL_DATA") if name in os.environ}
    )
