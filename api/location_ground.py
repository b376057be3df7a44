"""Sites and demand that `plan locate` is asked about: from files, or from a city by the hour."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from api.matrix_table import MatrixTable, read_figures, read_matrix_table
from api.place_table import read_lon_lat, read_rows
from api.plan_question import PlanQuestion
from api.progress import Report
from dispatch.planning.location_task import LocationTask
from dispatch.planning.plan_setting import PlanSetting
from dispatch.planning.travel_table import UNREACHABLE_S, Sites, TravelTable, travel_table
from geo.errors import BadValue, MissingColumn, UnknownName
from geo.road.frozen import freeze
from geo.road.road_class import Mode

SHOWN: Final = 5


@dataclass(frozen=True, slots=True, eq=False)
class LocationGround:
    """
    Sites and demand points.

    Attributes
    ----------
    sites, demand
        Their ids.
    travel_s
        Seconds in each period, float64[n_periods, n_sites, n_demand]; inf where no road leads.
    weight
        What demand weighs in each period, float64[n_periods, n_demand].
    capacity
        What sites serve, float64[n_sites].
    unreachable
        Ids of demand points left out, for no site reaches them.
    by_position
        Whether ids of sites are positions in an array.
    """

    sites: tuple[str, ...]
    demand: tuple[str, ...]
    travel_s: NDArray[np.float64]
    weight: NDArray[np.float64]
    capacity: NDArray[np.float64]
    unreachable: tuple[str, ...]
    by_position: bool

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        freeze(self)

    def named(self, rows: Iterable[int]) -> list[int] | list[str]:
        """
        Name sites as the files do.

        Parameters
        ----------
        rows
            Their rows.

        Returns
        -------
        names
            Positions of an array, else ids.
        """
        return list(rows) if self.by_position else [self.sites[row] for row in rows]

    def task(self, fixed: str | None, closable: str | None, *, by_hour: bool) -> LocationTask:
        """
        Draw up what is to be solved.

        Parameters
        ----------
        fixed, closable
            Sites as the options name them.
        by_hour
            Whether a demand point is one for each period, as covers need; else its travel time
            is the mean over periods by what it weighs in each.

        Returns
        -------
        task
            With periods, demand points of the first period come first.
        """
        n_periods, _, _ = self.travel_s.shape
        if by_hour or n_periods == 1:
            names = tuple(name for _ in range(n_periods) for name in self.demand)
            travel_s = np.concatenate(list(self.travel_s), axis=1)
            weight = self.weight.ravel()
        else:
            names, weight = self.demand, self.weight.sum(axis=0)
            share = self.weight / np.where(weight > 0, weight, 1.0)
            share[:, weight == 0] = 1.0 / n_periods
            reached = np.isfinite(self.travel_s)
            mean_s = (np.where(reached, self.travel_s, 0.0) * share[:, np.newaxis]).sum(axis=0)
            travel_s = np.where(reached.all(axis=0), mean_s, np.inf)
        return LocationTask(
            sites=self.sites,
            demand=names,
            travel_s=np.ascontiguousarray(travel_s),
            weight=weight,
            fixed=self._marked(fixed, "--fixed"),
            closable=self._marked(closable, "--closable"),
            capacity=self.capacity,
        )

    def _marked(self, option: str | None, name: str) -> NDArray[np.bool_]:
        """Sites that an option names."""
        ids = [] if option is None else _ids(option, name)
        unknown = sorted(set(ids) - set(self.sites))
        if unknown:
            raise UnknownName(
                f"{name} names {', '.join(unknown[:SHOWN])}, and there is no such site."
            )
        chosen = set(ids)
        return np.array([site in chosen for site in self.sites], dtype=np.bool_)


def file_ground(matrix: Path, weights: Path | None, capacities: Path | None) -> LocationGround:
    """
    Read sites and demand from files.

    Parameters
    ----------
    matrix
        Travel times, see `read_matrix_table`.
    weights
        CSV ``id,weight`` of demand points; each weighs 1 without it.
    capacities
        CSV ``id,capacity`` of sites; those that are not in it have no limit.

    Returns
    -------
    ground
        With one period.
    """
    table: MatrixTable = read_matrix_table(matrix)
    weight = np.ones(len(table.demand))
    if weights is not None:
        weight = read_figures(weights, "weight", table.demand)
    capacity = np.full(len(table.sites), np.inf)
    if capacities is not None:
        capacity = read_figures(capacities, "capacity", table.sites, default=np.inf)
    return LocationGround(
        sites=table.sites,
        demand=table.demand,
        travel_s=table.travel_s[np.newaxis],
        weight=weight[np.newaxis],
        capacity=capacity,
        unreachable=(),
        by_position=table.by_position,
    )


def city_ground(
    question: PlanQuestion, candidates: Path | None, report: Report, *, worst: bool
) -> LocationGround:
    """
    Read demand from a city, and travel times by the hour from its roads.

    Parameters
    ----------
    question
        Which city, and what demand.
    candidates
        CSV ``id,lon,lat``, with today's bases beside them; without it every unit grid is one.
    report
        Told how far it is.
    worst
        Whether each period counts by its longest time alone, so that equal ones are one.

    Returns
    -------
    ground
        Demand points are unit grids; those that no site reaches at any hour are left out.
    """
    setting = question.setting(report)
    codes, lon_lat = setting.graph.codes, setting.graph.lon_lat
    if candidates is not None:
        codes, lon_lat = _candidates(candidates)
        today = [code for code in setting.sites.codes if code not in set(codes)]
        rows = [setting.sites.codes.index(code) for code in today]
        codes = (*codes, *today)
        lon_lat = np.concatenate([lon_lat, setting.sites.lon_lat[rows]])
    mode = _mode(setting)
    sites = Sites(codes, (mode,) * len(codes), lon_lat)
    table = travel_table(
        setting.engines,
        setting.week,
        sites,
        setting.graph.lon_lat,
        told=lambda share: report("travel times", share),
    )
    return _city(setting, table, worst=worst)


def _city(setting: PlanSetting, table: TravelTable, *, worst: bool) -> LocationGround:
    """Put a city's demand beside a table of its travel times."""
    travel_s = np.where(table.travel_s == UNREACHABLE_S, np.inf, table.travel_s.astype(np.float64))
    per_year = setting.demand.per_year
    weight = np.stack([per_year[list(period.hours)].sum(axis=0) for period in table.periods])
    if worst:
        travel_s, weight = travel_s.max(axis=0)[np.newaxis], weight.sum(axis=0)[np.newaxis]
    reached = np.asarray(np.isfinite(travel_s).any(axis=1).all(axis=0))
    grids = setting.graph.codes
    return LocationGround(
        sites=table.site_codes,
        demand=tuple(code for code, there in zip(grids, reached.tolist(), strict=True) if there),
        travel_s=travel_s[:, :, reached],
        weight=weight[:, reached],
        capacity=np.full(len(table.site_codes), np.inf),
        unreachable=tuple(
            code for code, there in zip(grids, reached.tolist(), strict=True) if not there
        ),
        by_position=False,
    )


def _mode(setting: PlanSetting) -> Mode:
    """How most crews travel."""
    modes = list(setting.sites.modes)
    return max(dict.fromkeys(modes), key=modes.count)


def _candidates(path: Path) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """Ids and places of candidate sites."""
    rows = read_rows(path)
    missing = [name for name in ("id", "lon", "lat") if name not in rows[0]]
    if missing:
        raise MissingColumn(
            f"{path} has no column {' and '.join(missing)}; candidates need id,lon,lat."
        )
    ids = tuple(row["id"] for row in rows)
    if len(set(ids)) < len(ids):
        raise BadValue(f"{path} has an id twice; give each candidate one of its own.")
    return ids, read_lon_lat(path, rows)


def _ids(option: str, name: str) -> Sequence[str]:
    """Ids in an option, or in the file that it names."""
    if not option.lower().endswith(".csv"):
        return [part.strip() for part in option.split(",") if part.strip()]
    rows = read_rows(Path(option))
    if "id" not in rows[0]:
        raise MissingColumn(f"{option} of {name} has no column id.")
    return [row["id"] for row in rows]
