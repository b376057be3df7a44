"""Saving of positions: the live ones are written to the store now and then, in batches."""

from __future__ import annotations

from api.service import Service
from dispatch.store.positions import write_positions


def save_positions(service: Service) -> None:
    """
    Write the positions that changed since the last time, all of them or none.

    Parameters
    ----------
    service
        The service; what could not be written it keeps for the next time.
    """
    unsaved = service.take_unsaved()
    if not unsaved:
        return
    fixes = service.live.present.positions.fixes  # read after: nobody moves unseen in between
    try:
        with service.store.session() as session:
            write_positions(session, [fixes[officer] for officer in unsaved if officer in fixes])
            session.commit()
    except BaseException:
        service.give_back_unsaved(unsaved)
        raise
