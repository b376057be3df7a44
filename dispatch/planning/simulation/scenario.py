"""
Scenario: a world in which something is otherwise, read from TOML.

::

    demand = 1.2                 # incidents, times
    speed = 0.8                  # speed on all roads, times
    service = 1.1                # time on the scene, times

    [[event]]                    # a big event: more incidents, somewhere, for a while
    grids = ["450503001001001"]
    from = 2160                  # hours since the beginning
    to = 2184
    per_h = 12.0
    domain = "CT"                # of the same matters as this domain; all by default

    [[closure]]                  # unit grids that are hard to get into or out of all the time
    grids = ["450503001001002"]
    detour_s = 600               # or blocked = true

    [joint]                      # a joint operation takes crews away
    officers = 120
    from = 2160
    to = 2168
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.simulation.world import HOUR_MS, UNREACHABLE_S, Crews, Reports, World
from geo.errors import BadValue, UnknownName, UnreadableFile

MOST_TIMES = 20.0
"""Nothing is multiplied by more, or divided by it."""


@dataclass(frozen=True, slots=True)
class BigEvent:
    """
    More incidents, somewhere, for a while.

    Attributes
    ----------
    grids
        Codes of unit grids, which share them evenly.
    from_h, to_h
        Hours since the beginning of the simulated time.
    per_h
        Incidents an hour, on top.
    domain
        Whose matters they are of; empty for the mix of the city.
    """

    grids: tuple[str, ...]
    from_h: int
    to_h: int
    per_h: float
    domain: str = ""


@dataclass(frozen=True, slots=True)
class Closure:
    """
    Unit grids that are hard to reach.

    Attributes
    ----------
    grids
        Their codes.
    detour_s
        Seconds more on every way into or out of them.
    blocked
        No way at all.
    """

    grids: tuple[str, ...]
    detour_s: int = 0
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class JointOperation:
    """
    Crews that are taken away for hours.

    Attributes
    ----------
    officers
        How many officers at least.
    from_h, to_h
        Hours since the beginning of the simulated time.
    """

    officers: int
    from_h: int
    to_h: int


@dataclass(frozen=True, slots=True)
class Scenario:
    """
    What is otherwise.

    Attributes
    ----------
    demand, speed, service
        Incidents, speed and time on the scene, times.
    event, closure
        Big events, and unit grids that are hard to reach.
    joint
        A joint operation, or None.
    """

    demand: float = 1.0
    speed: float = 1.0
    service: float = 1.0
    event: tuple[BigEvent, ...] = ()
    closure: tuple[Closure, ...] = ()
    joint: JointOperation | None = None

    def __post_init__(self) -> None:
        """Refuse figures out of range."""
        for name in ("demand", "speed", "service"):
            if not 1 / MOST_TIMES <= getattr(self, name) <= MOST_TIMES:
                raise BadValue(
                    f"{name} is {getattr(self, name):g}; it is a factor from {1 / MOST_TIMES:g} "
                    f"to {MOST_TIMES:g}."
                )
        spans = [(one.from_h, one.to_h) for one in self.event]
        spans += [(self.joint.from_h, self.joint.to_h)] if self.joint else []
        for start, end in spans:
            if not 0 <= start < end:
                raise BadValue(f"Nothing lasts from hour {start} to hour {end}; begin before.")


def read_scenario(text: str, source: str = "the scenario") -> Scenario:
    """
    Read a scenario.

    Parameters
    ----------
    text
        TOML, as in this module.
    source
        What it is called in a refusal.

    Returns
    -------
    scenario
        What is otherwise.

    Raises
    ------
    UnreadableFile
        It is no TOML, or says what no scenario says.
    BadValue
        A figure is out of range.
    """
    try:
        record = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UnreadableFile(f"{source} is no TOML: {error}.") from error
    parts: dict[str, Any] = dict(record)
    for name, kind in (("event", BigEvent), ("closure", Closure)):
        rows = record.get(name, [])
        if not isinstance(rows, list):
            raise UnreadableFile(f"{source}: write [[{name}]], there may be several.")
        parts[name] = tuple(_part(kind, row, f"{source}, {name}") for row in rows)
    if "joint" in record:
        parts["joint"] = _part(JointOperation, record["joint"], f"{source}, joint")
    scenario: Scenario = _part(Scenario, parts, source)
    return scenario


def _part(kind: type[Any], row: Any, where: str) -> Any:  # noqa: ANN401 -- whatever TOML holds
    """One table as a value; the first key that it cannot have is named."""
    if not isinstance(row, Mapping):
        raise UnreadableFile(f"{where} is no table.")
    renamed = {"from": "from_h", "to": "to_h"}
    named: dict[str, Any] = {renamed.get(key, key): row[key] for key in map(str, row)}
    known = {field.name: str(field.type) for field in fields(kind)}
    for key, value in named.items():
        if key not in known:
            raise UnreadableFile(f"{where} has no key {key!r}; it has {', '.join(known)}.")
        if not _fits(value, known[key]):
            raise UnreadableFile(f"{where}: {key} should be of kind {known[key]}, not {value!r}.")
        named[key] = tuple(value) if isinstance(value, list) else value
    try:
        return kind(**named)
    except TypeError as error:
        raise UnreadableFile(f"{where} lacks something: {error}.") from error


def _fits(value: Any, kind: str) -> bool:  # noqa: ANN401 -- as above
    """Whether a value of TOML may stand for a field of a kind."""
    if kind == "bool":
        return isinstance(value, bool)
    if kind == "int":
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == "float":
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind == "str":
        return isinstance(value, str)
    if kind == "tuple[str, ...]":
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    return True


def under_scenario(world: World, scenario: Scenario) -> World:
    """
    Give a world in which something is otherwise.

    Parameters
    ----------
    world
        The world.
    scenario
        What is otherwise.

    Returns
    -------
    world
        Its incidents are drawn with the same chance: more demand brings them sooner.

    Raises
    ------
    UnknownName
        A unit grid or domain is not known.
    BadValue
        There are not so many officers as the joint operation takes.
    """
    reports = _reports(world, scenario)
    travel_s = _slowed(world.roads.travel_s, scenario.speed)
    for closure in scenario.closure:
        travel_s = _closed(world, travel_s, closure)
    crews = world.crews if scenario.joint is None else _called_up(world.crews, scenario.joint)
    return replace(
        world, reports=reports, roads=replace(world.roads, travel_s=travel_s), crews=crews
    )


def _rows(world: World, grids: Sequence[str]) -> NDArray[np.int64]:
    """Rows of unit grids."""
    row_of = {code: row for row, code in enumerate(world.grids)}
    unknown = [code for code in grids if code not in row_of]
    if unknown:
        raise UnknownName(f"There is no unit grid {unknown[0]!r} in this city.")
    return np.array([row_of[code] for code in grids], dtype=np.int64)


def _reports(world: World, scenario: Scenario) -> Reports:
    """More or fewer incidents, longer or shorter, and those of big events."""
    reports = world.reports
    if scenario == replace(Scenario(), closure=scenario.closure, speed=scenario.speed):
        return reports
    changed = replace(
        reports,
        rate_per_h=reports.rate_per_h * scenario.demand,
        on_scene_s=reports.on_scene_s * scenario.service,
    )
    for event in scenario.event:
        changed = _with_event(world, changed, event)
    return changed


def _with_event(world: World, reports: Reports, event: BigEvent) -> Reports:
    """One stream more."""
    if event.domain and event.domain not in world.cases.domains:
        known = ", ".join(one for one in world.cases.domains if one)
        raise UnknownName(f"There is no domain {event.domain!r}; known are {known}.")
    totals = reports.rate_per_h.sum(axis=1)
    mix = (reports.type_share * totals[:, None]).sum(axis=0)
    if event.domain:
        lead = world.cases.domain[world.cases.case_of[:, 0]]
        mix = np.where(lead == world.cases.domains.index(event.domain), mix, 0.0)
    if mix.sum() == 0:
        raise BadValue(f"No incident of the domain {event.domain} ever comes in here.")
    share = np.zeros(len(world.grids))
    np.add.at(share, _rows(world, event.grids), 1.0)
    n_hours = reports.rate_per_h.shape[1]
    return replace(
        reports,
        rate_per_h=np.vstack([reports.rate_per_h, np.full((1, n_hours), event.per_h)]),
        grid_share=np.vstack([reports.grid_share, share / share.sum()]),
        type_share=np.vstack([reports.type_share, mix / mix.sum()]),
        from_ms=np.append(reports.from_ms, event.from_h * HOUR_MS),
        to_ms=np.append(reports.to_ms, min(event.to_h * HOUR_MS, reports.end_ms)),
    )


def _slowed(travel_s: NDArray[np.uint16], speed: float) -> NDArray[np.uint16]:
    """Ways at another speed, rounded up."""
    if speed == 1.0:
        return travel_s
    slow = np.minimum(np.ceil(travel_s / speed), UNREACHABLE_S - 1)
    return np.where(travel_s == UNREACHABLE_S, UNREACHABLE_S, slow).astype(np.uint16)


def _closed(world: World, travel_s: NDArray[np.uint16], closure: Closure) -> NDArray[np.uint16]:
    """Ways into and out of some grids, and from bases there, made longer or cut."""
    n_grids = len(world.grids)
    inside = np.zeros(n_grids, dtype=np.bool_)
    inside[_rows(world, closure.grids)] = True
    at = np.concatenate([inside, inside[world.crews.base_grid]])
    crosses = inside[:, None] ^ at[None, :]
    longer = np.minimum(travel_s.astype(np.int64) + closure.detour_s, UNREACHABLE_S - 1)
    cut = UNREACHABLE_S if closure.blocked else longer
    changed = crosses[None] & (travel_s != UNREACHABLE_S)
    return np.where(changed, cut, travel_s).astype(np.uint16)


def _called_up(crews: Crews, joint: JointOperation) -> Crews:
    """Take crews away, one of each unit in turn, until there are officers enough."""
    strength = crews.officers.max(axis=0).astype(np.int64)
    turn = np.zeros(len(crews.codes), dtype=np.int64)
    for unit in range(-1, len(crews.units)):
        own = np.flatnonzero(crews.unit_of == unit)
        turn[own] = np.arange(len(own))
    # The largest units have the most turns, and so give the most.
    order = np.lexsort((np.arange(len(turn)), crews.unit_of, turn))
    counted = np.cumsum(strength[order])
    if joint.officers > counted[-1]:
        raise BadValue(
            f"The joint operation takes {joint.officers} officers; there are {counted[-1]}."
        )
    taken = order[: int(np.searchsorted(counted, joint.officers)) + 1]
    away = np.zeros((2, len(turn)), dtype=np.int64)
    away[0, taken], away[1, taken] = joint.from_h * HOUR_MS, joint.to_h * HOUR_MS
    return replace(crews, away_from_ms=away[0], away_to_ms=away[1])
