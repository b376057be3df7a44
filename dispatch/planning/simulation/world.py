"""
World: all that a simulated year depends on, as frozen values laid out for one compiled loop.

The parts come from different rooms.  `Reports` are calibrated from history; `Roads` come from a
travel table; `Crews` from units, rosters and rest rules; `Cases` are the verdicts of
`dispatch.jurisdiction` tabulated; `Zoning` is the plan that is tried.  Whatever two plans share
is the same object in both worlds, and so are the incidents, which depend on `Reports` alone.

Instants are milliseconds since the first midnight of the simulated time, by the clock of the
city.  Who is on duty is told by half-hours of the week (`SLOTS_OF_WEEK`), 0 = Monday 00:00.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dispatch.arrival_chance import ArrivalModel
from dispatch.incident import IncidentKind
from dispatch.policy import Policy
from geo.errors import BadValue
from geo.road.frozen import freeze
from geo.road.week import HOURS_OF_WEEK

SLOT_MS: Final = 1_800_000
"""Half an hour: who is on duty changes at no other time."""

SLOTS_OF_DAY: Final = 48
SLOTS_OF_WEEK: Final = 7 * SLOTS_OF_DAY

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS

UNREACHABLE_S: Final = 65_535
"""Seconds in a travel table where no road leads."""

NOBODY: Final = -1
"""Position of a unit, zone or card where there is none."""


@dataclass(frozen=True, slots=True)
class IncidentType:
    """
    Incidents that are alike to everybody who decides.

    Attributes
    ----------
    matters
        Codes of the matters, sorted; none while nobody names one.
    kind
        A report, or a planned visit.
    """

    matters: tuple[str, ...]
    kind: IncidentKind = IncidentKind.REPORT


@dataclass(frozen=True, slots=True, eq=False)
class Reports:
    """
    What comes in: streams of incidents, each a Poisson process with a week of its own.

    In stream s incidents come at ``rate_per_h[s, hour of the week]``; each lies in grid g with
    chance ``grid_share[s, g]`` and is of type k with chance ``type_share[s, k]``.  A day that the
    calendar moves counts as the day of the week that `days` names.

    Attributes
    ----------
    types
        Kinds of incident.
    rate_per_h
        Incidents an hour, float64[n_streams, 168].
    grid_share
        Where, float64[n_streams, n_grids]; rows sum to 1.
    type_share
        Of what type, float64[n_streams, n_types]; rows sum to 1.
    service_of
        Row of `on_scene_s` for each type, int32[n_types].
    on_scene_s
        Seconds from arrival to the end at evenly spaced levels from 0 to 1, float64[n_services,
        n_levels], never falling along a row: draws are resampled by matter, never by zone.
    priority_of
        Rank of each type, 0 is served first, uint8[n_types].
    days
        Day of the week that each simulated day counts as, 0 = Monday, uint8[n_days].
    from_ms, to_ms
        When each stream begins and ends, int64[n_streams]; 0 and the end for all the time.
    exponential
        Whether times on the scene are exponential with the mean of each row instead.
    season
        Incidents of each simulated day over those of the mean week, float64[n_days], of streams
        that last the whole time; None for as many all year.
    """

    types: tuple[IncidentType, ...]
    rate_per_h: NDArray[np.float64]
    grid_share: NDArray[np.float64]
    type_share: NDArray[np.float64]
    service_of: NDArray[np.int32]
    on_scene_s: NDArray[np.float64]
    priority_of: NDArray[np.uint8]
    days: NDArray[np.uint8]
    from_ms: NDArray[np.int64]
    to_ms: NDArray[np.int64]
    exponential: bool = False
    season: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        """Make the arrays read-only; refuse shapes and figures that cannot be."""
        freeze(self)
        n, n_types = len(self.rate_per_h), len(self.types)
        shapes = self.rate_per_h.shape, self.type_share.shape, self.from_ms.shape, self.to_ms.shape
        if shapes != ((n, HOURS_OF_WEEK), (n, n_types), (n,), (n,)):
            raise BadValue("Streams of incidents do not have the shapes they need.")
        if self.service_of.shape != (n_types,) or self.priority_of.shape != (n_types,):
            raise BadValue("Each type of incident needs one time on the scene and one priority.")
        if len(self.grid_share) != n or not len(self.days) or not n:
            raise BadValue("Incidents need a stream, places for it, and a day at least.")
        shares = (self.grid_share, self.type_share)
        if not all(np.allclose(share.sum(axis=1), 1.0) and (share >= 0).all() for share in shares):
            raise BadValue("Shares of places and of types must sum to 1 in each stream.")
        if not np.isfinite(self.rate_per_h).all() or (self.rate_per_h < 0).any():
            raise BadValue("Incidents an hour are 0 or more, and finite.")
        if (np.diff(self.on_scene_s, axis=1) < 0).any() or (self.on_scene_s < 0).any():
            raise BadValue("Times on the scene are 0 or more, and grow with their level.")
        if (self.days > 6).any():
            raise BadValue("Days count as days of the week, 0 to 6.")
        if self.season is not None and (
            self.season.shape != self.days.shape or not (self.season >= 0).all()
        ):
            raise BadValue("A season is one factor for each simulated day, 0 or more.")

    @property
    def end_ms(self) -> int:
        """When the simulated time ends."""
        return len(self.days) * DAY_MS


@dataclass(frozen=True, slots=True, eq=False)
class Roads:
    """
    How long crews drive; a place is a unit grid or, after these, the base of a crew.

    Attributes
    ----------
    travel_s
        Seconds to each grid from each place, uint16[n_tables, n_grids, n_grids + n_crews], by
        destination because whoever decides asks about one; `UNREACHABLE_S` where no road leads.
    table_of
        Table that holds for each mode (positions in `dispatch.arrival_chance.MODES`) in each
        hour of the week, int32[n_modes, 168].
    arrival
        What is known of arrivals, or None: then crews take exactly the seconds of the table.
    """

    travel_s: NDArray[np.uint16]
    table_of: NDArray[np.int32]
    arrival: ArrivalModel | None = None

    def __post_init__(self) -> None:
        """Make the arrays read-only and one kind of array; refuse tables of other shapes."""
        object.__setattr__(self, "travel_s", np.ascontiguousarray(self.travel_s))
        freeze(self)
        if self.travel_s.ndim != 3 or self.travel_s.dtype != np.uint16:
            raise BadValue("Travel times are uint16[n_tables, n_grids, n_places].")
        if self.table_of.shape[1:] != (HOURS_OF_WEEK,) or (
            self.table_of.max(initial=0) >= len(self.travel_s)
        ):
            raise BadValue("Each mode needs one of the tables in each hour of the week.")


@dataclass(frozen=True, slots=True, eq=False)
class Crews:
    """
    Who can be sent; rows are crews in the order of their codes.

    Attributes
    ----------
    codes
        Their codes.
    units
        Codes of brigades and squads that command any, sorted.
    unit_of
        Position in `units` of who commands each, int32[n_crews]; `NOBODY` for none.
    grid_crew
        Which are commanded by a grid brigade, bool[n_crews].
    mode_of
        Position in `dispatch.arrival_chance.MODES` of how each travels, uint8[n_crews].
    base_grid
        Unit grid of each base, int32[n_crews].
    officers
        How many of its officers are on duty in each half-hour of the week,
        uint8[SLOTS_OF_WEEK, n_crews].
    ready
        Whether those on duty meet each need of `Cases`, bool[n_needs, SLOTS_OF_WEEK, n_crews].
    shift_of
        Number of the shift that each half-hour belongs to, uint8[SLOTS_OF_WEEK, n_crews]; work
        is counted by shift.
    break_at
        Half-hours in which a break falls due, bool[SLOTS_OF_WEEK, n_crews].
    between_shifts_ms, most_work_ms, long_job_ms, rest_ms
        Rest rules (`dispatch.duty_rest.RestRule`) of each, int64[n_crews].
    away_from_ms, away_to_ms
        A time in which each is not at hand, for instance with a joint operation,
        int64[n_crews]; both 0 for none.
    """

    codes: tuple[str, ...]
    units: tuple[str, ...]
    unit_of: NDArray[np.int32]
    grid_crew: NDArray[np.bool_]
    mode_of: NDArray[np.uint8]
    base_grid: NDArray[np.int32]
    officers: NDArray[np.uint8]
    ready: NDArray[np.bool_]
    shift_of: NDArray[np.uint8]
    break_at: NDArray[np.bool_]
    between_shifts_ms: NDArray[np.int64]
    most_work_ms: NDArray[np.int64]
    long_job_ms: NDArray[np.int64]
    rest_ms: NDArray[np.int64]
    away_from_ms: NDArray[np.int64]
    away_to_ms: NDArray[np.int64]

    def __post_init__(self) -> None:
        """Make the arrays read-only; refuse columns of different lengths."""
        object.__setattr__(self, "ready", np.ascontiguousarray(self.ready))
        freeze(self)
        n = len(self.codes)
        columns = [getattr(self, one.name) for one in fields(self)[2:]]
        if any(column.shape[-1] != n for column in columns):
            raise BadValue("Columns of crews must be as long as the list of their codes.")


@dataclass(frozen=True, slots=True, eq=False)
class Cases:
    """
    The verdicts of live dispatch, tabulated: a case is what several verdicts have in common.

    Attributes
    ----------
    domains
        Codes of the leading domains, sorted; the last is empty and stands for none.
    ground_of
        Kind of ground of each grid, int32[n_grids]: the same lists of powers count on it.
    case_of
        Case of each type of incident on each kind of ground, int32[n_types, n_grounds].
    unit
        Position in `Crews.units` of the squad that has the case, int32[n_cases]; `NOBODY` for
        the brigade of the zone.
    pool
        Row of `pools` whose crews may come as mutual aid, int32[n_cases].
    need
        Row of `Crews.ready`, int32[n_cases].
    target_s, secure_target_s
        Seconds within which a crew should be there for the case and to secure the place,
        int32[n_cases]; `NOBODY` for the target of the zone.
    acts, secures
        Whether anybody may act, and whether a grid crew secures the place, bool[n_cases].
    by_squad
        Whether a squad has the case, bool[n_cases].
    card
        Row of `card_step`, int32[n_cases]; `NOBODY` without a run card.
    domain
        Position in `domains`, int32[n_cases].
    pools
        bool[n_pools, n_crews].
    card_step
        Step at which each crew goes when a unit has the case, int16[n_cards, n_units + 1,
        n_crews]; the last unit is none; -1 for crews that no step names.
    secure_need
        Row of `Crews.ready` for whoever secures a place.
    """

    domains: tuple[str, ...]
    ground_of: NDArray[np.int32]
    case_of: NDArray[np.int32]
    unit: NDArray[np.int32]
    pool: NDArray[np.int32]
    need: NDArray[np.int32]
    target_s: NDArray[np.int32]
    secure_target_s: NDArray[np.int32]
    acts: NDArray[np.bool_]
    secures: NDArray[np.bool_]
    by_squad: NDArray[np.bool_]
    card: NDArray[np.int32]
    domain: NDArray[np.int32]
    pools: NDArray[np.bool_]
    card_step: NDArray[np.int16]
    secure_need: int

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        freeze(self)


@dataclass(frozen=True, slots=True, eq=False)
class Zoning:
    """
    A zone plan as the loop reads it.

    Attributes
    ----------
    zones
        Codes of the zones, sorted.
    zone_of
        Zone of each grid, int32[n_grids]; `NOBODY` for none.
    brigade_of
        Position in `Crews.units` of the brigade of each zone, int32[n_zones]; `NOBODY` for none.
    target_s
        Arrival target of each zone, int32[n_zones].
    """

    zones: tuple[str, ...]
    zone_of: NDArray[np.int32]
    brigade_of: NDArray[np.int32]
    target_s: NDArray[np.int32]

    def __post_init__(self) -> None:
        """Make the arrays read-only; refuse a grid in a zone that is not listed."""
        freeze(self)
        if self.zone_of.max(initial=NOBODY) >= len(self.zones):
            raise BadValue("A grid lies in a zone that the plan does not list.")


@dataclass(frozen=True, slots=True)
class Rules:
    """
    How dispatch goes on where a suggestion ends.

    Attributes
    ----------
    break_ms
        How long a break takes; one that falls due on a job is taken after it.
    returns
        Whether crews drive back to their bases; they can be sent while they do.
    hand_over_ms
        How long whoever secures a place stays once the crew with the case is there.
    secures_at_most_ms
        When they leave although nobody has come.
    preempts
        Whether crews under way may be called off for graver incidents.
    graver_by, earlier_by_ms, spare_within_ms
        As in `dispatch.second_thoughts.Rule`: by how many ranks of priority an incident must be
        graver, how much earlier the crew must be there than everybody who is free, and how near
        to its own scene it is let alone.
    waits
        Whether an incident that finds nobody waits; else it is lost, as in Erlang's loss system.
    """

    break_ms: int = 1_800_000
    returns: bool = True
    hand_over_ms: int = 300_000
    secures_at_most_ms: int = 3_600_000
    preempts: bool = True
    graver_by: int = 2
    earlier_by_ms: int = 300_000
    spare_within_ms: int = 120_000
    waits: bool = True


@dataclass(frozen=True, eq=False)
class World:
    """
    Everything that a simulated time depends on but the seed.

    Attributes
    ----------
    grids
        Codes of the unit grids, sorted.
    reports
        What comes in.
    roads
        How long crews drive.
    crews
        Who can be sent.
    cases
        Who has what.
    zoning
        The plan.
    policy
        What ranks crews.
    rules
        How dispatch goes on.
    """

    grids: tuple[str, ...]
    reports: Reports
    roads: Roads
    crews: Crews
    cases: Cases
    zoning: Zoning
    policy: Policy
    rules: Rules = field(default_factory=Rules)

    def __post_init__(self) -> None:
        """Refuse parts that speak of different grids or crews."""
        n_grids, n_crews = len(self.grids), len(self.crews.codes)
        of_grids = (self.reports.grid_share[0], self.cases.ground_of, self.zoning.zone_of)
        if any(len(column) != n_grids for column in of_grids):
            raise BadValue(f"The parts of this world do not agree on its {n_grids} unit grids.")
        if self.roads.travel_s.shape[1:] != (n_grids, n_grids + n_crews):
            raise BadValue(f"Travel times are not from {n_grids} grids and {n_crews} bases.")

    def under(self, zoning: Zoning) -> World:
        """
        Give the same world under another plan.

        Parameters
        ----------
        zoning
            The plan.

        Returns
        -------
        world
            With the same incidents for the same seed.
        """
        return replace(self, zoning=zoning)

    @cached_property
    def digest(self) -> str:
        """Name of all inputs: equal worlds, equal digest, equal years for equal seeds."""
        digest = hashlib.blake2b(digest_size=16)
        for part in (self.reports, self.roads, self.crews, self.cases, self.zoning):
            for one in fields(part):
                _feed(digest, getattr(part, one.name))
        for value in (self.grids, self.policy.version, self.rules):
            _feed(digest, value)
        return digest.hexdigest()


def _feed(digest: hashlib.blake2b, value: object) -> None:
    """Add a value to a digest, arrays by their bytes."""
    if isinstance(value, np.ndarray):
        digest.update(repr((value.shape, value.dtype.str)).encode())
        digest.update(np.ascontiguousarray(value).data)
    elif isinstance(value, ArrivalModel):
        digest.update(value.version.encode())
    else:
        digest.update(repr(value).encode())
