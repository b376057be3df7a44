"""
Layout: what stands in which row of the arrays that kernels share.

A kernel that is handed thirty arrays compiles for a minute, and hands them on for longer than it
works.  So columns of one length and kind are rows of one array, and these are their names.
"""

from __future__ import annotations

from typing import Final

import numpy as np

NEVER: Final = int(np.iinfo(np.int64).max // 4)
"""An instant that does not come, and a limit that does not bind."""

(
    UNIT_OF, MODE, BASE_GRID, BETWEEN_MS, MOST_WORK_MS, LONG_JOB_MS, REST_MS, AWAY_FROM, AWAY_TO,
    FREE_FROM, EVENT, FROM, TO, LEFT, THERE, JOB, ROLE, SINCE, WORK, BREAK_DUE, WANTED,
    JOBS, AID_JOBS, SECURED_JOBS, DRIVING, AT_SCENE, OVERTIME, ON_DUTY, BREAKS, RESTS,
) = range(30)  # fmt: skip
"""
Rows of crews, int64[30, n_crews]: first what never changes (see
`dispatch.planning.simulation.world.Crews`), then the state: from when each can be sent, its next
event, the places between which it is and when it left and is there, the incident in hand, what
for and since when, its work in this shift, whether a break is due, and in how many queues what it
may take waits; then sums.
"""

FIRST_SUM: Final = JOBS

OFFICERS, SHIFT, BREAK, CHANGES = range(4)
"""
Layers of the week of crews, uint8[4, SLOTS_OF_WEEK, n_crews]: officers on duty, number of shift,
whether a break falls due, and whether a crew can do anything now that it could not before.
"""

UNIT, POOL, NEED, TARGET, SECURES, CARD, BY_WAY, DOMAIN = range(8)
"""
Rows of cases, int32[8, n_cases]; `BY_WAY` marks those on which nobody may act: whoever is nearest
takes a look.
"""

REPORTED, ON_SCENE, SENT, ARRIVES, DONE, SECURED = range(6)
"""Columns of instants of incidents, int64[n, 6], milliseconds; -1 for what has not happened."""

GRID, CASE, HOLDER, ITS_TARGET, RANK, STANDS, CREW, SET_OUT, GUARD, CALLED_OFF, AFTER = range(11)
"""
Columns of facts of incidents, int32[n, 11]: grid, case, unit that has it, its target and priority;
then its state, crew, place from which that set out, who secures it, how often it was left, and
who waits after it.
"""

TABLE, PACE, TURN_OUT, FIRST_LIMIT = range(4)
"""
Columns of the hours of the modes, float64[n_modes, 168, 3 + n_targets]: the travel table, pace and
turn-out, and from `FIRST_LIMIT` on the travel time with which each target is still met, ms.
"""

(
    REACH, RANK_BY, N_ASKED, AMONG, MOST_EXTRA_MS, MODELLED, SECURE_NEED, N_PRIORITIES, N_UNITS,
    GRID_CREWS, BREAK_MS, RETURNS, HAND_OVER_MS, SECURES_AT_MOST_MS, PREEMPTS, GRAVER_BY,
    EARLIER_BY_MS, SPARE_WITHIN_MS, WAITS, END_MS, GROWS, FIRST_TARGET,
) = range(22)  # fmt: skip
"""
Single numbers, int64[22 + n_targets]; groups of crews are those of the units, then those of the
pools from `N_UNITS` on, and `GRID_CREWS` is the group of all grid brigades.  `GROWS` says that of
two crews who travel alike the nearer one always has the earlier median.  From `FIRST_TARGET`
on stand the arrival targets in milliseconds.
"""

FOR_CASE, TO_SECURE = 0, 1
"""What a crew is sent for."""
