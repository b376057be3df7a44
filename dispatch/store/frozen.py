"""Frozen snapshots in the store: every part once, whoever shares it."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from dispatch.frozen import Frozen, read_contents
from dispatch.store.tables import FROZEN
from dispatch.store.upsert import insert_into


def keep_frozen(session: Session, frozen: Frozen) -> None:
    """
    Keep a snapshot; parts that the store has already are not written again.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    frozen
        The snapshot.
    """
    if session.scalar(select(FROZEN.c.digest).where(FROZEN.c.digest == frozen.digest)) is not None:
        return  # parts go and stay with the table of contents that names them
    named = select(FROZEN.c.digest).where(FROZEN.c.digest.in_(frozen.parts))
    known = set(session.scalars(named))
    fresh = [
        {"digest": digest, "part": part}
        for digest, part in frozen.parts.items()
        if digest not in known
    ]
    if fresh:  # on a server somebody else may have written all of it since
        session.execute(insert_into(session, FROZEN).on_conflict_do_nothing(), fresh)


def read_frozen(session: Session, digest: str) -> Frozen | None:
    """
    Look up a snapshot.

    Parameters
    ----------
    session
        A session.
    digest
        Its digest.

    Returns
    -------
    frozen
        As it was kept; None if it is gone, or was never kept.

    Raises
    ------
    UnreadableFile
        Its table of contents is damaged.
    """
    found = _parts(session, [digest])
    if not found:
        return None
    chunks = read_contents(digest, found[digest])
    wanted = {chunk for digests in chunks.values() for chunk in digests}
    parts = found | _parts(session, wanted)
    if not wanted <= parts.keys():
        return None
    return Frozen(digest, MappingProxyType(chunks), MappingProxyType(parts))


def drop_frozen_but(session: Session, kept: Iterable[str]) -> int:
    """
    Drop every part that no snapshot needs any more.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    kept
        Digests of the snapshots that stay.

    Returns
    -------
    n_dropped
        How many parts have gone.
    """
    needed = set(kept)
    for digest in sorted(needed):
        for part in _parts(session, [digest]).values():
            chunks = read_contents(digest, part)
            needed |= {chunk for digests in chunks.values() for chunk in digests}
    gone = set(session.scalars(select(FROZEN.c.digest))) - needed
    for digest in sorted(gone):
        session.execute(delete(FROZEN).where(FROZEN.c.digest == digest))
    return len(gone)


def _parts(session: Session, digests: Iterable[str]) -> dict[str, bytes]:
    """Packed bytes by digest, of those that are there."""
    wanted = select(FROZEN.c.digest, FROZEN.c.part).where(FROZEN.c.digest.in_(list(digests)))
    return {row.digest: row.part for row in session.execute(wanted)}
