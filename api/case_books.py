"""Case books now: what reports count, read once for as long as nothing happens."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock

import shapely
from sqlalchemy.orm import Session

from dispatch.access import Person
from dispatch.case_book import CaseBook, join_books
from dispatch.city import City
from dispatch.sight import sees_whole_city
from dispatch.store.case_records import own_book_mark, read_own_book, read_past_books
from dispatch.store.past_incidents import parts_digest

MOST_PASTS = 2
"""Versions of a city for which past cases are kept: that of today, and one of before."""


@dataclass(slots=True, eq=False)
class CaseBooks:
    """
    Keeps the case book that was asked for last, in two parts.

    Half a million past cases take seconds to read and stay as they are; the store's own change
    with every step that somebody takes, and are few beside them.  The past is kept as two cities
    group it, so that whoever opens a report of before the last change puts nobody else off.
    """

    _past: OrderedDict[tuple[str, str], tuple[CaseBook, ...]] = field(default_factory=OrderedDict)
    _known: tuple[str, str, str] | None = None
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

    def past_books(self, city: City, session: Session) -> tuple[CaseBook, ...]:
        """
        Give the cases that a city brought along.

        Parameters
        ----------
        city
            The city by whose zones they are grouped; those of the two versions that were asked for
            last are known.
        session
            A session.

        Returns
        -------
        books
            Part by part.

        Raises
        ------
        UnreadableFile
            What the city brought along is damaged.
        """
        with self._reading:
            return self._past_of(city, session)

    def _past_of(self, city: City, session: Session) -> tuple[CaseBook, ...]:
        """Read the past, unless it is known."""
        known = (city.version, parts_digest(session))
        if known not in self._past:
            while len(self._past) >= MOST_PASTS:
                self._past.popitem(last=False)
            self._past[known] = tuple(read_past_books(session, city.zones))
        self._past.move_to_end(known)
        return self._past[known]

    def _whole(self, city: City, session: Session) -> CaseBook:
        """Read the book, unless it is known."""
        with self._reading:
            past = self._past_of(city, session)
            known = (city.version, parts_digest(session), own_book_mark(session))
            if self._book is None or known != self._known:
                own = read_own_book(session, city.zones)
                self._book, self._known = join_books([*past, own]), known
            return self._book
