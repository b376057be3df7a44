"""
Incidents of past years as columns: what a plan is counted, calibrated and judged by.

A store fills the columns from what it keeps; nothing here knows where they come from.  A stamp
that nobody recorded is NaN, and a figure is only ever taken of those that have it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from dispatch.arrival_chance import hours_of_week
from geo.errors import BadValue
from geo.road.frozen import freeze
from geo.road.week import CITY_TIME, HOURS_OF_WEEK
from geo.zone import UnitGrid

DAY_S = 86_400.0
WEEK_S = 7 * DAY_S
MONDAY_S = 4 * DAY_S - 8 * 3600.0
"""The first Monday of 1970, in Asia/Shanghai, seconds since 1970."""

YEAR_S = 365.2425 * DAY_S
"""A year of the calendar in the mean."""

SILENCE_S, SILENT_TIMES = 3 * DAY_S, 50.0
"""No city is silent for three days, nor by chance for fifty times its usual time."""

NOWHERE = -1
"""Position of what has none."""

WORDS: Mapping[str, str] = {"grid": "grids", "matter": "matters", "crew": "crews", "mode": "modes"}
"""Columns of positions, and the words that they are positions in."""

TIMES = (
    "reported_s", "dispatched_s", "first_on_scene_s", "arrived_s", "handled_s", "closed_s",
)  # fmt: skip
"""Columns of instants."""


@dataclass(frozen=True, slots=True, eq=False)
class IncidentHistory:
    """
    Past incidents in order of their reports; rows are incidents.

    Attributes
    ----------
    grids, matters, crews, modes
        Words that columns are positions in: codes of unit grids, of matters, of crews, and names
        of modes, each sorted.
    grid, matter, crew, mode
        Unit grid, first matter, the crew that was sent and how it travels, int32[n]; -1 where
        there is none on record.
    lon_lat
        Where each was, WGS-84 degrees, float64[n, 2].
    reported_s, dispatched_s, first_on_scene_s, arrived_s, handled_s, closed_s
        Instants, seconds since 1970, float64[n]; NaN where nobody recorded it.
    estimated_s
        Travel time that was predicted for the crew that was sent, float64[n]; NaN where none was.
    from_lon_lat
        Where the crew set out, WGS-84 degrees, float64[n, 2]; NaN where that is not known.
    several
        Whether it has several matters, bool[n].
    visit
        Whether it was a planned visit and nobody's report, bool[n].
    """

    grids: tuple[str, ...]
    matters: tuple[str, ...]
    crews: tuple[str, ...]
    modes: tuple[str, ...]
    grid: NDArray[np.int32]
    matter: NDArray[np.int32]
    crew: NDArray[np.int32]
    mode: NDArray[np.int32]
    lon_lat: NDArray[np.float64]
    reported_s: NDArray[np.float64]
    dispatched_s: NDArray[np.float64]
    first_on_scene_s: NDArray[np.float64]
    arrived_s: NDArray[np.float64]
    handled_s: NDArray[np.float64]
    closed_s: NDArray[np.float64]
    estimated_s: NDArray[np.float64]
    from_lon_lat: NDArray[np.float64]
    several: NDArray[np.bool_]
    visit: NDArray[np.bool_]

    def __post_init__(self) -> None:
        """Make the arrays read-only; refuse columns that don't belong together."""
        freeze(self)
        lengths = {len(getattr(self, field.name)) for field in fields(self)[len(WORDS) :]}
        if len(lengths) != 1:
            raise BadValue("Columns of past incidents must be of one length.")
        if np.isnan(self.reported_s).any() or (np.diff(self.reported_s) < 0).any():
            raise BadValue("Past incidents stand in the order in which they were reported.")
        for column, words in WORDS.items():
            rows = getattr(self, column)
            if len(rows) and not NOWHERE <= rows.min() <= rows.max() < len(getattr(self, words)):
                raise BadValue(f"Past incidents name a {column} that is not in their list.")

    def __len__(self) -> int:
        """How many there are."""
        return len(self.reported_s)

    @property
    def hour(self) -> NDArray[np.int64]:
        """Hour of the local week in which each was reported, 0 = Monday 00:00, int64[n]."""
        return hours_of_week(self.reported_s)

    @property
    def week(self) -> NDArray[np.int64]:
        """Week in which each was reported, Monday to Sunday, counted from the first, int64[n]."""
        week = np.floor((self.reported_s - MONDAY_S) / WEEK_S).astype(np.int64)
        counted: NDArray[np.int64] = week - week[:1].sum()
        return counted

    def take(self, rows: NDArray[np.bool_] | NDArray[np.int64] | slice) -> IncidentHistory:
        """
        Pick some.

        Parameters
        ----------
        rows
            Which, in the order of time.

        Returns
        -------
        history
            Only those, on the same words.
        """
        names = [field.name for field in fields(self)[len(WORDS) :]]
        picked: dict[str, Any] = {name: getattr(self, name)[rows] for name in names}
        return replace(self, **picked)

    def between(self, start_s: float, end_s: float) -> IncidentHistory:
        """
        Pick those reported in a time.

        Parameters
        ----------
        start_s, end_s
            Seconds since 1970; the end itself does not belong to it.

        Returns
        -------
        history
            Only those.
        """
        first, last = np.searchsorted(self.reported_s, (start_s, end_s))
        return self.take(slice(int(first), int(last)))


