"""`grid-dispatch network partition` and `coverage`: who serves what, and how much in time."""

# ruff: noqa: PLR0913 -- the options of a command are the parameters of its function

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from api.answer_file import answer_file, seconds, write_json
from api.network_options import (
    AtOption,
    ClosuresOption,
    CrsOption,
    HoursOption,
    JsonOption,
    MeasuredOption,
    Net,
    open_engine,
)
from api.place_table import PlaceTable, read_places, read_weights
from api.progress import progress_bar
from api.road_conditions import RoadConditions
from geo.errors import BadValue
from geo.road.coverage import Coverage, Demand, cover, cover_by_hour
from geo.road.partition import Partition
from geo.road.partition_file import ServedStreets, serve_streets, write_partition
from geo.road.week import HOURS_OF_WEEK

BasesOption = Annotated[Path, typer.Option(help="CSV: id,lon,lat or id,node.")]


def partition(
    net: Net,
    bases: BasesOption,
    out: Annotated[Path, typer.Option(help="GeoPackage or GeoJSON to write.")],
    *,
    crs: CrsOption = "wgs84",
    closures: ClosuresOption = None,
    hours: HoursOption = None,
    measured: MeasuredOption = None,
    at: AtOption = None,
    as_json: JsonOption = False,
) -> None:
    """Divide the roads among bases: each street and junction to the one that is there first."""
    network, times = open_engine(net, RoadConditions(closures, hours, measured, at))
    table = read_places(bases, times, network, crs=crs)
    with progress_bar() as report:
        report("dividing", 0.0)
        divided = times.partition(table.joins)
        streets = serve_streets(divided)
        report("dividing", 0.5)
        write_partition(divided, streets, table.ids, out)
        report("dividing", 1.0)
    facts = _partition_facts(divided, streets, table)
    if as_json:
        write_json(facts, None)
        return
    for base in facts["bases"]:
        typer.echo(f"{base['id']}: {base['nodes']} nodes, {base['street_m'] / 1000:.1f} km")
    if facts["unreachable_nodes"]:
        typer.echo(f"no road leads to {facts['unreachable_nodes']} nodes")


def coverage(
    net: Net,
    bases: BasesOption,
    points: Annotated[Path, typer.Option(help="CSV: id,lon,lat,weight or id,node,weight.")],
    within: Annotated[float, typer.Option(metavar="S", help="Target in seconds.")] = 900,
    *,
    by_hour: Annotated[
        bool, typer.Option("--by-hour", help="Also for each hour of the week of --at.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(help="CSV of the points, their bases and times.")
    ] = None,
    crs: CrsOption = "wgs84",
    closures: ClosuresOption = None,
    hours: HoursOption = None,
    measured: MeasuredOption = None,
    at: AtOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell what share of weighted points some base reaches in time, in whole and by base."""
    conditions = RoadConditions(closures, hours, measured, at)
    if by_hour and not conditions.laid_over:
        raise BadValue("--by-hour goes with --hours, --closures or --measured.")
    network, times = open_engine(net, conditions)
    origins = read_places(bases, times, network, crs=crs)
    places = read_places(points, times, network, crs=crs)
    demand = Demand(places.joins, read_weights(points))
    found = cover(times.partition(origins.joins), demand, within_s=within)
    if out is not None:
        _write_points(found, places, origins, out)
    facts = _coverage_facts(found, origins, demand)
    if by_hour:
        with progress_bar() as report:
            metrics = conditions.by_hour(times)
            hourly = cover_by_hour(times.roads, metrics, origins.joins, demand, within_s=within)
            facts["by_hour"] = []
            for hour, of_hour in hourly:
                facts["by_hour"].append({"hour": hour, "share": _share(of_hour)})
                report("by hour", (hour + 1) / HOURS_OF_WEEK)
    if as_json:
        write_json(facts, None)
    else:
        _say(facts)


def _partition_facts(
    divided: Partition, streets: ServedStreets, table: PlaceTable
) -> dict[str, Any]:
    """Sizes of the parts."""
    base, of_street = divided.nodes.base, streets.served.base
    length_m = divided.roads.network.street_length_m[streets.street]
    nodes = np.bincount(base[base >= 0], minlength=len(table.ids)).tolist()
    there = of_street >= 0
    metres = np.bincount(of_street[there], length_m[there], len(table.ids)).round(1).tolist()
    return {
        "bases": [
            {"id": name, "nodes": count, "street_m": length}
            for name, count, length in zip(table.ids, nodes, metres, strict=True)
        ],
        "unreachable_nodes": int((base < 0).sum()),
    }


def _coverage_facts(found: Coverage, origins: PlaceTable, demand: Demand) -> dict[str, Any]:
    """Figures of a coverage."""
    loads = zip(
        origins.ids, found.base_weight.tolist(), found.base_weight_in_time.tolist(), strict=True
    )
    return {
        "within_s": found.within_s,
        "points": len(demand.points),
        "weight": float(demand.weight.sum()),
        "share": _share(found),
        "points_in_time": int(found.in_time.sum()),
        "unreachable_weight": found.unreachable_weight,
        "bases": [
            {"id": name, "weight": weight, "weight_in_time": in_time}
            for name, weight, in_time in loads
        ],
    }


def _share(found: Coverage) -> float | None:
    """Share of the weight, None where there is none."""
    return None if math.isnan(found.share) else found.share


def _say(facts: dict[str, Any]) -> None:
    """Put the figures on the screen."""
    share = "no weight" if facts["share"] is None else f"{facts['share']:.2%}"
    typer.echo(f"within {facts['within_s']:g} s: {share} of the weight")
    typer.echo(f"points in time: {facts['points_in_time']} of {facts['points']}")
    typer.echo(f"weight that no road leads to: {facts['unreachable_weight']:g}")
    for base in facts["bases"]:
        typer.echo(f"{base['id']}: {base['weight_in_time']:g} of {base['weight']:g} in time")
    for row in facts.get("by_hour", ()):
        share = "no weight" if row["share"] is None else f"{row['share']:.2%}"
        typer.echo(f"hour {row['hour']}: {share}")


def _write_points(found: Coverage, places: PlaceTable, origins: PlaceTable, out: Path) -> None:
    """Write one row per point; empty where no road leads."""
    columns = (found.served.base, found.served.travel_time_ms, found.in_time)
    with answer_file(out) as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["id", "base_id", "travel_time_s", "in_time"])
        for name, base, ms, in_time in zip(
            places.ids, *(column.tolist() for column in columns), strict=True
        ):
            served = (origins.ids[base], seconds(ms)) if base >= 0 else ("", "")
            table.writerow([name, *served, int(in_time)])
