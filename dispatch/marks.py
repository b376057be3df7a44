"""Marks: what an officer may be sent to, as bits, so that one question asks for any subset."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from dispatch.roster import Roster
from dispatch.unit import Unit, UnitKind
from geo.errors import BadValue
from geo.road.eligible import Wanted

FREE = "free"
CERTIFIED = "certified"
MOST_MARKS = 63


@dataclass(frozen=True, slots=True)
class Marks:
    """
    Names for the bits that the officers of a city are marked with.

    Attributes
    ----------
    bit_of
        One bit by name: `FREE`, `CERTIFIED`, ``kind:…`` of the unit that commands the crew,
        ``domain:…`` of a squad, ``skill:…``.
    standing
        What each officer is marked with whatever he or she is doing, uint64[n_officers].
    """

    bit_of: Mapping[str, int]
    standing: NDArray[np.uint64]

    def wanted(
        self, all_of: Iterable[str] = (), any_of: Iterable[str] = (), none_of: Iterable[str] = ()
    ) -> Wanted | None:
        """
        Ask for officers by the names of their marks.

        Parameters
        ----------
        all_of, any_of, none_of
            Names; see `geo.road.eligible.Wanted`.

        Returns
        -------
        wanted
            None where nobody in the city can have what is asked for.
        """
        every, some = list(all_of), list(any_of)
        held = [name for name in some if name in self.bit_of]
        if any(name not in self.bit_of for name in every) or (some and not held):
            return None
        return Wanted(self._bits(every), self._bits(held), self._bits(none_of))

    def of_status(self, status: NDArray[np.uint8], free: int) -> NDArray[np.uint64]:
        """
        Mark the officers as they now are.

        Parameters
        ----------
        status
            Status of each officer, uint8[n_officers].
        free
            The status of those who can be sent.

        Returns
        -------
        bits
            uint64[n_officers].
        """
        return self.standing | np.where(status == free, self.bit_of[FREE], 0).astype(np.uint64)

    def _bits(self, names: Iterable[str]) -> int:
        """Bits of some names together; a name that nobody has counts for nothing."""
        bits = 0
        for name in names:
            bits |= self.bit_of.get(name, 0)
        return bits


def mark_roster(roster: Roster, units: Mapping[str, Unit]) -> Marks:
    """
    Give a bit to everything that officers of a city are told apart by.

    Parameters
    ----------
    roster
        Its officers and crews.
    units
        Its units by code.

    Returns
    -------
    marks
        Names and bits.

    Raises
    ------
    BadValue
        There are more than 63 such things.
    """
    crew_names = [_crew_marks(units.get(code or "")) for code in roster.brigade_of]
    names = sorted({name for crew in crew_names for name in crew})
    names += [f"skill:{skill}" for skill in sorted(roster.skilled)]
    if len(names) + 2 > MOST_MARKS:
        raise BadValue(
            f"The city tells its officers apart by {len(names) + 2} kinds, domains and skills; "
            f"{MOST_MARKS} is the most. Merge skills that are always held together."
        )
    bit_of = {name: 1 << place for place, name in enumerate((FREE, CERTIFIED, *names))}
    of_crew = [sum(bit_of[name] for name in crew) for crew in crew_names]
    standing = np.array([*of_crew, 0], dtype=np.uint64)[roster.crew_of]
    standing |= np.where(roster.certified, bit_of[CERTIFIED], 0).astype(np.uint64)
    for skill, holders in roster.skilled.items():
        standing |= np.where(holders, bit_of[f"skill:{skill}"], 0).astype(np.uint64)
    return Marks(MappingProxyType(bit_of), standing)


def _crew_marks(brigade: Unit | None) -> list[str]:
    """Names that mark the officers of a crew by who commands it."""
    if brigade is None:
        return []
    domains = brigade.domains if brigade.kind == UnitKind.SPECIALIST_SQUAD else ()
    return [of_kind(brigade.kind), *map(of_domain, sorted(domains))]


def of_kind(kind: UnitKind) -> str:
    """
    Name the mark of officers whose crew is commanded by a unit of one kind.

    Parameters
    ----------
    kind
        Kind of the unit.

    Returns
    -------
    name
        The mark.
    """
    return f"kind:{kind.value}"


def of_domain(domain: str) -> str:
    """
    Name the mark of officers of squads that are responsible for a domain.

    Parameters
    ----------
    domain
        Its code.

    Returns
    -------
    name
        The mark.
    """
    return f"domain:{domain}"
