"""What keeps an officer from being sent: the first hurdle of all, in the order of the list."""

from dataclasses import fields
from datetime import UTC, datetime

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dispatch.duty_columns import DutyColumns
from dispatch.lineup import STALE_AFTER_S, first_obstacle_of_each
from dispatch.obstacle import OBSTACLES, Obstacle
from dispatch.unit import DutyStatus
from dispatch.whereabouts import STATUSES

NOW_S = datetime(2026, 11, 20, 2, tzinfo=UTC).timestamp()
INSTANTS_S = st.sampled_from([np.nan, NOW_S - 60, NOW_S, NOW_S + 60, np.inf])
AGES_S = st.sampled_from([np.nan, 0.0, STALE_AFTER_S, STALE_AFTER_S + 1])
OFFICERS = st.lists(
    st.tuples(
        st.sampled_from(STATUSES), st.booleans(), AGES_S, *[INSTANTS_S] * len(fields(DutyColumns))
    ),
    min_size=1,
    max_size=8,
)


def hurdles(status, on_road, age_s, duty):
    """Everything that holds an officer, by the meaning of the columns, in the order of the list."""
    held = {
        Obstacle.OFF_DUTY: status == DutyStatus.OFF_DUTY,
        Obstacle.OFF_SHIFT: not duty.on_shift(NOW_S)[0],
        Obstacle.RESTING: not duty.rested(NOW_S)[0],
        Obstacle.ENGAGED: not duty.unengaged(NOW_S)[0],
        Obstacle.BUSY: status == DutyStatus.BUSY or not duty.without_job()[0],
        Obstacle.NO_POSITION: np.isnan(age_s),
        Obstacle.STALE_POSITION: age_s > STALE_AFTER_S,
        Obstacle.OFF_ROAD: not on_road,
    }
    return [obstacle for obstacle in Obstacle if held.get(obstacle)]


@given(OFFICERS)
def test_the_first_hurdle_is_named(drawn):
    status = np.array([STATUSES.index(row[0]) for row in drawn], dtype=np.uint8)
    lon_lat = np.array([(109.0, 21.0) if row[1] else (np.nan, np.nan) for row in drawn])
    age_s = np.array([row[2] for row in drawn])
    duty = DutyColumns(*np.array([row[3:] for row in drawn], dtype=np.float64).T.copy())
    everyone, found = np.arange(len(drawn)), np.empty(len(drawn), dtype=np.uint8)
    columns = [getattr(duty, field.name) for field in fields(duty) if field.name != "work_s"]
    first_obstacle_of_each(everyone, status, lon_lat, *columns, age_s, NOW_S, STALE_AFTER_S, found)
    for row, (said, on_road, age, *_) in enumerate(drawn):
        held = hurdles(said, on_road, age, duty.take(everyone[row : row + 1]))
        assert OBSTACLES[found[row]] == next(iter(held), None)
