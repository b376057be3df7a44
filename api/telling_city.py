"""Telling of versions of the city: live events, written in the transaction that publishes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from api.schemas_city_version import CityVersionOut
from api.schemas_closure import ClosureOut
from api.schemas_suggestion import as_json
from api.telling import tell_closure
from api.weights_in_force import WeightsInForce
from dispatch.atlas import PublishedSet
from dispatch.store.ledger import tell


def tell_city(session: Session, shown: CityVersionOut, *, now: datetime) -> None:
    """
    Tell that another version of the city is published, which everybody may know.

    Parameters
    ----------
    session
        The session that publishes it.
    shown
        The version.
    now
        The present.
    """
    tell(session, "city", as_json(shown), now=now)


def tell_published(
    session: Session, published: PublishedSet, weights: WeightsInForce, *, now: datetime
) -> CityVersionOut:
    """
    Tell of a set of drafts that is published, and of the closures that came with it.

    Parameters
    ----------
    session
        The session that publishes it.
    published
        What was published.
    weights
        The roads that closures lie on.
    now
        The present.

    Returns
    -------
    shown
        The version.
    """
    shown = CityVersionOut.of(published.version)
    tell_city(session, shown, now=now)
    for record in published.closures:
        counts = weights.edge_counts(record.closure.extent, record.closure.modes)
        tell_closure(session, ClosureOut.of(record, counts, now=now), now=now)
    return shown
