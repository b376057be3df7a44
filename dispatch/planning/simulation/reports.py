"""
Reports of a city: what comes in during a simulated year, drawn from demand and past incidents.

One stream for each domain: its incidents of a year by unit grid are those of `PlanDemand`, its
week is counted from history and shrunk towards the week of all, and of what matter an incident is
follows past counts.  Times on the scene are resampled by matter, never by zone.  Where several
matters were reported and a squad went, a slight matter of another domain stands for the second
one, which history does not name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dispatch.city import City
from dispatch.duty_days import SpecialDay
from dispatch.incident import IncidentKind
from dispatch.planning.incident_history import YEAR_S, IncidentHistory
from dispatch.planning.plan_demand import NO_DOMAIN, ON_SCENE_S, PlanDemand
from dispatch.planning.simulation.incidents import YEAR_DAYS
from dispatch.planning.simulation.world import DAY_MS, IncidentType, Reports
from dispatch.planning.stay_fit import fit_stays
from dispatch.unit import UnitKind
from geo.road.week import HOURS_OF_WEEK

WEEK_WEIGHT: Final = 1_000.0
"""Incidents that the week of all counts for in that of a domain."""

MOST_PAIRS: Final = 12
"""Of visits and of incidents with several matters, so many matters of a domain stand for all."""

GRAVEST: Final = 5
_HOURS_S: Final = 3600.0


@dataclass(frozen=True, slots=True)
class _Kinds:
    """Types of incident, and how many of each came in, by domain."""

    types: tuple[IncidentType, ...]
    counts: tuple[Counter[int], ...]


def reports_of(
    city: City,
    demand: PlanDemand,
    history: IncidentHistory | None,
    *,
    days: NDArray[np.uint8],
) -> Reports:
    """
    Lay out what comes in.

    Parameters
    ----------
    city
        The city.
    demand
        Expected incidents of a year.
    history
        Past incidents; without them matters of a domain are equally frequent.
    days
        Day of the week that each simulated day counts as, see `simulated_days`.

    Returns
    -------
    reports
        Streams for `dispatch.planning.simulation.incidents.draw_incidents`.
    """
    domains = demand.domains or (NO_DOMAIN,)
    per_year = demand.domain_per_year if demand.domains else demand.by_grid[None, :]
    kinds = _kinds(city, domains, history)
    type_share = np.zeros((len(domains), len(kinds.types)))
    for row, counts in enumerate(kinds.counts):
        for column, count in counts.items():
            type_share[row, column] = count
    used = np.flatnonzero((per_year.sum(axis=1) > 0) & (type_share.sum(axis=1) > 0))
    per_hour = _HOURS_S * HOURS_OF_WEEK / YEAR_S * demand.per_year.sum(axis=1)
    weeks = _weeks(city, domains, demand, history)[used] * per_year[used].sum(axis=1)[:, None]
    rates = per_hour * weeks / np.maximum(weeks.sum(axis=0), 1e-300)
    first = [kind.matters[0] if kind.matters else "" for kind in kinds.types]
    service_of, on_scene_s = _services(city, history, first)
    return Reports(
        types=kinds.types,
        rate_per_h=rates,
        grid_share=per_year[used] / per_year[used].sum(axis=1, keepdims=True),
        type_share=type_share[used] / type_share[used].sum(axis=1, keepdims=True),
        service_of=service_of,
        on_scene_s=on_scene_s,
        priority_of=np.array(
            [GRAVEST - _gravity(city, kind.matters) for kind in kinds.types], dtype=np.uint8
        ),
        days=days,
        from_ms=np.zeros(len(used), dtype=np.int64),
        to_ms=np.full(len(used), len(days) * DAY_MS),
    )


def simulated_days(
    monday: date, years: int = 1, special: Iterable[SpecialDay] = ()
) -> NDArray[np.uint8]:
    """
    List the days of some simulated years.

    Parameters
    ----------
    monday
        The first day, a Monday.
    years
        How many years of 52 weeks.
    special
        Holidays, which count as Sundays, and rest days that are worked, which count as Mondays.

    Returns
    -------
    days
        Day of the week that each counts as, 0 = Monday, uint8[364 · years].
    """
    days = (np.arange(YEAR_DAYS * years) % 7).astype(np.uint8)
    for one in special:
        place = (one.date - monday) // timedelta(days=1)
        if 0 <= place < len(days):
            days[place] = (min(int(days[place]), 4) if days[place] < 5 else 0) if one.working else 6
    return days


def _gravity(city: City, matters: Sequence[str]) -> int:
    """Gravity of the gravest matter; 1 where none is known."""
    return max([1, *(city.matters[one].gravity for one in matters if one in city.matters)])


def _domain_of(city: City, matter: str) -> str:
    """Code of the domain of a matter, empty where it is not known."""
    return city.matters[matter].domain if matter in city.matters else NO_DOMAIN


def _kinds(city: City, domains: Sequence[str], history: IncidentHistory | None) -> _Kinds:
    """Types of incident with their counts."""
    row_of = {domain: row for row, domain in enumerate(domains)}
    types: dict[IncidentType, int] = {}
    counts: tuple[Counter[int], ...] = tuple(Counter() for _ in domains)

    def count(kind: IncidentType, times: int) -> None:
        row = row_of.get(_domain_of(city, kind.matters[0]) if kind.matters else NO_DOMAIN, 0)
        row = row if len(domains) > 1 else 0
        counts[row][types.setdefault(kind, len(types))] += times

    if history is None or not len(history):
        for code in sorted(city.matters):
            count(IncidentType((code,)), 1)
        return _Kinds(tuple(types), counts)
    cross = history.several & ~history.visit & _by_squad(city, history)
    for code, times in _by_matter(history, ~history.visit & ~cross):
        count(IncidentType((code,) if code else ()), times)
    for code, times in _few(city, _by_matter(history, history.visit)):
        count(IncidentType((code,) if code else (), IncidentKind.VISIT), times)
    for code, times in _few(city, _by_matter(history, cross)):
        count(IncidentType(tuple(sorted({code, *_companion(city, code)} - {""}))), times)
    return _Kinds(tuple(types), counts)


def _by_matter(history: IncidentHistory, rows: NDArray[np.bool_]) -> list[tuple[str, int]]:
    """How often each first matter came in; the empty code stands for none."""
    times = np.bincount(history.matter[rows] + 1, minlength=len(history.matters) + 1)
    return [
        (code, int(count))
        for code, count in zip(("", *history.matters), times.tolist(), strict=True)
        if count
    ]


def _few(city: City, counted: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """The most frequent matters of each domain, which stand for the others in proportion."""
    of_domain: dict[str, list[tuple[str, int]]] = {}
    for code, times in sorted(counted, key=lambda one: (-one[1], one[0])):
        of_domain.setdefault(_domain_of(city, code), []).append((code, times))
    few = []
    for _, matters in sorted(of_domain.items()):
        total, kept = sum(times for _, times in matters), matters[:MOST_PAIRS]
        share = total / sum(times for _, times in kept)
        few += [(code, max(round(times * share), 1)) for code, times in kept]
    return few


def _by_squad(city: City, history: IncidentHistory) -> NDArray[np.bool_]:
    """To which a crew of a specialist squad went, bool[n]."""
    squads = {squad.code for squad in city.units_of(UnitKind.SPECIALIST_SQUAD)}
    roster = city.roster
    of_squad = [
        code in roster.crew_row and roster.brigade_of[roster.crew_row[code]] in squads
        for code in history.crews
    ]
    return np.array([*of_squad, False], dtype=np.bool_)[history.crew]


def _companion(city: City, matter: str) -> tuple[str, ...]:
    """A matter of another domain beside which the first one leads."""
    if matter not in city.matters:
        return ()
    own = city.matters[matter]
    others = [
        one
        for one in city.matters.values()
        if one.domain != own.domain
        and (one.gravity < own.gravity or (one.gravity == own.gravity and one.code > own.code))
    ]
    slight = min(others, key=lambda one: (one.gravity, one.code), default=None)
    return () if slight is None else (slight.code,)


def _weeks(
    city: City, domains: Sequence[str], demand: PlanDemand, history: IncidentHistory | None
) -> NDArray[np.float64]:
    """Share of each hour of the week in the incidents of each domain, float64[n_domains, 168]."""
    of_all = demand.per_year.sum(axis=1)
    counts = np.tile(WEEK_WEIGHT * of_all / max(of_all.sum(), 1e-300), (len(domains), 1))
    if history is not None and len(history) and len(domains) > 1:
        row_of = {domain: row for row, domain in enumerate(domains)}
        row = np.array([*(row_of.get(_domain_of(city, code), 0) for code in history.matters), 0])[
            history.matter
        ]
        counts += np.bincount(row * HOURS_OF_WEEK + history.hour, minlength=counts.size).reshape(
            counts.shape
        )
    shares: NDArray[np.float64] = counts / counts.sum(axis=1, keepdims=True)
    return shares


def _services(
    city: City, history: IncidentHistory | None, matters: Sequence[str]
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Row of the time on the scene for each first matter, and the quantiles of each row."""
    if history is not None and len(history):
        stays = fit_stays(history, city.matters)
        return stays.rows(matters).astype(np.int32), stays.on_scene_s
    quantiles = -np.log(1 - np.minimum(np.linspace(0, 1, 101), 0.995))
    on_scene_s = ON_SCENE_S * quantiles / quantiles.mean()
    return np.zeros(len(matters), dtype=np.int32), on_scene_s[None, :]
