"""What a bulletin is counted from, read from the store as it was on record at an instant."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from dispatch.bulletin import Evidence, Scope, parts_of
from dispatch.case_book import CaseBook, join_books
from dispatch.cases import Stage, Word
from dispatch.city import City
from dispatch.figure_name import SCORE, Dimension, FigureName
from dispatch.indicator import Period
from dispatch.indicator_report import touches
from dispatch.report_rules import ReportRules
from dispatch.store.appeals import Appeal, upheld_appeals
from dispatch.store.bulletins import get_bulletin
from dispatch.store.case_records import read_own_book
from dispatch.unit import BRIGADES, commanding_brigade

Out = tuple[tuple[str, str, str], ...]
"""Cases that an upheld appeal takes out: code of the figure, the case, number of the appeal."""


@dataclass(frozen=True, slots=True, eq=False)
class Sources:
    """
    What bulletins are told by, besides the record.

    Attributes
    ----------
    city
        The city, by whose areas, zones and units they are told.
    past
        Gives the cases that a city brought along, grouped by its zones.
    """

    city: City
    past: Callable[[City], Sequence[CaseBook]]


def read_evidence(
    session: Session, scope: Scope, rules: ReportRules, sources: Sources, *, known_at: datetime
) -> tuple[Evidence, Out]:
    """
    Read what a bulletin is counted from.

    Parameters
    ----------
    session
        A session.
    scope
        What it is about.
    rules
        What it says.
    sources
        By what it is told.
    known_at
        As known at this instant.

    Returns
    -------
    evidence, out
        The cases of its area, and which of them appeals have taken out of a figure.
    """
    city = sources.city
    since = min(scope.since, scope.before.since or scope.since)
    looked_at = Period(since, scope.until)
    own = read_own_book(session, city.zones, known_at=known_at, since=since)
    parts = [book.take(_matters(book, looked_at, known_at)) for book in sources.past(city)]
    book = join_books([*parts, own])
    if scope.area not in city.roots:
        book = book.within(city.area_of[scope.area].polygon)
    out = tuple(
        (code, appeal.incident or "", appeal.id)
        for appeal in upheld_appeals(session, known_at=known_at)
        for code in _codes(session, appeal, rules)
    )
    left_out = {
        code: frozenset(number for named, number, _ in out if named == code)
        for code in {code for code, _, _ in out}
    }
    groups = {
        Dimension.BRIGADE: _brigades(book, city),
        Dimension.AREA: _areas_below(book, scope.area, city),
    }
    mine = frozenset(book.ids.tolist())
    shown = tuple(one for one in out if one[1] in mine)
    return Evidence(book, groups, known_at, left_out), shown


def _matters(book: CaseBook, period: Period, known_at: datetime) -> NDArray[np.bool_]:
    """Which past cases any figure may count: touched in a span, or open still."""
    closed_s = book.cases.reached_s(Stage.CLOSED, known_at.timestamp())
    return touches(book.cases, period, known_at) | np.isnan(closed_s)


def _codes(session: Session, appeal: Appeal, rules: ReportRules) -> tuple[str, ...]:
    """Figures that an upheld appeal takes a case out of; of a score, out of all its parts."""
    name = FigureName.read(appeal.figure)
    if name.code != SCORE:
        return (name.code,)
    kind = get_bulletin(session, appeal.bulletin).scope.kind
    return tuple(part.code for part in parts_of(name, rules.products[kind]))


def _brigades(book: CaseBook, city: City) -> NDArray[np.str_]:
    """The brigade or squad of each case: that of the crew that was sent last."""
    units, at = np.unique(book.cases.word(Word.UNIT), return_inverse=True)
    names = [_brigade(code, city) for code in units.tolist()] or [""]
    brigades: NDArray[np.str_] = np.array(names)[at]
    return brigades


def _brigade(code: str, city: City) -> str:
    """The brigade or squad that a unit belongs to; empty where none is known."""
    unit = city.units.get(code)
    if unit is None:
        return ""
    return code if unit.kind in BRIGADES else commanding_brigade(unit, city.units) or ""


def _areas_below(book: CaseBook, area: str, city: City) -> NDArray[np.str_]:
    """The area next below in which each case lies; on a border the first by code."""
    below = sorted((one for one in city.areas if one.parent == area), key=lambda one: one.code)
    found = np.full(len(book), len(below))
    tree = shapely.STRtree([one.polygon for one in below])
    point, at = tree.query(shapely.points(book.lon_lat), predicate="intersects")
    np.minimum.at(found, point, at)
    codes: NDArray[np.str_] = np.array([*(one.code for one in below), ""])[found]
    return codes
