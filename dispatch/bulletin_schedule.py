"""Schedule of bulletins: which span one is about, and which are due to be made by themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dispatch.bulletin import Scope
from dispatch.report_rules import BulletinKind, Product
from dispatch.report_span import period_of
from geo.area import Area
from geo.errors import BadValue
from geo.road.week import CITY_TIME

LOOKS_BACK = timedelta(days=7)
"""A report without a span of its own begins so long ago, unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """
    Which span somebody asks for.

    Attributes
    ----------
    day
        A day of the week, month or year.
    since, until
        Any span instead.
    """

    day: date | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """
    A bulletin that is due.

    Attributes
    ----------
    scope
        What it is about.
    at
        When it was due; it says what was known then, however late it is made.
    """

    scope: Scope
    at: datetime


def scope_of(product: Product, area: str, wanted: Wanted, *, now: datetime) -> Scope:
    """
    Tell what a bulletin is about that somebody asks for.

    Parameters
    ----------
    product
        Which of the four.
    area
        Code of the area.
    wanted
        Which span; without any the last one that is over.
    now
        The present, with offset.

    Returns
    -------
    scope
        Of a report without a span, the last seven days.

    Raises
    ------
    BadValue
        Only one end of a span is named, or both a day and a span, or it ends before it begins, or
        begins in the future.
    """
    scope = _scope_of(product, area, wanted, now=now)
    if scope.since > now:
        raise BadValue("A report is about a span that has begun; this one lies in the future.")
    return scope


def _scope_of(product: Product, area: str, wanted: Wanted, *, now: datetime) -> Scope:
    """What is asked for, whether it has begun or not."""
    since, until = wanted.since, wanted.until
    if (since is None) != (until is None) or (wanted.day is not None and since is not None):
        raise BadValue("A report is about the span of one day named, or from one time to another.")
    if since is not None and until is not None:
        if since >= until:
            raise BadValue("A report is about a span that ends after it begins.")
        return Scope(product.kind, area, since, until)
    if product.span is None:
        if wanted.day is not None:
            raise BadValue(f"A {product.en.lower()} has no calendar: say from when to when.")
        return Scope(product.kind, area, now - LOOKS_BACK, now)
    if wanted.day is not None:
        return _calendar(product, area, wanted.day, back=0)
    return _calendar(product, area, now.astimezone(CITY_TIME).date(), back=1)


def due_bulletins(
    products: Iterable[Product], areas: Iterable[Area], *, now: datetime
) -> Iterator[Due]:
    """
    List what is due by now: of each report the last one, for each area.

    Parameters
    ----------
    products
        The reports.
    areas
        The areas of the city.
    now
        The present, with offset.

    Yields
    ------
    due
        Whether it has been made, the store knows.
    """
    ordered = sorted(areas, key=lambda one: one.code)
    today = now.astimezone(CITY_TIME).date()
    for product in products:
        if product.span is None:
            continue
        for area in (one for one in ordered if one.tier in product.tiers):
            for back in (1, 2):
                scope = _calendar(product, area.code, today, back=back)
                at = scope.until + timedelta(hours=product.due_h)
                if at <= now:
                    yield Due(scope, at)
                    break


def calendar_day(kind: BulletinKind, written: str) -> date:
    """
    Read how people name a span: ``2026-W47``, ``2026-11``, ``2026``, or any day of it.

    Parameters
    ----------
    kind
        Which of the four.
    written
        What was written.

    Returns
    -------
    day
        A day of that span.

    Raises
    ------
    BadValue
        It is none of these.
    """
    forms = {"%G-W%V-%u": f"{written}-1", "%Y-%m-%d": written, "%Y-%m": written, "%Y": written}
    for form, text in forms.items():
        try:
            return datetime.strptime(text, form).replace(tzinfo=CITY_TIME).date()
        except ValueError:
            continue
    raise BadValue(
        f"{written!r} names no span of a {kind} report: write 2026-W47, 2026-11, 2026 or a day."
    )


def _calendar(product: Product, area: str, day: date, *, back: int) -> Scope:
    """The week, month or year that holds a day, or one before."""
    assert product.span is not None  # whoever has none is asked for otherwise
    period = period_of(product.span, day, back=back)
    assert period.since is not None  # spans of the calendar have both ends
    assert period.until is not None
    return Scope(product.kind, area, period.since, period.until)
