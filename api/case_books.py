"""Case books now: what reports count, read once for as long as nothing happens."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock

import shapely
from sqlalchemy.orm import Session

from dispatch.access import Person
from dispatch.case_book import CaseBook
from dispatch.city import City
from dispatch.sight import sees_whole_city
from dispatch.store.case_records import read_case_book
from dispatch.store.past_incidents import past_incidents_digest


@dataclass(slots=True, eq=False)
class CaseBooks:
    """Keeps the case book that was asked for last: half a million cases take seconds to read."""

    _known: tuple[str, str] | None = None
    _book: CaseBook | None = None
    _reading: Lock = field(default_factory=Lock)

    def book_for(self, person: Person, city: City, session: Session) -> CaseBook:
        """
        Give the cases that a person sees.

        Parameters
        ----------
        person
            Who asks.
        city
            The city.
        session
            A session.

        Returns
        -------
        book
            Those whose place lies in one of their areas.

        Raises
        ------
        UnreadableFile
            What the city brought along is damaged.
        """
        book = self._whole(city, session)
        if sees_whole_city(person, city):
            return book
        own = [city.area_of[area].polygon for area in sorted(person.areas) if area in city.area_of]
        return book.within(shapely.union_all(own))

    def _whole(self, city: City, session: Session) -> CaseBook:
        """Read the book, unless it is known."""
        with self._reading:
            known = (city.version, past_incidents_digest(session))
            if self._book is None or known != self._known:
                self._book, self._known = read_case_book(session, city.zones), known
            return self._book
