"""`grid-dispatch layer export`: what is published, now or in an earlier version, as a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from shapely.geometry.base import BaseGeometry

from api.layer_file import CRS, WrittenLayer, write_layer_file
from api.settings import Settings, demo_store_url
from api.store_option import StoreOption
from dispatch.layer.kind import KindName
from dispatch.store.city_versions import rows_of_version
from dispatch.store.column import SEPARATOR
from dispatch.store.engine import open_store
from geo.area import Tier
from geo.errors import BadValue

TABLES: Mapping[KindName, str] = {
    KindName.AREAS: "areas",
    KindName.BOUNDARY: "areas",
    KindName.ZONES: "zones",
    KindName.GRIDS: "grids",
    KindName.UNITS: "units",
    KindName.OFFICERS: "officers",
    KindName.MATTERS: "matters",
    KindName.AUTHORITY: "authority",
    KindName.NO_FLY: "no_fly",
    KindName.DEMAND: "demand",
    KindName.PLACES: "places",
    KindName.ROSTERS: "rosters",
    KindName.CALENDARS: "calendars",
}
"""Tables that kinds are exported from."""


def export(
    kind: Annotated[KindName, typer.Argument(help="Which layer.")],
    out: Annotated[Path, typer.Option(help="File to write: .gpkg, .geojson, .fgb or .csv.")],
    *,
    version: Annotated[
        int | None, typer.Option(min=1, help="Version of the city; the published one without.")
    ] = None,
    crs: Annotated[
        str, typer.Option(help="System to write: EPSG:n, wgs84, cgcs2000, gcj02 or bd09.")
    ] = CRS,
    store: StoreOption = None,
) -> None:
    """Write a published layer, of any version of the city, as a file."""
    if kind not in TABLES:
        known = ", ".join(TABLES)
        raise BadValue(f"The city keeps no versions of {kind}; of {known} it does.")
    url = store or Settings().store or demo_store_url()
    with closing(open_store(url)) as opened, opened.reading() as session:
        rows = rows_of_version(session, TABLES[kind], version)
    if kind is KindName.BOUNDARY:
        rows = [row for row in rows if row["tier"] == Tier.CITY]
    about = {"city_version": str(version or "published"), "kind": str(kind)}
    write_layer_file(written(kind, rows, about), out, crs)
    typer.echo(f"{out}: {len(rows)} {kind}, {crs}")


def written(
    kind: KindName, rows: Sequence[Mapping[str, Any]], about: Mapping[str, str]
) -> WrittenLayer:
    """
    Lay published rows out to be written.

    Parameters
    ----------
    kind
        Which layer.
    rows
        Values by column.
    about
        What is said of the whole.

    Returns
    -------
    layer
        As a layer of the kind is handed in.
    """
    names = [name for name in (rows[0] if rows else {}) if name not in SHAPES]
    columns = {name: [_text(row[name]) for row in rows] for name in names}
    shape = next((name for name in SHAPES if rows and name in rows[0]), None)
    if shape is None:
        return WrittenLayer(str(kind), columns, None, about)
    shapes = np.full(len(rows), None, dtype=object)
    shapes[:] = [row[shape] for row in rows]
    return WrittenLayer(str(kind), columns, shapes, about)


SHAPES = ("polygon", "base", "place")
"""Columns that hold shapes."""


def _text(value: object) -> str:
    """A value as a layer has it."""
    assert not isinstance(value, BaseGeometry)
    if value is None:
        return ""
    if isinstance(value, tuple):
        return SEPARATOR.join(value)
    return str(int(value)) if isinstance(value, bool) else str(value)
