"""
What crews of zones have to do, and by which rules they work: what `staffing` takes and answers.

Hours are those of the local week, 0 is Monday from midnight on, and the week goes round.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dispatch.duty_rest import RestRule
from geo.errors import BadValue
from geo.remark import Remark
from geo.road.frozen import freeze
from geo.road.week import HOURS_OF_WEEK

WAYS = 40
"""Ways by which the travel times of a zone in an hour are told: as many equal shares."""


USUAL_STARTS = (0, 6, 7, 8, 9, 10, 12, 14, 16, 18, 20, 22)
"""Hours at which shifts begin; all 24 take HiGHS thirty times as long and save hardly a crew."""


@dataclass(frozen=True, slots=True, eq=False)
class ZoneWork:
    """
    What comes in from a zone, and how long it takes.

    Attributes
    ----------
    zone
        Its code.
    target_s
        Arrival target.
    per_h
        Reports an hour, float64[168].
    on_scene_s
        Mean seconds at the scene, float64[168].
    travel_s
        Ways that are equally likely in each hour, float64[168, n_ways], seconds; inf where no
        road leads.
    """

    zone: str
    target_s: float
    per_h: NDArray[np.float64]
    on_scene_s: NDArray[np.float64]
    travel_s: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Refuse figures that cannot be."""
        if not (len(self.per_h) == len(self.on_scene_s) == len(self.travel_s) == HOURS_OF_WEEK):
            raise BadValue(f"Zone {self.zone} needs figures of {HOURS_OF_WEEK} hours.")
        if not 0 < self.target_s < np.inf:
            raise BadValue(f"Zone {self.zone} has an arrival target of {self.target_s:g} s.")
        for figures in (self.per_h, self.on_scene_s):
            if not (np.isfinite(figures).all() and figures.min() >= 0):
                raise BadValue(f"Zone {self.zone} has reports or times below nothing.")
        if self.travel_s.size == 0 or np.isnan(self.travel_s).any() or self.travel_s.min() < 0:
            raise BadValue(f"Zone {self.zone} needs travel times of 0 s or more.")
        freeze(self)

    @property
    def attainable(self) -> float:
        """Share of reports that are reached in time if nobody ever waits."""
        near = (self.travel_s <= self.target_s).mean(axis=1)
        total = float(self.per_h.sum())
        return float(self.per_h @ near) / total if total > 0 else 1.0

    @property
    def service_s(self) -> NDArray[np.float64]:
        """Mean seconds that a report keeps a crew, the way and the scene, float64[168]."""
        there = np.isfinite(self.travel_s)
        ways = np.where(there, self.travel_s, 0.0).sum(axis=1) / np.maximum(1, there.sum(axis=1))
        return np.asarray(np.maximum(self.on_scene_s + ways, 1.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffRule:
    """
    What is asked of crews, and how they may work.

    Attributes
    ----------
    share
        Share of reports that are answered in time.
    crew_size
        Officers of a crew; a penalty on the scene takes two.
    shifts
        Hours of a shift and days in a row of each way to work; the rest of the week is off.
    starts
        Hours of the day at which a shift may begin.
    most_hours
        Hours of work in a week.
    rest
        Between two shifts at least so much.
    least_crews
        Crews of a zone that are on duty at any hour.
    """

    share: float = 0.95
    crew_size: int = 2
    shifts: tuple[tuple[int, int], ...] = ((8, 5), (12, 3))
    starts: tuple[int, ...] = USUAL_STARTS
    most_hours: int = 44
    rest: RestRule = field(default_factory=RestRule)
    least_crews: int = 1

    def __post_init__(self) -> None:
        """Refuse rules that nobody can work by."""
        if not 0 < self.share < 1:
            raise BadValue(f"A share of {self.share:g} can't be asked for; give 0 to below 1.")
        if self.crew_size < 1 or self.least_crews < 0:
            raise BadValue("A crew has one officer or more, and crews are never below none.")
        if not self.starts or not all(0 <= start < 24 for start in self.starts):
            raise BadValue("Shifts begin at whole hours from 0 to 23; give one or more.")
        if not self.allowed:
            raise BadValue(
                f"No shift keeps to {self.rest.between_shifts_s / 3600:g} h of rest and "
                f"{self.most_hours} h a week; make shifts shorter or work fewer days."
            )

    @property
    def allowed(self) -> tuple[tuple[int, int], ...]:
        """Ways to work that keep to the rest and the hours of a week."""
        rest_h = self.rest.between_shifts_s / 3600
        return tuple(
            (hours, days)
            for hours, days in self.shifts
            if 1 <= hours <= 24 - rest_h * (days > 1)
            and 1 <= days <= 7
            and hours * days <= self.most_hours
        )


@dataclass(frozen=True, slots=True)
class Tour:
    """
    One way to work through the week.

    Attributes
    ----------
    start
        Hour of the day at which its shifts begin.
    hours
        How long each lasts.
    first_day
        Day of the first shift, 0 is Monday.
    days
        Days in a row.
    crews
        How many work so.
    """

    start: int
    hours: int
    first_day: int
    days: int
    crews: int

    @property
    def on_duty(self) -> NDArray[np.bool_]:
        """Hours of the week that it covers, bool[168]."""
        covered = np.zeros(HOURS_OF_WEEK, dtype=np.bool_)
        for day in range(self.days):
            begin = (self.first_day + day) * 24 + self.start
            covered[np.arange(begin, begin + self.hours) % HOURS_OF_WEEK] = True
        return covered


@dataclass(frozen=True, slots=True, eq=False)
class ZoneStaff:
    """
    Crews of one zone.

    Attributes
    ----------
    zone
        Its code.
    need
        Crews that are needed in each hour, int64[168].
    tours
        Who works when.
    fewest
        No roster that covers the need has fewer crews.
    """

    zone: str
    need: NDArray[np.int64]
    tours: tuple[Tour, ...]
    fewest: int

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        freeze(self)

    @property
    def crews(self) -> int:
        """Crews on the roster."""
        return sum(tour.crews for tour in self.tours)

    @property
    def on_duty(self) -> NDArray[np.int64]:
        """Crews on duty in each hour, int64[168]."""
        covered = np.zeros(HOURS_OF_WEEK, dtype=np.int64)
        for tour in self.tours:
            covered += tour.crews * tour.on_duty
        return covered


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """
    How crews of a zone would do.

    Attributes
    ----------
    share
        Share of reports answered in time.
    low
        Lower limit of its confidence interval.
    reports
        Reports of each hour of the week, float64[168].
    late
        Those of them that are answered late, float64[168].
    """

    share: float
    low: float
    reports: NDArray[np.float64]
    late: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        freeze(self)


@dataclass(frozen=True, slots=True, eq=False)
class StaffPlan:
    """
    Crews of all zones, and how they would do.

    Attributes
    ----------
    zones
        Crews of each zone.
    judged
        How they do, in the same order.
    crew_size
        Officers of a crew.
    why_not
        Why zones stay below the share that was asked for; none where all hold it.
    rounds
        How often crews were added after a judgement.
    stopped
        Whether that was ended early.
    """

    zones: tuple[ZoneStaff, ...]
    judged: tuple[Judged, ...]
    crew_size: int
    why_not: tuple[Remark, ...]
    rounds: int
    stopped: bool

    @property
    def officers(self) -> int:
        """Officers on all rosters."""
        return self.crew_size * sum(zone.crews for zone in self.zones)

    @property
    def share(self) -> float:
        """Share of all reports answered in time."""
        reports = sum(float(one.reports.sum()) for one in self.judged)
        late = sum(float(one.late.sum()) for one in self.judged)
        return 1.0 - late / reports if reports > 0 else 1.0