@dataclass(frozen=True, slots=True)
class Span:
    """
    Whole days of the local calendar that a history covers.

    Attributes
    ----------
    start_s, end_s
        First midnight and the one after the last day, seconds since 1970.
    """

    start_s: float
    end_s: float

    @property
    def years(self) -> float:
        """How many years that is."""
        return (self.end_s - self.start_s) / YEAR_S

    def hours(self) -> NDArray[np.float64]:
        """
        Count how often each hour of the week occurs.

        Returns
        -------
        times
            float64[168].
        """
        n_hours = round((self.end_s - self.start_s) / 3600.0)
        first = int(hours_of_week(self.start_s)) if n_hours else 0
        whole, rest = divmod(n_hours, HOURS_OF_WEEK)
        times = np.full(HOURS_OF_WEEK, float(whole))
        times[(first + np.arange(rest)) % HOURS_OF_WEEK] += 1.0
        return times


def span_of(history: IncidentHistory) -> Span:
    """
    Tell which days a history covers: from that of its first report to that of its last.

    Parameters
    ----------
    history
        Past incidents, one or more.

    Returns
    -------
    span
        Whole local days.

    Raises
    ------
    BadValue
        There is no incident.
    """
    if not len(history):
        raise BadValue("There is no past incident to count by.")
    ahead_s = CITY_TIME.utcoffset(None).total_seconds()
    first, last = (history.reported_s[[0, -1]] + ahead_s) // DAY_S
    return Span(float(first * DAY_S - ahead_s), float((last + 1) * DAY_S - ahead_s))


def longest_stretch(history: IncidentHistory) -> IncidentHistory:
    """
    Leave out what a silence parts from the bulk of a history.

    A store may keep a year that its city brought along and, months later, the incidents of its
    first day: rates counted over all of that time would be too low.

    Parameters
    ----------
    history
        Past incidents.

    Returns
    -------
    history
        The stretch with the most incidents in which nowhere nothing was reported for longer than
        `SILENCE_S` and than `SILENT_TIMES` the usual time between two reports.
    """
    gaps = np.diff(history.reported_s)
    if not len(gaps):
        return history
    most_s = max(SILENCE_S, SILENT_TIMES * float(np.median(gaps)))
    cuts = [0, *(np.flatnonzero(gaps > most_s) + 1).tolist(), len(history)]
    sizes = np.diff(cuts)
    longest = int(sizes.argmax())
    return history.take(slice(cuts[longest], cuts[longest + 1]))


def on_grids(history: IncidentHistory, grids: Sequence[UnitGrid]) -> NDArray[np.int64]:
    """
    Place past incidents on the unit grids of today.

    Parameters
    ----------
    history
        Past incidents.
    grids
        Unit grids in the order of their codes.

    Returns
    -------
    grid
        Position of the grid of the same code; where today has none of that code, because grids
        were split or coded anew, of the grid in which the place lies, the first where borders
        meet; -1 outside all, int64[n].
    """
    row_of = {grid.code: row for row, grid in enumerate(grids)}
    known = np.array([*(row_of.get(code, NOWHERE) for code in history.grids), NOWHERE])
    row = known[history.grid].astype(np.int64)
    lost = np.flatnonzero(row == NOWHERE)
    if len(lost) and len(grids):
        shapes = np.array([grid.polygon for grid in grids], dtype=object)
        places = shapely.points(history.lon_lat[lost])
        place, cell = shapely.STRtree(shapes).query(places, predicate="intersects")
        order = np.lexsort((-cell, place))  # the first is written last
        row[lost[place[order]]] = cell[order]
    return row


def code_words(codes: Iterable[str | None]) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    """
    Write texts as positions in a list of them.

    Parameters
    ----------
    codes
        Texts; None and the empty text are nothing.

    Returns
    -------
    words
        Each once, sorted.
    rows
        Position of each text, int32[n]; -1 for nothing.
    """
    given = list(codes)
    words = tuple(sorted({code for code in given if code}))
    row_of: dict[str | None, int] = {word: row for row, word in enumerate(words)}
    rows = np.array([row_of.get(code, NOWHERE) for code in given], dtype=np.int32)
    return words, rows


def joined(parts: Sequence[IncidentHistory]) -> IncidentHistory:
    """
    Put histories together.

    Parameters
    ----------
    parts
        One or more, each with words of its own; none holds an incident of another.

    Returns
    -------
    history
        All of their incidents in order of time; equal times in the order of the parts.
    """
    if len(parts) == 1:
        return parts[0]
    columns: dict[str, Any] = {}
    for column, name in WORDS.items():
        words = tuple(sorted({word for part in parts for word in getattr(part, name)}))
        row_of = {word: row for row, word in enumerate(words)}
        columns[name] = words
        columns[column] = np.concatenate([_moved(part, column, row_of) for part in parts])
    for field in fields(IncidentHistory):
        if field.name not in columns:
            columns[field.name] = np.concatenate([getattr(part, field.name) for part in parts])
    order = np.argsort(columns["reported_s"], kind="stable")
    for name, values in columns.items():
        columns[name] = values if isinstance(values, tuple) else values[order]
    return IncidentHistory(**columns)


def _moved(part: IncidentHistory, column: str, row_of: Mapping[str, int]) -> NDArray[np.int32]:
    """Positions of one part in words that are everybody's."""
    moved = [row_of[word] for word in getattr(part, WORDS[column])]
    rows: NDArray[np.int32] = np.array([*moved, NOWHERE], dtype=np.int32)[getattr(part, column)]
    return rows
