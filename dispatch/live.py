"""Live whereabouts: the one mutable thing, a snapshot that is swapped whole under a lock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from threading import Lock

from dispatch.city import City
from dispatch.drone import DroneColumns, carried_over
from dispatch.duty_columns import DutyColumns, duty_carried_over
from dispatch.unit import DutyStatus
from dispatch.whereabouts import STATUSES, Whereabouts, locate_officers
from geo.position import Fix, FixResult
from geo.remark import Remark

OFF_DUTY = Remark(
    "off_duty",
    "队员未在岗，不保留其定位。",
    "The officer is off duty, and is not tracked; sign on first.",
)

_OFF_DUTY = STATUSES.index(DutyStatus.OFF_DUTY)


class LiveWhereabouts:
    """
    Keeps the present whereabouts while fixes and statuses come in from many threads.

    Parameters
    ----------
    whereabouts
        The snapshot to start from.
    """

    def __init__(self, whereabouts: Whereabouts) -> None:
        self._lock = Lock()
        self._present = whereabouts

    @property
    def present(self) -> Whereabouts:
        """The present snapshot; it never changes once taken."""
        return self._present

    def take_in(self, fixes: Iterable[Fix], *, now: datetime) -> tuple[FixResult, ...]:
        """
        Take in fixes.

        Parameters
        ----------
        fixes
            One or many.
        now
            The present, with offset.

        Returns
        -------
        results
            What became of each fix, in the order given; of officers off duty none is kept.
        """
        given = list(fixes)
        with self._lock:
            off_duty = [self._is_off_duty(fix.officer) for fix in given]
            tracked = [fix for fix, off in zip(given, off_duty, strict=True) if not off]
            self._present, judged = self._present.moved(tracked, now=now)
        results = iter(judged)
        return tuple(
            FixResult(fix, OFF_DUTY) if off else next(results)
            for fix, off in zip(given, off_duty, strict=True)
        )

    def _is_off_duty(self, officer: str) -> bool:
        """Whether an officer has signed off."""
        row = self._present.city.roster.officer_row.get(officer)
        return row is not None and bool(self._present.status[row] == _OFF_DUTY)

    def set_status(self, statuses: Mapping[str, DutyStatus]) -> None:
        """
        Change who is free.

        Parameters
        ----------
        statuses
            New status by officer id.
        """
        with self._lock:
            self._present = self._present.with_status(statuses)

    def set_duty(self, duty: DutyColumns) -> None:
        """
        Change shifts, rests, engagements and jobs in hand.

        Parameters
        ----------
        duty
            Columns with a row per officer of the city.
        """
        with self._lock:
            self._present = self._present.with_duty(duty)

    def set_drones(self, drones: DroneColumns) -> None:
        """
        Change where the drones are and which are out.

        Parameters
        ----------
        drones
            Columns with a row per drone of the city.
        """
        with self._lock:
            self._present = self._present.with_drones(drones)

    def swap_city(self, city: City) -> None:
        """
        Go on with another version of the city.

        Parameters
        ----------
        city
            The new version; officers it does not know drop out, and those who are new are off
            duty until the store says otherwise.
        """
        with self._lock:
            before = self._present
            new = dict.fromkeys(city.roster.officer_row, DutyStatus.OFF_DUTY)
            drones = carried_over(before.drones, before.city.drones, city.drones)
            after = locate_officers(city, before.positions, new | before.statuses())
            duty = duty_carried_over(before.duty, before.city.roster, city.roster)
            self._present = after.with_drones(drones).with_duty(duty)
