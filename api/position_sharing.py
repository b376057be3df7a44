"""Position sharing: processes on one PostgreSQL tell each other once a second who moved."""

from __future__ import annotations

from datetime import timedelta

from api.service import Service
from dispatch.store.position_deltas import (
    deltas_of_others,
    drop_deltas,
    read_deltas,
    write_delta,
)

KEPT_S = 60.0
"""How long a second's fixes stay for processes that are slow or have just started."""


class PositionSharing:
    """
    Writes who moved here and takes over who moved elsewhere, at every beat.

    A fix that is read twice is a no-op, since the newest wins; so nothing depends on the order
    in which rows appear.

    Parameters
    ----------
    service
        The service.
    process
        A name that no other process has.
    """

    def __init__(self, service: Service, process: str) -> None:
        self._service, self._process = service, process
        self._seen: frozenset[int] = frozenset()

    def beat(self) -> None:
        """Tell what is new here, then take over what is new there."""
        self._write()
        with self._service.store.reading() as session:
            there = deltas_of_others(session, process=self._process)
            fixes = read_deltas(session, there - self._seen)
        self._seen = there
        if fixes:
            self._service.take_over(fixes, now=self._service.clock())

    def _write(self) -> None:
        """Write who moved here, and drop what everybody has read."""
        service, now = self._service, self._service.clock()
        unshared = service.take_unshared()
        present = service.live.present  # read after: nobody moves unseen in between
        row_of = present.city.roster.officer_row
        moved = [officer for officer in unshared if officer in row_of]
        if not moved:
            return
        fixes = present.fixes[[row_of[officer] for officer in moved]]
        with service.store.session() as session:
            write_delta(session, moved, fixes, process=self._process, now=now)
            drop_deltas(session, before=now - timedelta(seconds=KEPT_S), process=self._process)
            session.commit()
