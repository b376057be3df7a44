"""Completion: when each of many crews is legally complete at a place, or what keeps it away."""

# ruff: noqa: PLR0913, PLR0917 -- a kernel takes its arrays one by one

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dispatch.whereabouts import NEVER_MS
from geo.road.kernel import kernel

NOBODY = -1
"""Officer where no officer completes the crew."""

TOO_FEW, LACKS_SKILL, LACKS_EQUIPMENT = 1, 2, 3
"""Obstacles of a crew as it is on paper, before anybody has fallen away."""


@kernel
def complete_crews(
    first: NDArray[np.int64],
    travel_ms: NDArray[np.int64],
    obstacle: NDArray[np.uint8],
    certified: NDArray[np.bool_],
    holds: NDArray[np.uint64],
    n_certified: int,
    needed: np.uint64,
    arrival_ms: NDArray[np.int64],
    completing: NDArray[np.int64],
    first_ms: NDArray[np.int64],
    nearest_ms: NDArray[np.int64],
) -> None:
    """
    Say when crews have their number and what they need at a place, and who completes them.

    Parameters
    ----------
    first
        Where the officers of each crew begin, int64[n_crews + 1].
    travel_ms
        Travel time of each officer, int64[n_officers]; `NEVER_MS` where no road leads.
    obstacle
        0 for officers who can be sent, uint8[n_officers].
    certified
        Who counts toward the number, bool[n_officers].
    holds
        Bits of the needed skills and equipment that each officer brings, uint64[n_officers].
    n_certified, needed
        Certified officers wanted, and bits of what they must bring between them.
    arrival_ms, completing
        Receive when each crew is complete and whose arrival completes it, int64[n_crews].  Of
        officers who arrive together the first by row completes.
    first_ms, nearest_ms
        Receive when its first officer who can be sent is there, and how near the nearest
        officer with a position is, int64[n_crews].
    """
    for crew in range(len(first) - 1):
        arrival_ms[crew], completing[crew] = NEVER_MS, NOBODY
        first_ms[crew], nearest_ms[crew] = NEVER_MS, NEVER_MS
        for officer in range(first[crew], first[crew + 1]):
            nearest_ms[crew] = min(nearest_ms[crew], travel_ms[officer])
            if obstacle[officer] == 0:
                first_ms[crew] = min(first_ms[crew], travel_ms[officer])
        last, count, held = NOBODY, 0, np.uint64(0)
        while count < n_certified or held & needed != needed:
            soonest = NOBODY
            for officer in range(first[crew], first[crew + 1]):
                if obstacle[officer] != 0 or not certified[officer]:
                    continue
                after_last = last == NOBODY or (
                    (travel_ms[officer], officer) > (travel_ms[last], last)
                )
                if after_last and (soonest == NOBODY or travel_ms[officer] < travel_ms[soonest]):
                    soonest = officer
            last = soonest
            if soonest == NOBODY:
                break
            count += 1
            held |= holds[soonest]
        if last != NOBODY and travel_ms[last] < NEVER_MS:
            arrival_ms[crew], completing[crew] = travel_ms[last], last


@kernel
def first_obstacles(
    first: NDArray[np.int64],
    obstacle: NDArray[np.uint8],
    certified: NDArray[np.bool_],
    holds: NDArray[np.uint64],
    n_certified: int,
    skills: np.uint64,
    needed: np.uint64,
    last: int,
    of_crew: NDArray[np.uint8],
) -> None:
    """
    Name the first obstacle of each crew: where those who are left no longer suffice.

    Parameters
    ----------
    first
        See `complete_crews`.
    obstacle
        First obstacle of each officer, 0 for none, uint8[n_officers].  They stand in the order
        in which they are looked at: 1 for too few certified officers, 2 for a missing skill, 3
        for missing equipment, then those of single officers.
    certified, holds, n_certified
        See `complete_crews`.
    skills, needed
        The bits that are needed for skills, and all that are needed.
    last
        The highest obstacle there is.
    of_crew
        Receives that of each crew, 0 for none, uint8[n_crews].
    """
    for crew in range(len(first) - 1):
        of_crew[crew] = 0
        for level in range(LACKS_SKILL, last + 1):
            count, held = 0, np.uint64(0)
            wanted = skills if level == LACKS_SKILL else needed
            for officer in range(first[crew], first[crew + 1]):
                stays = level <= LACKS_EQUIPMENT or obstacle[officer] == 0
                stays = stays or obstacle[officer] > level
                if certified[officer] and stays:
                    count += 1
                    held |= holds[officer]
            enough = count >= n_certified
            if not enough or held & wanted != wanted:
                of_crew[crew] = TOO_FEW if level == LACKS_SKILL and not enough else level
                break
