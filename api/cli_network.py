"""`grid-dispatch network …`: road networks and travel times on files."""

# ruff: noqa: PLR0913 -- the options of a command are the parameters of its function

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Annotated, Any

import shapely
import typer

from api.answer_file import answer_file, seconds, write_json
from api.name_pairs import read_pairs
from api.network_options import (
    AtOption,
    ClosuresOption,
    CrsOption,
    HoursOption,
    JsonOption,
    MeasuredOption,
    Net,
    OutOption,
    open_engine,
)
from api.place_table import PlaceTable, read_place, read_places
from api.progress import progress_bar
from api.road_conditions import RoadConditions
from geo.errors import BadValue
from geo.road.export import export_network
from geo.road.network import RoadNetwork, assemble
from geo.road.read_network import read_streets
from geo.road.road_class import Mode
from geo.road.route import Route
from geo.road.storage import load_network, save_network
from geo.road.travel_time import Arrival


def build(
    file: Annotated[Path, typer.Argument(help="OSM PBF, line layer, or .npz of arrays.")],
    out: Annotated[Path, typer.Option(help="Network folder to write.")],
    *,
    mode: Annotated[Mode, typer.Option(help="Who travels.")] = Mode.CAR,
    column: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="NAME=COLUMN", help="What the layer calls a column."),
    ] = None,
    node_crossings: Annotated[
        bool, typer.Option("--node-crossings", help="Join lines that cross without a vertex.")
    ] = False,
    crs: Annotated[str | None, typer.Option(help="System of a layer that names none.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Read roads and write a network folder."""
    with progress_bar() as report:
        streets = read_streets(
            file,
            mode=mode,
            columns=read_pairs(column or []),
            node_crossings=node_crossings,
            crs=crs,
            progress=report,
        )
        report("assembling", 0.0)
        network = assemble(streets, mode=mode)
        save_network(network, out)
        report("assembling", 1.0)
    _report(network, dict(streets.notes), out, as_json=as_json)


def nearest(
    net: Net,
    units: Annotated[Path, typer.Option(help="CSV: id,lon,lat or id,node.")],
    incidents: Annotated[Path, typer.Option(help="CSV: id,lon,lat or id,node.")],
    *,
    k: Annotated[int, typer.Option("-k", min=1, help="How many units for each incident.")] = 8,
    out: OutOption = None,
    crs: CrsOption = "wgs84",
    closures: ClosuresOption = None,
    hours: HoursOption = None,
    measured: MeasuredOption = None,
    at: AtOption = None,
) -> None:
    """Write incident_id,rank,unit_id,travel_time_s; a row without unit: none can get there."""
    network, times = open_engine(net, RoadConditions(closures, hours, measured, at))
    crews = read_places(units, times, network, crs=crs)
    fleet = times.fleet(crews.joins)
    places = read_places(incidents, times, network, crs=crs)
    with answer_file(out) as file, progress_bar() as report:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["incident_id", "rank", "unit_id", "travel_time_s"])
        for row, incident in enumerate(places.ids):
            arrivals = times.nearest(fleet, places.joins.take(slice(row, row + 1)), k=k)
            rows.writerows(_ranked(incident, arrivals, crews) or [(incident, "", "", "")])
            report("nearest", (row + 1) / len(places.ids))


def route(
    net: Net,
    origin: Annotated[str, typer.Option("--from", metavar="LON,LAT", help="Start.")],
    destination: Annotated[str, typer.Option("--to", metavar="LON,LAT", help="End.")],
    *,
    out: OutOption = None,
    crs: CrsOption = "wgs84",
    closures: ClosuresOption = None,
    hours: HoursOption = None,
    measured: MeasuredOption = None,
    at: AtOption = None,
) -> None:
    """Write the fastest way as a GeoJSON LineString; null: no way."""
    _, times = open_engine(net, RoadConditions(closures, hours, measured, at))
    start, end = (times.join(read_place(text, crs=crs)) for text in (origin, destination))
    write_json(_route_feature(times.route(start, end)), out)


def reach(
    net: Net,
    origin: Annotated[str, typer.Option("--from", metavar="LON,LAT", help="Start.")],
    within: Annotated[str, typer.Option(metavar="S[,S…]", help="Seconds.")] = "300,600,900",
    *,
    out: OutOption = None,
    crs: CrsOption = "wgs84",
    closures: ClosuresOption = None,
    hours: HoursOption = None,
    measured: MeasuredOption = None,
    at: AtOption = None,
) -> None:
    """Write what is reached within some times as cumulative GeoJSON polygons."""
    try:
        within_s = [float(part) for part in within.split(",")]
    except ValueError as error:
        raise BadValue(f"“{within}” is no list of seconds; write 300,600,900.") from error
    _, times = open_engine(net, RoadConditions(closures, hours, measured, at))
    bands = times.reach(times.join(read_place(origin, crs=crs)), within_s)
    features = [
        {
            "type": "Feature",
            "properties": {"within_s": band.within_s, "edges": len(band.edges)},
            "geometry": json.loads(shapely.to_geojson(band.polygon)),
        }
        for band in bands
    ]
    write_json({"type": "FeatureCollection", "features": features}, out)


def export(
    net: Net,
    out: Annotated[Path, typer.Option(help="GeoPackage to write.")],
) -> None:
    """Write nodes, edges and turn rules as a GeoPackage."""
    with progress_bar() as report:
        report("exporting", 0.0)
        export_network(load_network(net), out)
        report("exporting", 1.0)


def _report(network: RoadNetwork, notes: dict[str, int], out: Path, *, as_json: bool) -> None:
    """Say what was built and what was left out."""
    parts = network.parts
    facts: dict[str, Any] = {
        "network": str(out),
        "mode": str(network.mode),
        "version": network.version,
        "nodes": network.n_nodes,
        "edges": network.n_edges,
        "turn_rules": network.n_rules,
        "parts": len(parts),
        "largest_part_nodes": int(parts[0]) if len(parts) else 0,
    }
    if as_json:
        write_json(facts | {"notes": notes}, None)
        return
    for name, value in (facts | notes).items():
        typer.echo(f"{name.replace('_', ' ')}: {value}")


def _ranked(
    incident: str, arrivals: list[Arrival], crews: PlaceTable
) -> list[tuple[str, int, str, str]]:
    """Rows of the units that reach one incident first."""
    return [
        (incident, rank, crews.ids[arrival.unit], seconds(arrival.travel_time_ms))
        for rank, arrival in enumerate(arrivals, start=1)
    ]


def _route_feature(way: Route | None) -> dict[str, Any]:
    """GeoJSON of a route, with nulls where no road leads."""
    if way is None:
        nothing = {"travel_time_s": None, "length_m": None}
        return {"type": "Feature", "properties": nothing, "geometry": None}
    return {
        "type": "Feature",
        "properties": {
            "travel_time_s": way.travel_time_ms / 1000,
            "length_m": round(way.length_m, 3),
            "walk_start_m": round(way.walk_m[0], 3),
            "walk_end_m": round(way.walk_m[1], 3),
        },
        "geometry": {"type": "LineString", "coordinates": way.lon_lat.round(7).tolist()},
    }
