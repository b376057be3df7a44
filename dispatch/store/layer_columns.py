"""What each source calls our columns, remembered from its last layer of a kind."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from dispatch.layer.kind import KindName
from dispatch.layer.rows import LayerRows
from dispatch.store.layer_tables import LAYER_COLUMNS


def saved_columns(session: Session, source: str, kind: KindName) -> Mapping[str, str]:
    """
    Tell what a source called our columns last time.

    Parameters
    ----------
    session
        A session.
    source
        Whom layers come from.
    kind
        Kind of the layer.

    Returns
    -------
    columns
        Ours to theirs; empty for a source that is not known.
    """
    columns = LAYER_COLUMNS.c
    named = select(columns.name, columns.theirs).where(
        columns.source == source, columns.kind == kind
    )
    return {row.name: row.theirs for row in session.execute(named)}


def save_columns(session: Session, rows: LayerRows, source: str) -> None:
    """
    Remember what a source calls our columns, in the place of what it called them before.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    rows
        A layer of the source.
    source
        Whom it comes from.
    """
    columns, kind = LAYER_COLUMNS.c, rows.kind.name
    session.execute(delete(LAYER_COLUMNS).where(columns.source == source, columns.kind == kind))
    mapped = [
        {"source": source, "kind": kind, "name": one.column.name, "theirs": one.theirs}
        for one in rows.columns.mapped
    ]
    if mapped:
        session.execute(insert(LAYER_COLUMNS), mapped)
