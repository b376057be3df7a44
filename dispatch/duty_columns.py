"""Duty columns: shift, rest, engagements and job in hand of every officer, as suggestions ask."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from dispatch.roster import Roster
from geo.road.frozen import freeze


@dataclass(frozen=True, slots=True, eq=False)
class DutyColumns:
    """
    What keeps officers from being sent besides their status, in seconds since 1970.

    Rows are those of the city's roster.  The columns are drawn up for an instant and hold for
    a while (`dispatch.duty.DrawnDuty`); whoever asks compares them with the present.

    Attributes
    ----------
    shift_from_s, shift_to_s
        The shift that runs, or the next one, float64[n_officers]; NaN for an officer without
        a roster, who is always on shift, and inf for one who has no further shift.
    rest_until_s
        End of the rest that is prescribed now, float64[n_officers]; NaN without one.
    engaged_from_s, engaged_to_s
        The calendar entry that holds an officer elsewhere, now or next, float64[n_officers];
        NaN without one.
    job_until_s
        Expected end of the job in hand, float64[n_officers]; NaN without one.  An officer
        whose job takes longer than expected still has it.
    work_s
        Seconds of work on jobs in this shift, float64[n_officers]; the job in hand counts as
        long as it is expected to last.
    """

    shift_from_s: NDArray[np.float64]
    shift_to_s: NDArray[np.float64]
    rest_until_s: NDArray[np.float64]
    engaged_from_s: NDArray[np.float64]
    engaged_to_s: NDArray[np.float64]
    job_until_s: NDArray[np.float64]
    work_s: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        freeze(self)

    def take(self, rows: NDArray[np.int64]) -> DutyColumns:
        """
        Pick some officers.

        Parameters
        ----------
        rows
            Rows of officers, int64[n].

        Returns
        -------
        columns
            Theirs, in the order given.
        """
        return DutyColumns(*(getattr(self, column.name)[rows] for column in fields(self)))

    def on_shift(self, now_s: float) -> NDArray[np.bool_]:
        """
        Tell who is on shift.

        Parameters
        ----------
        now_s
            The present, seconds since 1970.

        Returns
        -------
        on_shift
            bool[n_officers].
        """
        on_shift: NDArray[np.bool_] = ~((now_s < self.shift_from_s) | (now_s >= self.shift_to_s))
        return on_shift

    def rested(self, now_s: float) -> NDArray[np.bool_]:
        """
        Tell who has no rest to take.

        Parameters
        ----------
        now_s
            The present, seconds since 1970.

        Returns
        -------
        rested
            bool[n_officers].
        """
        rested: NDArray[np.bool_] = ~(now_s < self.rest_until_s)
        return rested

    def unengaged(self, now_s: float) -> NDArray[np.bool_]:
        """
        Tell whom no calendar entry holds elsewhere.

        Parameters
        ----------
        now_s
            The present, seconds since 1970.

        Returns
        -------
        unengaged
            bool[n_officers].
        """
        unengaged: NDArray[np.bool_] = ~(
            (self.engaged_from_s <= now_s) & (now_s < self.engaged_to_s)
        )
        return unengaged

    def without_job(self) -> NDArray[np.bool_]:
        """
        Tell who has no job in hand.

        Returns
        -------
        without_job
            bool[n_officers].
        """
        without_job: NDArray[np.bool_] = np.isnan(self.job_until_s)
        return without_job


def always_on_duty(n_officers: int) -> DutyColumns:
    """
    Give the columns of a city that keeps no rosters, calendars or jobs.

    Parameters
    ----------
    n_officers
        How many officers it has.

    Returns
    -------
    columns
        Columns that keep nobody from being sent.
    """
    none = np.full(n_officers, np.nan)
    return DutyColumns(none, none, none, none, none, none, np.zeros(n_officers))


def duty_carried_over(columns: DutyColumns, before: Roster, after: Roster) -> DutyColumns:
    """
    Go on with the officers of another version of the city.

    Parameters
    ----------
    columns
        Columns of the officers before.
    before, after
        The officers before and after.

    Returns
    -------
    columns
        Everybody's as they were; officers who are new are free until duty is drawn up again.
    """
    rows = np.array([before.officer_row.get(one.id, -1) for one in after.officers], dtype=np.int64)
    fresh = always_on_duty(1)
    return DutyColumns(
        *(
            np.append(getattr(columns, column.name), getattr(fresh, column.name))[rows]
            for column in fields(columns)
        )
    )
