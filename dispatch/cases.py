"""
Cases: what is recorded of incidents from report to rating, as rows and as columns.

The columns are all that indicators read.  A store fills them straight from its tables; rows
are for few cases.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from geo.errors import BadValue
from geo.zone import ARRIVAL_TARGET_S


class Stage(StrEnum):
    """What can happen to a case; each is recorded with the instant at which it last did."""

    REPORTED = "reported"
    ACCEPTED = "accepted"
    DISPATCHED = "dispatched"
    ACKNOWLEDGED = "acknowledged"
    EN_ROUTE = "en_route"
    ON_SCENE = "on_scene"
    HANDLED = "handled"
    FEEDBACK = "feedback"
    VERIFIED = "verified"
    CLOSED = "closed"
    RATED = "rated"
    RETURNED = "returned"
    REASSIGNED = "reassigned"
    SUSPENDED = "suspended"
    MERGED = "merged"
    HANDED_OFF = "handed_off"
    CANCELLED = "cancelled"
    DECIDED = "decided"
    RECONSIDERED = "reconsidered"


class Limit(StrEnum):
    """What has a deadline."""

    ACKNOWLEDGE = "acknowledge"
    HANDLE = "handle"
    CLOSE = "close"


DONE_BY = MappingProxyType(
    {
        Limit.ACKNOWLEDGE: Stage.ACKNOWLEDGED,
        Limit.HANDLE: Stage.HANDLED,
        Limit.CLOSE: Stage.CLOSED,
    }
)
"""The stage that meets each deadline."""


class Number(StrEnum):
    """What is counted of a case, or given as a figure."""

    DISPATCHES = "dispatches"
    ACCURATE_DISPATCHES = "accurate_dispatches"
    RETURNS = "returns"
    RATING = "rating"
    ARRIVAL_TARGET_S = "arrival_target_s"
    DISPUTES = "disputes"


class Word(StrEnum):
    """What a case is grouped by."""

    KIND = "kind"
    ZONE = "zone"
    UNIT = "unit"
    MATTER = "matter"


@dataclass(frozen=True, slots=True)
class Case:
    """
    One case.

    Attributes
    ----------
    id
        Its number.
    at
        When each stage was last reached, with offset.
    due
        Deadlines in force, with offset; a suspension has moved them already.
    dispatches, accurate_dispatches
        How often it was dispatched, and to a unit that did not send it back as not its own.
    returns
        How often verification sent it back to be done again.
    rating
        What the reporter gave, 1 to 5, or None.
    arrival_target_s
        Seconds within which a crew should have been there.
    disputes
        How often it was disputed whose it is.
    kind, zone, unit, matter
        What is asked of groups; empty where there is none.
    """

    id: str
    at: Mapping[Stage, datetime]
    due: Mapping[Limit, datetime] = field(default_factory=dict)
    dispatches: int = 0
    accurate_dispatches: int = 0
    returns: int = 0
    rating: int | None = None
    arrival_target_s: float = ARRIVAL_TARGET_S
    disputes: int = 0
    kind: str = "report"
    zone: str = ""
    unit: str = ""
    matter: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Cases:
    """
    Many cases as columns.

    Attributes
    ----------
    at_s
        Seconds since 1970 at which each stage was last reached, float64[n]; NaN where not.
        A stage that is missing was never reached.
    due_s
        Deadlines in force, seconds since 1970, float64[n]; NaN where there is none.
    numbers
        Figures, float64[n]; NaN where there is none.
    words
        Words, str[n]; empty where there is none.
    """

    at_s: Mapping[Stage, NDArray[np.float64]]
    due_s: Mapping[Limit, NDArray[np.float64]]
    numbers: Mapping[Number, NDArray[np.float64]]
    words: Mapping[Word, NDArray[np.str_]]

    def __post_init__(self) -> None:
        """Refuse columns of different length, and a case with more right dispatches than any."""
        columns = [*self.at_s.values(), *self.due_s.values()]
        lengths = {len(column) for column in (*columns, *self.numbers.values())}
        lengths |= {len(column) for column in self.words.values()}
        if len(lengths) != 1 or Stage.REPORTED not in self.at_s:
            raise BadValue("Columns of cases must be of one length, and hold when each came in.")
        right, all_of_them = self.number(Number.ACCURATE_DISPATCHES), self.number(Number.DISPATCHES)
        if (right > all_of_them).any():
            raise BadValue("A case was dispatched rightly more often than it was dispatched.")

    def __len__(self) -> int:
        """How many there are."""
        return len(self.at_s[Stage.REPORTED])

    def reached_s(self, stage: Stage, now_s: float) -> NDArray[np.float64]:
        """
        Tell when a stage was reached, as known at an instant.

        Parameters
        ----------
        stage
            The stage.
        now_s
            What comes after this is not known yet; seconds since 1970.

        Returns
        -------
        at_s
            float64[n]; NaN where not reached.
        """
        at_s = self.at_s.get(stage)
        return self._nothing() if at_s is None else np.where(at_s <= now_s, at_s, np.nan)

    def limit_s(self, limit: Limit) -> NDArray[np.float64]:
        """
        Tell the deadlines.

        Parameters
        ----------
        limit
            Which.

        Returns
        -------
        due_s
            float64[n]; NaN where there is none.
        """
        return self.due_s.get(limit, self._nothing())

    def number(self, number: Number) -> NDArray[np.float64]:
        """
        Give a figure of every case.

        Parameters
        ----------
        number
            Which.

        Returns
        -------
        figures
            float64[n]; NaN where there is none.
        """
        return self.numbers.get(number, self._nothing())

    def word(self, word: Word) -> NDArray[np.str_]:
        """
        Give a word of every case.

        Parameters
        ----------
        word
            Which.

        Returns
        -------
        words
            str[n]; empty where there is none.
        """
        return self.words.get(word, np.full(len(self), ""))

    def take(self, rows: NDArray[np.bool_] | NDArray[np.int64]) -> Cases:
        """
        Pick some.

        Parameters
        ----------
        rows
            Which.

        Returns
        -------
        cases
            Only those.
        """
        return Cases(
            at_s={stage: column[rows] for stage, column in self.at_s.items()},
            due_s={limit: column[rows] for limit, column in self.due_s.items()},
            numbers={number: column[rows] for number, column in self.numbers.items()},
            words={word: column[rows] for word, column in self.words.items()},
        )

    def _nothing(self) -> NDArray[np.float64]:
        """Fill a column with nothing."""
        return np.full(len(self), np.nan)


def put_together(parts: Sequence[Cases]) -> Cases:
    """
    Put cases behind each other.

    Parameters
    ----------
    parts
        One or more; a column that only some have is empty in the others.

    Returns
    -------
    cases
        All of them.
    """
    return Cases(
        at_s={
            stage: np.concatenate([part.reached_s(stage, np.inf) for part in parts])
            for stage in Stage
        },
        due_s={limit: np.concatenate([part.limit_s(limit) for part in parts]) for limit in Limit},
        numbers={
            number: np.concatenate([part.number(number) for part in parts]) for number in Number
        },
        words={word: np.concatenate([part.word(word) for part in parts]) for word in Word},
    )


def tabulate(cases: Sequence[Case]) -> Cases:
    """
    Turn rows into columns.

    Parameters
    ----------
    cases
        The rows.

    Returns
    -------
    cases
        The same as columns, in the same order.
    """

    def seconds(moments: list[datetime | None]) -> NDArray[np.float64]:
        return np.array(
            [np.nan if moment is None else moment.timestamp() for moment in moments], dtype=float
        )

    return Cases(
        at_s={stage: seconds([case.at.get(stage) for case in cases]) for stage in Stage},
        due_s={limit: seconds([case.due.get(limit) for case in cases]) for limit in Limit},
        numbers={
            number: np.array([getattr(case, number) for case in cases], dtype=np.float64)
            for number in Number
        },
        words={word: np.array([getattr(case, word) for case in cases], dtype=str) for word in Word},
    )
