"""Saving of positions: the live ones are written to the store now and then, some at a time."""

from __future__ import annotations

from api.service import Service
from dispatch.store.positions import write_positions

AT_A_TIME = 250
"""Positions in one transaction: a report that is to be written meanwhile waits for no more."""


def save_positions(service: Service) -> None:
    """
    Write the positions that changed since the last time, all as they are now.

    Parameters
    ----------
    service
        The service; what could not be written it keeps for the next time.
    """
    unsaved = service.take_unsaved()
    fixes = service.live.present.positions.fixes  # read after: nobody moves unseen in between
    for start in range(0, len(unsaved), AT_A_TIME):
        some = [fixes[one] for one in unsaved[start : start + AT_A_TIME] if one in fixes]
        try:
            with service.store.session() as session:
                write_positions(session, some)
                session.commit()
        except BaseException:
            service.give_back_unsaved(unsaved[start:])
            raise
