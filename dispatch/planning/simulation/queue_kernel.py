"""
Queues of incidents that wait: one for each case and priority, linked through the incidents.

``queue`` holds the first and last of each, int32[2, n_queues], -1 where there is none; ``in_use``
which queues hold anybody, int32[2, n_queues + 1]: how many in [0, 0] and their rows after it, and
the place of each queue there in [1].
"""

# ruff: noqa: PLR0913, PLR0917 -- a kernel takes its arrays one by one

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.simulation.layout import AFTER, CASE, N_PRIORITIES, RANK, WANTED
from dispatch.planning.simulation.world import NOBODY
from geo.road.kernel import Whole, kernel


@kernel
def queue_up(
    settings: NDArray[np.int64],
    crews: NDArray[np.int64],
    may: NDArray[np.bool_],
    facts: NDArray[np.int32],
    queue: NDArray[np.int32],
    in_use: NDArray[np.int32],
    counts: NDArray[np.int64],
    incident: Whole,
) -> None:
    """
    Put an incident into its queue, the oldest first.

    Parameters
    ----------
    settings, crews
        See `dispatch.planning.simulation.layout`.
    may
        Whether each crew may take each case, bool[n_cases, n_crews].
    facts
        See `dispatch.planning.simulation.layout`.
    queue, in_use
        See the module.
    counts
        How many wait, in the first entry.
    incident
        Row of the incident; rows are in the order of reports.
    """
    row = facts[incident, CASE] * settings[N_PRIORITIES] + facts[incident, RANK]
    counts[0] += 1
    if queue[0, row] == NOBODY:
        queue[0, row], queue[1, row] = incident, incident
        in_use[0, 0] += 1
        in_use[0, in_use[0, 0]], in_use[1, row] = row, in_use[0, 0]
        crews[WANTED] += may[facts[incident, CASE]]
    elif queue[1, row] < incident:
        facts[queue[1, row], AFTER] = incident
        queue[1, row] = incident
    elif queue[0, row] > incident:
        facts[incident, AFTER] = queue[0, row]
        queue[0, row] = incident
    else:
        before = queue[0, row]
        while facts[before, AFTER] < incident:
            before = facts[before, AFTER]
        facts[incident, AFTER] = facts[before, AFTER]
        facts[before, AFTER] = incident


@kernel
def unqueue(
    crews: NDArray[np.int64],
    may: NDArray[np.bool_],
    facts: NDArray[np.int32],
    queue: NDArray[np.int32],
    in_use: NDArray[np.int32],
    counts: NDArray[np.int64],
    incident: Whole,
    row: Whole,
    before: Whole,
) -> None:
    """
    Take an incident out of its queue.

    Parameters
    ----------
    crews, may, facts, queue, in_use, counts
        See `queue_up`.
    incident, row
        The incident, and its queue.
    before
        Whoever stands before it, or -1.
    """
    counts[0] -= 1
    if before == NOBODY:
        queue[0, row] = facts[incident, AFTER]
    else:
        facts[before, AFTER] = facts[incident, AFTER]
    if queue[1, row] == incident:
        queue[1, row] = before
    facts[incident, AFTER] = NOBODY
    if queue[0, row] == NOBODY:
        last, place = in_use[0, in_use[0, 0]], in_use[1, row]
        in_use[0, place], in_use[1, last] = last, place
        in_use[0, 0] -= 1
        crews[WANTED] -= may[facts[incident, CASE]]
