"""`grid-dispatch network matrix`: travel times of every pair, as a table or an array."""

# ruff: noqa: PLR0913 -- the options of a command are the parameters of its function

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from api.answer_file import answer_file, seconds
from api.network_options import (
    AtOption,
    ClosuresOption,
    CrsOption,
    HoursOption,
    MeasuredOption,
    Net,
    OutOption,
    open_engine,
)
from api.place_table import PlaceTable, read_places
from api.progress import Report, progress_bar
from api.road_conditions import RoadConditions
from geo.errors import BadValue
from geo.road.matrix import plan_matrix
from geo.road.matrix_file import write_matrix
from geo.road.travel_time import UNREACHABLE_MS, NetworkTravelTimes


class Number(StrEnum):
    """Types of numbers that an array may be written in, see `geo.road.matrix_file.encode`."""

    UINT16 = "uint16"
    UINT32 = "uint32"
    FLOAT32 = "float32"
    FLOAT64 = "float64"
    INT64 = "int64"


def matrix(
    net: Net,
    origins: Annotated[Path, typer.Option("--from", help="CSV: id,lon,lat or id,node.")],
    destinations: Annotated[Path, typer.Option("--to", help="CSV: id,lon,lat or id,node.")],
    *,
    out: OutOption = None,
    dtype: Annotated[
        Number | None, typer.Option(help="Numbers in an array NAME.npy; uint16 without.")
    ] = None,
    crs: CrsOption = "wgs84",
    closures: ClosuresOption = None,
    hours: HoursOption = None,
    measured: MeasuredOption = None,
    at: AtOption = None,
) -> None:
    """Write from_id,to_id,travel_time_s,length_m for every pair; empty: no way; M.npy: an array."""
    as_array = out is not None and out.suffix.lower() == ".npy"
    if dtype is not None and not as_array:
        raise BadValue(f"--dtype {dtype} is for arrays; let the name of --out end in .npy.")
    network, times = open_engine(net, RoadConditions(closures, hours, measured, at))
    starts = read_places(origins, times, network, crs=crs)
    ends = read_places(destinations, times, network, crs=crs)
    with progress_bar() as report:
        if out is not None and as_array:
            plan = plan_matrix(times.roads, times.metric, starts.joins, ends.joins)
            number = str(dtype or Number.UINT16)
            write_matrix(plan, out, dtype=number, progress=lambda share: report("matrix", share))
        else:
            _write_table(times, starts, ends, out, report)


def _write_table(
    times: NetworkTravelTimes,
    starts: PlaceTable,
    ends: PlaceTable,
    out: Path | None,
    report: Report,
) -> None:
    """Write one row per pair, origin after origin."""
    with answer_file(out) as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["from_id", "to_id", "travel_time_s", "length_m"])
        done = 0
        for time_ms, length_m in times.matrix_rows(starts.joins, ends.joins):
            for start, *row in zip(starts.ids[done:], time_ms, length_m, strict=False):
                table.writerows(_pairs(start, ends.ids, *row))
            done += len(time_ms)
            report("matrix", done / len(starts.ids))


def _pairs(
    start: str, ends: Sequence[str], time_ms: NDArray[np.int64], length_m: NDArray[np.float64]
) -> Iterator[tuple[str, str, str, str]]:
    """Rows of the table for one origin."""
    for end, ms, metres in zip(ends, time_ms.tolist(), length_m.tolist(), strict=True):
        if ms == UNREACHABLE_MS:
            yield start, end, "", ""
        else:
            yield start, end, seconds(ms), f"{metres:.3f}"
