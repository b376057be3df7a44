"""Signing on and off: an officer says when he or she can be sent; the door commits."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from dispatch.duty_days import DaySpan, local_day
from dispatch.duty_shift import ShiftEntry, ShiftKind, ShiftPattern
from dispatch.store.duty import add_shift, get_status, record_sign_on
from dispatch.store.ledger import record
from dispatch.unit import DutyStatus
from geo.errors import BadValue, Conflict
from geo.road.week import CITY_TIME

LONGEST_EXTRA = timedelta(hours=24)
SHORTEST_EXTRA = timedelta(minutes=1)
"""An extra shift lasts no longer and no less."""


def sign_on(  # noqa: PLR0913 -- keywords but for the officer
    session: Session,
    officer: str,
    *,
    now: datetime,
    by: str,
    by_hand: bool,
    until: datetime | None = None,
) -> None:
    """
    Sign an officer on; whoever is on duty already stays so.

    Parameters
    ----------
    session
        A session that may write.
    officer
        Id of the officer.
    now
        The present, with offset.
    by
        Name of whoever enters it.
    by_hand
        Whether that is somebody else than the officer.
    until
        End of an extra shift that begins now, for an officer whose roster has none; None
        leaves it to the roster whether he or she is on shift.

    Raises
    ------
    UnknownName
        There is no such officer.
    BadValue
        The extra shift would be shorter than a minute or longer than a day.
    """
    status = get_status(session, officer)
    if until is not None:
        add_shift(session, ShiftEntry("", officer, None, _extra(now, until)))
    fresh = DutyStatus.AVAILABLE if status == DutyStatus.OFF_DUTY else status
    record_sign_on(session, officer, status=fresh, until=until, now=now, by=by, by_hand=by_hand)
    record(session, now=now, by=by, act="sign_on", about=officer)


def sign_off(session: Session, officer: str, *, now: datetime, by: str, by_hand: bool) -> None:
    """
    Sign an officer off.

    Parameters
    ----------
    session
        A session that may write.
    officer
        Id of the officer.
    now
        The present, with offset.
    by
        Name of whoever enters it.
    by_hand
        Whether that is somebody else than the officer.

    Raises
    ------
    UnknownName
        There is no such officer.
    Conflict
        The officer is at work on an incident.
    """
    if get_status(session, officer) == DutyStatus.BUSY:
        raise Conflict(
            f"Officer {officer} is at work on an incident; end that first, then sign off."
        )
    off = DutyStatus.OFF_DUTY
    record_sign_on(session, officer, status=off, until=None, now=now, by=by, by_hand=by_hand)
    record(session, now=now, by=by, act="sign_off", about=officer)


def _extra(now: datetime, until: datetime) -> ShiftPattern:
    """A shift from now on, by the city's clock and to the second."""
    if not SHORTEST_EXTRA <= until - now <= LONGEST_EXTRA:
        raise BadValue(
            f"An extra shift from now until {until.isoformat()} is no good: "
            "it lasts a minute or more, and a day at most."
        )
    starts, ends = (
        instant.astimezone(CITY_TIME).time().replace(microsecond=0) for instant in (now, until)
    )
    day = local_day(now)
    return ShiftPattern(ShiftKind.EXTRA, DaySpan(starts, ends), valid_from=day, valid_to=day)
