"""Use cases of GIS staff: what is published, as layers are held against it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.city import City
from dispatch.layer.published import Published
from dispatch.lifecycle import ENDED, State
from dispatch.store.cities import read_city
from dispatch.store.duty import read_duty
from dispatch.store.engine import Store
from dispatch.store.incidents import list_incidents

MOST_INCIDENTS = 20_000
"""Open incidents that are looked at; the newest, where there are more."""


def read_published(store: Store, *, now: datetime) -> Published:
    """
    Read what is published.

    Parameters
    ----------
    store
        The store of the city.
    now
        The present, with offset.

    Returns
    -------
    published
        The city, its rosters and calendars, and where its open incidents are.

    Raises
    ------
    UnreadableFile
        No city has been loaded.
    """
    city = read_city(store, or_by_air=True)
    with store.reading() as session:
        return published_in(session, city, now=now)


def published_in(session: Session, city: City, *, now: datetime) -> Published:
    """
    Read what is published beside a city that is read already.

    Parameters
    ----------
    session
        A session.
    city
        The city.
    now
        The present, with offset.

    Returns
    -------
    published
        The city, its rosters and calendars, and where its open incidents are.
    """
    still_open = [state for state in State if state not in ENDED]
    incidents = list_incidents(session, states=still_open, limit=MOST_INCIDENTS)
    places = {str(incident.id): incident.lon_lat for incident in incidents}
    return Published(city, read_duty(session, now=now), places)
