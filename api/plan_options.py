"""Options of the verbs of planning that ask a store."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

AtOption = Annotated[
    str | None,
    typer.Option(
        "--at",
        metavar="TIME",
        help="ISO 8601 with offset: rosters and measured speeds of its week; now without.",
    ),
]
DemandOption = Annotated[
    Path | None,
    typer.Option("--demand", help="CSV grid,hour,per_year instead of counting past incidents."),
]
HistoryOption = Annotated[
    Path | None, typer.Option("--history", help="Parquet of past incidents, not the store's.")
]
PerYearOption = Annotated[
    float | None,
    typer.Option(
        "--incidents-per-year", metavar="N", help="In the whole city, instead of so many."
    ),
]
