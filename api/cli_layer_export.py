"""`grid-dispatch layer export`: what is published, now or in an earlier version, as a file."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from api.clock import system_clock
from api.layer_export import write_published
from api.layer_file import CRS
from api.settings import Settings, demo_store_url
from api.store_option import StoreOption
from dispatch.layer.kind import KindName
from dispatch.store.engine import open_store


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
    url = store or Settings().store or demo_store_url()
    with closing(open_store(url)) as opened, opened.reading() as session:
        count = write_published(session, kind, version, out, crs, now=system_clock())
    typer.echo(f"{out}: {count} {kind}, {crs}")
