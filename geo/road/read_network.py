"""One door to every source of roads: which reader a file needs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from geo.errors import BadInput, UnreadableFile
from geo.road.osm_scan import Progress
from geo.road.read_arrays import read_arrays
from geo.road.read_lines import read_lines
from geo.road.read_osm import read_osm
from geo.road.road_class import Mode
from geo.road.streets import Streets

OSM_ENDINGS = (".pbf", ".osm", ".osm.xml", ".osm.gz", ".osm.bz2", ".o5m")
ARRAY_ENDINGS = (".npz",)


def read_streets(  # noqa: PLR0913  each is an option of the command line
    path: Path,
    *,
    mode: Mode,
    columns: Mapping[str, str] | None = None,
    node_crossings: bool = False,
    crs: str | None = None,
    layer: str | None = None,
    progress: Progress | None = None,
) -> Streets:
    """
    Read roads for one mode from any file we know, told apart by how its name ends.

    Parameters
    ----------
    path
        OpenStreetMap (``.osm.pbf``, ``.osm`` …), arrays (``.npz``), or a layer of road
        lines (``.shp``, ``.zip``, ``.gpkg``, ``.geojson``, ``.fgb``, ``.parquet`` …).
    mode
        Who travels.  Arrays hold travel times already, and are taken to hold this mode's.
    columns, node_crossings
        For line layers only, see `geo.road.read_lines.read_lines`.
    crs
        Coordinate system of a line layer or of arrays; OpenStreetMap is always WGS-84.
    layer
        For line layers only, as above.
    progress
        Told what is being done and how much of it is, from 0 to 1.

    Returns
    -------
    streets
        The street table; ``notes`` counts what was left out and why.

    Raises
    ------
    BadInput
        The file cannot be used, or an option does not go with it.
    EmptyNetwork
        It holds no road that the mode may use.
    """
    if not path.exists():
        raise UnreadableFile(f"There is no file {path}.")
    name = path.name.lower()
    line_options = {"columns": columns, "node_crossings": node_crossings, "layer": layer}
    if name.endswith(OSM_ENDINGS):
        _refuse_options(path, "OpenStreetMap data", line_options | {"crs": crs})
        return read_osm(path, mode=mode, progress=progress)
    label = f"reading {path.name}"
    if progress is not None:
        progress(label, 0.0)
    if name.endswith(ARRAY_ENDINGS):
        _refuse_options(path, "an archive of arrays", line_options)
        streets = read_arrays(path, crs=crs)
    else:
        streets = read_lines(
            path, mode=mode, columns=columns, node_crossings=node_crossings, crs=crs, layer=layer
        )
    if progress is not None:
        progress(label, 1.0)
    return streets


def _refuse_options(path: Path, kind: str, options: Mapping[str, object]) -> None:
    """Refuse options that would be silently without effect."""
    given = [name.replace("_", " ") for name, value in options.items() if value]
    if given:
        raise BadInput(f"{path.name} is {kind}, to which {' and '.join(given)} cannot apply.")
