"""Jobs: what officers have in hand, since when, and when they expect to be free."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from geo.errors import BadValue


@dataclass(frozen=True, slots=True)
class Job:
    """
    A job of one officer.

    Attributes
    ----------
    id
        Its number.
    officer
        Who does it.
    started_at, expected_end
        When it began, and when it should be done, with offset.
    ended_at
        When it was done; None while it is in hand.
    incident
        Id of the incident, or None.
    """

    id: str
    officer: str
    started_at: datetime
    expected_end: datetime
    ended_at: datetime | None = None
    incident: str | None = None

    def __post_init__(self) -> None:
        """Refuse a job that ends before it starts."""
        for end in (self.expected_end, self.ended_at):
            if end is not None and end < self.started_at:
                raise BadValue(f"The job ends at {end}, before it starts at {self.started_at}.")

    def in_hand(self, now_s: float) -> bool:
        """
        Tell whether it is being done.

        Parameters
        ----------
        now_s
            The present, seconds since 1970.

        Returns
        -------
        in_hand
            Whether it has begun and is not done, even if it should be.
        """
        return self.started_at.timestamp() <= now_s and not self.done(now_s)

    def done(self, now_s: float) -> bool:
        """
        Tell whether it is done.

        Parameters
        ----------
        now_s
            The present, seconds since 1970.

        Returns
        -------
        done
            Whether it has ended.
        """
        return self.ended_at is not None and self.ended_at.timestamp() <= now_s

    def work_s(self, now_s: float) -> float:
        """
        Say how much work it is.

        Parameters
        ----------
        now_s
            The present, seconds since 1970.

        Returns
        -------
        work_s
            Seconds that it took, or is expected to take while it is in hand.
        """
        end = self.ended_at if self.done(now_s) and self.ended_at else self.expected_end
        return (end - self.started_at).total_seconds()
