"""Once a day the store forgets what is no longer needed."""

from __future__ import annotations

import logging
from datetime import timedelta

from api.service import Service
from api.settings import Settings
from dispatch.store.retention import Forgotten, Kept, forget, last_forgotten

logger = logging.getLogger(__name__)

EVERY = timedelta(days=1)

BY_ITSELF = "retention"
"""In whose name the service forgets."""


def kept_by(settings: Settings) -> Kept:
    """
    Read for how long things are kept.

    Parameters
    ----------
    settings
        What the operator set.

    Returns
    -------
    kept
        In days.
    """
    return Kept(
        tracks_d=settings.keep_tracks_d,
        reporters_d=settings.keep_reporters_d,
        snapshots_d=settings.keep_snapshots_d,
        events_d=settings.keep_events_d,
        audit_d=settings.keep_audit_d,
    )


def forget_daily(service: Service) -> Forgotten | None:
    """
    Forget what is older than it is kept, unless that was done within a day.

    Parameters
    ----------
    service
        The service.

    Returns
    -------
    forgotten
        How much has gone; None where it is not due.
    """
    now = service.clock()
    with service.store.reading() as session:
        last = last_forgotten(session)
    if last is not None and now - last < EVERY:
        return None
    with service.store.session() as session:
        forgotten = forget(session, kept_by(service.settings), now=now, by=BY_ITSELF)
        session.commit()
    logger.info("Forgotten, as the settings say: %s", forgotten)
    return forgotten
