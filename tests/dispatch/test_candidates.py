"""Which crews could go: the columns against a slow reading of the rules, officer by officer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from dispatch.candidate import Candidates, Need, candidates
from dispatch.city import City
from dispatch.duty_columns import DutyColumns
from dispatch.lineup import line_up
from dispatch.obstacle import OBSTACLES, Obstacle
from dispatch.roster import muster
from dispatch.unit import DutyStatus, Officer, Unit, UnitKind
from dispatch.whereabouts import NEVER_MS, locate_officers
from geo.errors import BadValue
from geo.position import Fix, Positions
from geo.road.road_class import Mode
from geo.road.straight_line import StraightLineTravelTimes

NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)
CREWS = "ABC"
SKILLS = ("drone", "lab")
EQUIPMENT = {"A": ("gas", "camera"), "B": (), "C": ("gas",)}
"""What the vehicle of each crew carries."""


@dataclass(frozen=True)
class Person:
    """One officer as the slow oracle sees him or her."""

    crew: str
    certified: bool
    skills: tuple[str, ...]
    status: DutyStatus
    age_s: int | None
    travel_ms: int | None
    held_by: Obstacle | None = None  # by roster, rest rule, calendar or a job in hand
    carries: tuple[str, ...] = ()

    @property
    def brings(self) -> set[str]:
        return {*self.carries, *EQUIPMENT[self.crew]}


HOLDS = (Obstacle.OFF_SHIFT, Obstacle.RESTING, Obstacle.ENGAGED, Obstacle.BUSY)
PEOPLE = st.lists(
    st.builds(
        Person,
        crew=st.sampled_from(CREWS),
        certified=st.sampled_from([True, True, True, False]),
        skills=st.lists(st.sampled_from(SKILLS), unique=True, max_size=2).map(tuple),
        status=st.sampled_from([DutyStatus.AVAILABLE] * 4 + [DutyStatus.BUSY, DutyStatus.OFF_DUTY]),
        age_s=st.sampled_from([0, 60, 1200, 1201, None]),
        travel_ms=st.sampled_from([1000, 1000, 2000, 3000, 4000, None]),
        held_by=st.sampled_from([None] * 8 + list(HOLDS)),
        carries=st.sampled_from([(), (), (), ("camera",), ("gas",)]),
    ),
    max_size=14,
)
NEEDS = st.builds(
    Need,
    certified=st.integers(1, 3),
    skills=st.lists(st.sampled_from(SKILLS), unique=True, max_size=2).map(tuple),
    equipment=st.sampled_from([(), (), ("gas",), ("camera",), ("camera", "gas"), ("boat",)]),
)


def judge(people: list[Person], need: Need) -> Candidates:
    engine = StraightLineTravelTimes(speed_mps=10, why="only the columns are tested")
    units = {
        code: Unit(code, code, code, UnitKind.CREW, mode=Mode.CAR, equipment=EQUIPMENT[code])
        for code in CREWS
    }
    officers = tuple(
        Officer(f"{row:03}", "", person.crew, person.certified, person.skills, "", person.carries)
        for row, person in enumerate(people)
    )
    city = City(
        code="X",
        name="",
        name_en="",
        lon_lat=(0, 0),
        areas=(),
        zones=(),
        grids=(),
        domains={},
        matters={},
        authority=(),
        units=units,
        officers=officers,
        travel_times={Mode.CAR: engine},
    )
    fixes = {
        f"{row:03}": Fix(f"{row:03}", (1.0, 1.0), NOW - timedelta(seconds=person.age_s))
        for row, person in enumerate(people)
        if person.age_s is not None
    }
    statuses = {f"{row:03}": person.status for row, person in enumerate(people)}
    whereabouts = locate_officers(city, Positions(MappingProxyType(fixes)), statuses)
    known = [
        NEVER_MS if person.travel_ms is None or person.age_s is None else person.travel_ms
        for person in people
    ]
    on_duty = whereabouts.with_duty(duty(people))
    lineup = line_up(on_duty, np.arange(len(CREWS)), now=NOW)
    travel_ms = np.array(known, dtype=np.int64)
    return candidates(lineup, travel_ms[lineup.officers], need)


def duty(people: list[Person]) -> DutyColumns:
    """Columns that hold each as said, from a minute ago until a minute from now."""
    before, after = NOW.timestamp() - 60, NOW.timestamp() + 60

    def column(hold: Obstacle, value: float, other: float = np.nan) -> NDArray[np.float64]:
        values = [value if person.held_by == hold else other for person in people]
        return np.array(values, dtype=np.float64)

    return DutyColumns(
        shift_from_s=column(Obstacle.OFF_SHIFT, after),
        shift_to_s=column(Obstacle.OFF_SHIFT, after + 60),
        rest_until_s=column(Obstacle.RESTING, after, before),
        engaged_from_s=column(Obstacle.ENGAGED, before, after),
        engaged_to_s=column(Obstacle.ENGAGED, after, after + 60),
        job_until_s=column(Obstacle.BUSY, before),
        work_s=np.zeros(len(people)),
    )


def suffices(people: list[Person], need: Need) -> bool:
    held = {skill for person in people for skill in person.skills}
    brought = {thing for person in people for thing in person.brings}
    enough = len(people) >= need.certified and held >= set(need.skills)
    return enough and brought >= set(need.equipment)


def slow_obstacle(crew: list[Person], need: Need) -> Obstacle | None:
    certified = [person for person in crew if person.certified]
    if len(certified) < need.certified:
        return Obstacle.TOO_FEW_CERTIFIED
    if not suffices(certified, replace(need, equipment=())):
        return Obstacle.LACKS_SKILL
    if not suffices(certified, need):
        return Obstacle.LACKS_EQUIPMENT
    hurdles = [
        (Obstacle.OFF_DUTY, lambda person: person.status != DutyStatus.OFF_DUTY),
        *(
            (hold, lambda person, hold=hold: person.held_by != hold)
            for hold in HOLDS
            if hold != Obstacle.BUSY
        ),
        (
            Obstacle.BUSY,
            lambda person: person.status != DutyStatus.BUSY and person.held_by != Obstacle.BUSY,
        ),
        (Obstacle.NO_POSITION, lambda person: person.age_s is not None),
        (Obstacle.STALE_POSITION, lambda person: person.age_s <= 1200),
        (Obstacle.UNREACHABLE, lambda person: person.travel_ms is not None),
    ]
    for obstacle, passes in hurdles:
        certified = [person for person in certified if passes(person)]
        if not suffices(certified, need):
            return obstacle
    return None


def slow_arrival_ms(crew: list[Person], need: Need) -> int:
    """The earliest time by which those who are there suffice."""
    able = [
        person
        for person in crew
        if person.certified
        and person.status == DutyStatus.AVAILABLE
        and person.held_by is None
        and person.age_s is not None
        and person.age_s <= 1200
        and person.travel_ms is not None
    ]
    for time_ms in sorted({person.travel_ms for person in able}):
        if suffices([person for person in able if person.travel_ms <= time_ms], need):
            return time_ms
    return NEVER_MS


@given(people=PEOPLE, need=NEEDS)
def test_columns_agree_with_reading_the_rules_one_by_one(people, need):
    judged = judge(people, need)
    for row, code in enumerate(CREWS):
        crew = [person for person in people if person.crew == code]
        assert OBSTACLES[judged.obstacle[row]] == slow_obstacle(crew, need)
        assert judged.arrival_ms[row] == slow_arrival_ms(crew, need)
        if judged.obstacle[row] == 0:
            completing = people[judged.lineup.officers[judged.completing[row]]]
            assert completing.crew == code
            assert completing.travel_ms == judged.arrival_ms[row]
            assert judged.first_ms[row] <= judged.arrival_ms[row]


@given(people=PEOPLE, need=NEEDS)
def test_crews_rank_by_arrival_and_then_by_code(people, need):
    judged = judge(people, need)
    ranked = judged.ranked(np.ones(len(CREWS), dtype=np.bool_)).tolist()
    able = [row for row in range(len(CREWS)) if judged.obstacle[row] == 0]
    assert ranked == sorted(able, key=lambda row: (judged.arrival_ms[row], row))


@given(people=PEOPLE, need=NEEDS)
def test_one_more_free_officer_never_makes_a_crew_later(people, need):
    before = judge(people, need)
    helper = Person(
        "A", certified=True, skills=SKILLS, status=DutyStatus.AVAILABLE, age_s=0, travel_ms=2000
    )
    after = judge([*people, helper], need)
    assert (after.arrival_ms <= before.arrival_ms).all()


def test_a_crew_belongs_to_the_brigade_above_its_post():
    units = {
        unit.code: unit
        for unit in (
            Unit("B", "", "", UnitKind.GRID_BRIGADE),
            Unit("P", "", "", UnitKind.VILLAGE_POST, parent="B"),
            Unit("C1", "", "", UnitKind.CREW, parent="P", mode=Mode.FOOT),
            Unit("C2", "", "", UnitKind.CREW, parent="B", mode=Mode.CAR),
            Unit("C3", "", "", UnitKind.CREW, mode=Mode.CAR),
        )
    }
    roster = muster(units, [])
    assert roster.brigade_of == ("B", "B", None)
    assert roster.commanded_by(["B"]).tolist() == [True, True, False]


@pytest.mark.parametrize(
    ("units", "officers", "sentence"),
    [
        ([], [Officer("1", "", "C9", certified=True)], "crew C9, which does not exist"),
        ([Unit("C1", "", "", UnitKind.CREW)], [], "C1 has no mode of travel"),
        (
            [Unit("C1", "", "", UnitKind.CREW, mode=Mode.CAR)],
            [Officer("1", "", "C1", certified=True)] * 2,
            "share one id",
        ),
    ],
)
def test_a_roster_that_contradicts_itself_is_refused(units, officers, sentence):
    with pytest.raises(BadValue, match=sentence):
        muster({unit.code: unit for unit in units}, officers)
