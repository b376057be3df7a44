"""Hourly speeds: how much faster or slower than usual, by mode, hour of the week and class."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geo.errors import BadValue
from geo.road.frozen import freeze
from geo.road.road_class import CLASS_CODE, ROAD_CLASSES, Mode
from geo.road.speed_table import read_modes, read_table
from geo.road.week import HOURS_OF_WEEK, read_hours

MODES = tuple(Mode)

COLUMNS = ("mode", "class", "days", "hours", "speed_factor")

LEAST, MOST = 0.02, 5.0
"""A factor outside is a unit mistaken."""


@dataclass(frozen=True, slots=True)
class HourlyRule:
    """
    One line of a table of hourly speeds.

    Attributes
    ----------
    modes
        Who travels.
    class_codes
        Positions in ``ROAD_CLASSES``.
    hours
        Hours of the week.
    speed_factor
        Speed as a share of the base speed.
    """

    modes: tuple[Mode, ...]
    class_codes: tuple[int, ...]
    hours: frozenset[int]
    speed_factor: float

    def __post_init__(self) -> None:
        """Refuse a factor that cannot be meant."""
        if not LEAST <= self.speed_factor <= MOST:
            raise BadValue(
                f"A speed factor of {self.speed_factor:g} is not between {LEAST:g} and {MOST:g}; "
                "1 is the base speed, 0.5 half of it."
            )


@dataclass(frozen=True, eq=False)
class HourlySpeeds:
    """
    Speeds by hour of the week as shares of the base speed.

    Attributes
    ----------
    speed_factor
        float64[n_modes, 168, n_classes], above 0.
    """

    speed_factor: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Freeze the table."""
        freeze(self)

    def of(self, mode: Mode, hour: int) -> NDArray[np.float64]:
        """
        Give the factors of one hour.

        Parameters
        ----------
        mode
            Who travels.
        hour
            Hour of the week.

        Returns
        -------
        speed_factor
            By class code, float64[n_classes].
        """
        factors: NDArray[np.float64] = self.speed_factor[MODES.index(mode), hour]
        return factors

    def same_hour(self, mode: Mode, hour: int) -> int | None:
        """
        Name all hours of the same speeds by the first of them.

        Parameters
        ----------
        mode
            Who travels.
        hour
            Hour of the week.

        Returns
        -------
        hour
            First hour of the week with the same factors; None where all are 1.
        """
        first = self._same_hour[mode][hour]
        return None if first < 0 else first

    def varies(self, mode: Mode) -> bool:
        """
        Tell whether speeds depend on the hour.

        Parameters
        ----------
        mode
            Who travels.

        Returns
        -------
        varies
            False where all hours have the same speeds.
        """
        return len(set(self._same_hour[mode])) > 1

    @cached_property
    def digest(self) -> str:
        """Digest of the table: equal tables, equal digest."""
        return hashlib.blake2b(self.speed_factor.tobytes(), digest_size=6).hexdigest()

    @cached_property
    def _same_hour(self) -> Mapping[Mode, list[int]]:
        """First hour with the same factors by mode and hour; -1 for all ones."""
        return {mode: [self._first(mode, hour) for hour in range(HOURS_OF_WEEK)] for mode in MODES}

    def _first(self, mode: Mode, hour: int) -> int:
        """First hour that has the factors of an hour."""
        table = self.speed_factor[MODES.index(mode)]
        if (table[hour] == 1.0).all():
            return -1
        return int(np.flatnonzero((table == table[hour]).all(axis=1))[0])


def hourly_speeds(rules: Iterable[HourlyRule]) -> HourlySpeeds:
    """
    Put a table together.

    Parameters
    ----------
    rules
        Its lines; a later one outranks those before it.

    Returns
    -------
    speeds
        1 wherever no rule says otherwise.
    """
    factor = np.ones((len(MODES), HOURS_OF_WEEK, len(ROAD_CLASSES)))
    for rule in rules:
        modes = [MODES.index(mode) for mode in rule.modes]
        factor[np.ix_(modes, sorted(rule.hours), rule.class_codes)] = rule.speed_factor
    return HourlySpeeds(factor)


ALWAYS_ALIKE = hourly_speeds(())
"""Every hour at the base speed."""


def hourly_rule(row: Mapping[str, str]) -> HourlyRule:
    """
    Read one line of a table.

    Parameters
    ----------
    row
        Texts by column: ``mode`` and ``class`` (several with ``;``, empty for all), ``days``
        and ``hours`` (see `geo.road.week.read_hours`), ``speed_factor``.

    Returns
    -------
    rule
        The line.

    Raises
    ------
    BadValue
        A word is not in the vocabulary, or the factor is no number in range.
    """
    try:
        factor = float(row["speed_factor"])
    except ValueError as error:
        raise BadValue(f"speed_factor “{row['speed_factor']}” is no number.") from error
    return HourlyRule(
        modes=read_modes(row["mode"]),
        class_codes=_class_codes(row["class"]),
        hours=read_hours(row["days"], row["hours"]),
        speed_factor=factor,
    )


def read_hourly_speeds(path: Path) -> HourlySpeeds:
    """
    Read a table of hourly speeds.

    Parameters
    ----------
    path
        CSV in UTF-8 with the columns of `COLUMNS`, see `hourly_rule`.

    Returns
    -------
    speeds
        1 wherever no line says otherwise.

    Raises
    ------
    UnreadableFile, MissingColumn
        There is no such table.
    BadValue
        A line cannot be used; the sentence names it.
    """
    return hourly_speeds(read_table(path, COLUMNS, hourly_rule))


def _class_codes(text: str) -> tuple[int, ...]:
    """Read classes of road."""
    words = [word.strip() for word in text.split(";") if word.strip()]
    unknown = [word for word in words if word not in CLASS_CODE]
    if unknown:
        raise BadValue(f"“{unknown[0]}” is no class of road; they are {', '.join(ROAD_CLASSES)}.")
    return tuple(CLASS_CODE[word] for word in words or ROAD_CLASSES)
