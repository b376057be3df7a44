"""A process that commits reports, one after the other, and says each once it is committed."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import count
from multiprocessing.connection import Connection

from faults.running_server import end_with_parent

from dispatch.incident import Incident
from dispatch.store.engine import open_store
from dispatch.store.incidents import add_incident

SEVEN = datetime(2026, 11, 19, 23, 0, tzinfo=UTC)


def commit_reports(url: str, said: Connection) -> None:
    """Commit until somebody kills this process; only what is committed is said."""
    end_with_parent()
    with closing(open_store(url)) as store:
        for number in count():
            report = Incident((109.0, 21.5), (), SEVEN + timedelta(seconds=number), text="x" * 200)
            with store.session() as session:
                kept = add_incident(session, report, filed_under=())
                session.commit()
            said.send_bytes(str(kept.id).encode())
