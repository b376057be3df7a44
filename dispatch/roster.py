"""Roster: the officers and crews of a city as columns, so that thousands rank in milliseconds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dispatch.unit import Officer, Unit, UnitKind, commanding_brigade
from geo.errors import BadValue
from geo.road.road_class import Mode

MODES: tuple[Mode, ...] = tuple(Mode)
"""Modes in a fixed order; arrays hold the position in this tuple as uint8."""


@dataclass(frozen=True, slots=True, eq=False)
class Roster:
    """
    Officers and crews in the order of their ids; a row number stands for each.

    Attributes
    ----------
    officers, crews
        Officers by id and crews by code.
    officer_row, crew_row
        Row by officer id and by crew code.
    crew_of
        Crew row of each officer, int32[n_officers].
    by_crew, first
        Officer rows in the order of their crews, int64[n_officers], and where each crew begins
        there, int64[n_crews + 1].
    certified
        Whether each officer holds the certificate, bool[n_officers].
    skilled
        Who has a skill, bool[n_officers] by skill.
    equipped
        Who brings a piece of equipment, carried or on the crew's vehicle, bool[n_officers] by
        its code.
    mode_rows
        Officers that travel in each mode, int64[n] by mode.
    mode_of
        Position in `MODES` of how each officer travels, uint8[n_officers].
    brigade_of
        Code of the brigade or squad that commands each crew, or None, n_crews of them.
    brigades, brigade_row
        Codes of those that command any, ascending, and the place among them of the one that
        commands each crew, int64[n_crews]; -1 for none.
    crews_of
        Crews that a brigade or squad commands, int64[n] by its code; those without crews are
        missing.
    """

    officers: tuple[Officer, ...]
    crews: tuple[Unit, ...]
    officer_row: Mapping[str, int]
    crew_row: Mapping[str, int]
    crew_of: NDArray[np.int32]
    by_crew: NDArray[np.int64]
    first: NDArray[np.int64]
    certified: NDArray[np.bool_]
    skilled: Mapping[str, NDArray[np.bool_]]
    equipped: Mapping[str, NDArray[np.bool_]]
    mode_rows: Mapping[Mode, NDArray[np.int64]]
    mode_of: NDArray[np.uint8]
    brigade_of: tuple[str | None, ...]
    brigades: tuple[str, ...]
    brigade_row: NDArray[np.int64]
    crews_of: Mapping[str, NDArray[np.int64]]

    def travelling_by(self, mode: Mode, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """
        Pick the officers that travel in one mode.

        Parameters
        ----------
        mode
            The mode.
        rows
            Rows of officers.

        Returns
        -------
        rows
            Those of them, in the order given, int64[n].
        """
        of_mode: NDArray[np.int64] = rows[self.mode_of[rows] == MODES.index(mode)]
        return of_mode

    def members(self, crew: int) -> NDArray[np.int64]:
        """
        List the officers of a crew.

        Parameters
        ----------
        crew
            Row of the crew.

        Returns
        -------
        rows
            Rows of its officers, int64[n].
        """
        return self.by_crew[self.first[crew] : self.first[crew + 1]]

    def commands(self, brigade: str | None) -> NDArray[np.int64]:
        """
        List the crews of a brigade or squad.

        Parameters
        ----------
        brigade
            Its code, or None.

        Returns
        -------
        rows
            Rows of its crews, ascending, int64[n]; none for a unit that commands none.
        """
        return self.crews_of.get(brigade or "", np.zeros(0, dtype=np.int64))

    def commanded_by(self, brigades: Iterable[str]) -> NDArray[np.bool_]:
        """
        Mark the crews of some brigades or squads.

        Parameters
        ----------
        brigades
            Codes of brigades and squads.

        Returns
        -------
        commanded
            bool[n_crews].
        """
        wanted = set(brigades)
        return np.array([code in wanted for code in self.brigade_of], dtype=np.bool_)


def muster(units: Mapping[str, Unit], officers: Iterable[Officer]) -> Roster:
    """
    Lay units and officers out as columns.

    Parameters
    ----------
    units
        Every unit by code.
    officers
        Every officer.

    Returns
    -------
    roster
        Officers by id, crews by code.

    Raises
    ------
    BadValue
        An officer belongs to no crew, an id is used twice, or a crew has no mode of travel.
    """
    ranked = tuple(sorted(officers, key=lambda officer: officer.id))
    crews = tuple(units[code] for code in sorted(units) if units[code].kind == UnitKind.CREW)
    crew_row = {crew.code: row for row, crew in enumerate(crews)}
    officer_row = {officer.id: row for row, officer in enumerate(ranked)}
    _check(ranked, crews, officer_row, crew_row)
    crew_of = np.array([crew_row[officer.crew] for officer in ranked], dtype=np.int32)
    by_crew = np.argsort(crew_of, kind="stable")
    brigade_of = tuple(commanding_brigade(crew, units) for crew in crews)
    brigades = tuple(sorted({code for code in brigade_of if code is not None}))
    place_of = {code: place for place, code in enumerate(brigades)}
    return Roster(
        officers=ranked,
        crews=crews,
        officer_row=officer_row,
        crew_row=crew_row,
        crew_of=crew_of,
        by_crew=by_crew,
        first=np.searchsorted(crew_of[by_crew], np.arange(len(crews) + 1)),
        certified=np.array([officer.certified for officer in ranked], dtype=np.bool_),
        skilled=_holders([officer.skills for officer in ranked]),
        equipped=_holders([(*one.equipment, *units[one.crew].equipment) for one in ranked]),
        mode_rows=_mode_rows(crews, crew_of),
        mode_of=_mode_of(crews)[crew_of],
        brigade_of=brigade_of,
        brigades=brigades,
        brigade_row=np.array([place_of.get(code or "", -1) for code in brigade_of], dtype=np.int64),
        crews_of=_crews_of(brigade_of),
    )


def _check(
    officers: tuple[Officer, ...],
    crews: tuple[Unit, ...],
    officer_row: Mapping[str, int],
    crew_row: Mapping[str, int],
) -> None:
    """Refuse officers without a crew, ids used twice and crews without a mode."""
    if len(officer_row) != len(officers):
        raise BadValue("Two officers share one id; ids must be unique in the city.")
    for officer in officers:
        if officer.crew not in crew_row:
            raise BadValue(f"Officer {officer.id} is in crew {officer.crew}, which does not exist.")
    for crew in crews:
        if crew.mode is None:
            raise BadValue(f"Crew {crew.code} has no mode of travel; give car, ebike or foot.")


def _holders(codes: Sequence[tuple[str, ...]]) -> dict[str, NDArray[np.bool_]]:
    """Who has each code that anybody has, from what each has."""
    known = sorted({code for held in codes for code in held})
    return {code: np.array([code in held for held in codes], dtype=np.bool_) for code in known}


def _mode_rows(
    crews: tuple[Unit, ...], crew_of: NDArray[np.int32]
) -> dict[Mode, NDArray[np.int64]]:
    """Rows of the officers that travel in each mode that is used."""
    rows: dict[Mode, NDArray[np.int64]] = {}
    for mode in Mode:
        travels = np.array([crew.mode == mode for crew in crews], dtype=np.bool_)
        of_mode = np.flatnonzero(travels[crew_of]) if len(crews) else np.zeros(0, np.int64)
        if len(of_mode):
            rows[mode] = of_mode
    return rows


def _mode_of(crews: tuple[Unit, ...]) -> NDArray[np.uint8]:
    """Position in `MODES` of how each crew travels."""
    modes = [crew.mode for crew in crews if crew.mode is not None]  # all of them, see _check
    return np.array([MODES.index(mode) for mode in modes], dtype=np.uint8)


def _crews_of(brigade_of: tuple[str | None, ...]) -> dict[str, NDArray[np.int64]]:
    """Rows of the crews that each brigade or squad commands."""
    rows: dict[str, list[int]] = {}
    for row, code in enumerate(brigade_of):
        if code is not None:
            rows.setdefault(code, []).append(row)
    return {code: np.array(crews, dtype=np.int64) for code, crews in rows.items()}
