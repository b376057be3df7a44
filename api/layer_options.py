"""Options that the layer verbs share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dispatch.layer.kind import KindName

FileArgument = Annotated[Path, typer.Argument(help="Layer file, zipped or not; CSV; XLSX.")]
KindOption = Annotated[KindName, typer.Option(help="What its rows are.")]
CrsOption = Annotated[
    str | None,
    typer.Option(help="wgs84, cgcs2000, EPSG:n, gcj02 or bd09; outranks what the file says."),
]
SevenOption = Annotated[
    str | None,
    typer.Option(
        metavar="DX,DY,DZ,RX,RY,RZ,S",
        help="Seven parameters of Beijing 54 or Xi'an 80: metres, seconds of arc, millionths.",
    ),
]
MapOption = Annotated[
    list[str] | None,
    typer.Option("--map", metavar="NAME=COLUMN", help="What the file calls a column."),
]
LayerOption = Annotated[str | None, typer.Option(help="Which layer, where the file has several.")]
