"""Options that the network verbs share, and the engine that they ask for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.road_conditions import RoadConditions
from geo.road.network import RoadNetwork
from geo.road.travel_time import NetworkTravelTimes, open_travel_times

Net = Annotated[Path, typer.Argument(metavar="NET", help="Network folder.")]
CrsOption = Annotated[str, typer.Option(help="wgs84, EPSG:n, gcj02 or bd09.")]
ClosuresOption = Annotated[
    Path | None, typer.Option(help="GeoJSON of closures and slow zones to lay over the roads.")
]
HoursOption = Annotated[Path | None, typer.Option(help="CSV of hourly speeds.")]
MeasuredOption = Annotated[Path | None, typer.Option(help="CSV of measured speeds.")]
AtOption = Annotated[
    str | None, typer.Option(metavar="TIME", help="When; ISO 8601 with offset; now without.")
]
OutOption = Annotated[Path | None, typer.Option(help="File to write; the screen without it.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Report as JSON.")]


def open_engine(net: Path, conditions: RoadConditions) -> tuple[RoadNetwork, NetworkTravelTimes]:
    """
    Open a network folder and the engine on it.

    Parameters
    ----------
    net
        The folder.
    conditions
        What is laid over the roads.

    Returns
    -------
    network, times
        The roads, and the engine under those conditions.
    """
    times = open_travel_times(net)
    conditions.apply(times)
    return times.network, times
