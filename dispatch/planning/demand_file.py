"""Demand on file: CSV ``grid,hour,per_year``, for plans that are judged without a store."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.plan_demand import ON_SCENE_S, PlanDemand
from geo.errors import FlawedData, UnreadableFile
from geo.finding import Finding
from geo.remark import Remark
from geo.road.week import HOURS_OF_WEEK

COLUMNS = ("grid", "hour", "per_year")
"""Columns that the file must have; an empty hour is every hour of the week alike."""

ON_SCENE = "on_scene_s"
"""Column that it may have; what the last row of a grid says counts."""

OF_FILE = Remark("demand_file", "按需求文件。", "Read from a file of demand.")


@dataclass(slots=True)
class _Read:
    """What has been read of a file so far."""

    name: str
    row_of: dict[str, int]
    per_year: NDArray[np.float64]
    on_scene_s: NDArray[np.float64]
    findings: list[Finding] = field(default_factory=list)

    def take(self, line: int, row: dict[str, str | None]) -> None:
        """Add one row, or say what is wrong with it."""
        grid = self.row_of.get((row["grid"] or "").strip())
        if grid is None:
            self._find(
                line, f"没有网格“{row['grid']}”。", f"There is no unit grid {row['grid']!r}."
            )
            return
        hour, text = (row["hour"] or "").strip(), row["per_year"]
        per_year, stay_s = _number(text), _number(row.get(ON_SCENE) or str(ON_SCENE_S))
        if hour and not (hour.isdigit() and int(hour) < HOURS_OF_WEEK):
            self._find(line, f"“{hour}”不是 0–167 的小时。", f"{hour!r} is no hour of 0 to 167.")
        elif per_year is None or stay_s is None:
            self._find(line, "数值须为不小于 0 的数。", "Figures are numbers from 0 on.")
        else:
            self.per_year[int(hour) if hour else slice(None), grid] += (
                per_year if hour else per_year / HOURS_OF_WEEK
            )
            if row.get(ON_SCENE):
                self.on_scene_s[grid] = stay_s

    def _find(self, line: int, zh: str, en: str) -> None:
        self.findings.append(Finding(self.name, f"line {line}", Remark("bad_value", zh, en)))


def read_demand(path: Path, grids: Sequence[str]) -> PlanDemand:
    """
    Read demand.

    Parameters
    ----------
    path
        CSV with ``grid,hour,per_year``: incidents a year in that hour of the local week (0 =
        Monday 00:00), or spread over all of it where the hour is empty; rows of one grid and hour
        add up. A column ``on_scene_s`` may say the seconds at the scene of a grid.
    grids
        Codes of the unit grids; those that the file does not name have no demand.

    Returns
    -------
    demand
        Not told by domain.

    Raises
    ------
    UnreadableFile
        There is no such file, or it is no table.
    FlawedData
        Columns are missing or rows cannot be used; it holds every finding.
    """
    codes = tuple(sorted(grids))
    read = _Read(
        name=path.name,
        row_of={code: row for row, code in enumerate(codes)},
        per_year=np.zeros((HOURS_OF_WEEK, len(codes))),
        on_scene_s=np.full(len(codes), ON_SCENE_S),
    )
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                said = ", ".join(missing)
                remark = Remark("missing_column", f"缺少列 {said}。", f"It lacks {said}.")
                raise FlawedData(
                    f"{path.name} is no file of demand.", [Finding(path.name, None, remark)]
                )
            for row in reader:
                read.take(reader.line_num, row)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UnreadableFile(f"The demand {path} cannot be read: {error}.") from error
    if read.findings:
        sentence = f"{path.name} has {len(read.findings)} finding(s); nothing of it was taken."
        raise FlawedData(sentence, read.findings)
    return PlanDemand(
        grids=codes,
        per_year=read.per_year,
        on_scene_s=read.on_scene_s,
        domains=(),
        domain_per_year=np.zeros((0, len(codes))),
        source=OF_FILE,
    )


def demand_lines(demand: PlanDemand) -> Iterator[str]:
    """
    Write demand so that `read_demand` reads the same.

    Parameters
    ----------
    demand
        The demand.

    Yields
    ------
    line
        Lines of CSV with their ends, the header first; cells without demand are left out, but
        for a grid that has none at all, which has one row.
    """
    yield f"{','.join(COLUMNS)},{ON_SCENE}\n"
    for grid, code in enumerate(demand.grids):
        stay = repr(float(demand.on_scene_s[grid]))
        hours = np.flatnonzero(demand.per_year[:, grid])
        if not len(hours):
            yield f"{code},,0,{stay}\n"
        for hour, value in zip(hours.tolist(), demand.per_year[hours, grid].tolist(), strict=True):
            yield f"{code},{hour},{value!r},{stay}\n"


def _number(text: str | None) -> float | None:
    """Read a figure from 0 on, or None if it is none."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if 0 <= value < float("inf") else None
