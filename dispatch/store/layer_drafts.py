"""
Drafts of layers in the store: kept whole as they were read, and never judged here.

What is wrong with a draft depends on the city that is published, so findings are not kept: they are
worked out from the draft whenever they are asked for.  The counts beside it are those of the
moment at which it was loaded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.orm import Session

from dispatch.layer.check import CheckedLayer
from dispatch.layer.kind import KindName
from dispatch.layer.packing import pack, unpack
from dispatch.layer.rows import LayerRows
from dispatch.power import local_date
from dispatch.store.layer_tables import LAYER_COLUMNS, LAYER_DRAFTS
from dispatch.store.ledger import record
from dispatch.store.numbered import newest_first, row_of
from dispatch.store.upsert import next_fid
from geo.errors import Conflict
from geo.finding import Severity

MOST_LISTED = 100
"""Drafts on one page of a list, unless told otherwise."""


class DraftState(StrEnum):
    """What became of a draft."""

    DRAFT = "draft"
    PUBLISHED = "published"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class LayerDraft:
    """
    A layer that was handed in.

    Attributes
    ----------
    id
        Its number.
    kind
        What its rows are.
    file, source
        Name of the file, and of whoever it comes from.
    state
        What became of it.
    crs
        System that it was written in.
    rows
        How many it has.
    errors, warnings, notes
        What was found of it when it was loaded.
    against
        Version of the city that it was held against, or None.
    loaded_at, loaded_by
        When it was loaded, and by whom.
    """

    id: str
    kind: KindName
    file: str
    source: str
    state: DraftState
    crs: str
    rows: int
    errors: int
    warnings: int
    notes: int
    against: str | None
    loaded_at: datetime
    loaded_by: str


def add_draft(  # noqa: PLR0913 -- what is kept of it, when and in whose name
    session: Session,
    checked: CheckedLayer,
    *,
    source: str,
    against: str | None,
    now: datetime,
    by: str,
) -> LayerDraft:
    """
    Keep a layer as a draft, and what its source calls our columns.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    checked
        The layer with its findings; these may be errors.
    source
        Whom it comes from; a later file of the same source is read the same way.
    against
        Version of the city that it was held against, or None.
    now
        The present, with offset.
    by
        Account of whoever loads it.

    Returns
    -------
    draft
        With its number.
    """
    rows = checked.rows
    fid = next_fid(session, LAYER_DRAFTS)
    number = f"L{local_date(now):%Y%m%d}-{fid:06d}"
    severities = [finding.severity for finding in checked.findings]
    values = {
        "fid": fid,
        "id": number,
        "kind": rows.kind.name,
        "file": rows.file,
        "source": source,
        "state": DraftState.DRAFT,
        "crs": rows.crs.name,
        "row_count": len(rows),
        "errors": severities.count(Severity.ERROR),
        "warnings": severities.count(Severity.WARNING),
        "notes": severities.count(Severity.NOTE),
        "against": against,
        "content": pack(rows),
        "loaded_at": now,
        "loaded_by": by,
    }
    session.execute(insert(LAYER_DRAFTS).values(values))
    _save_columns(session, rows, source)
    detail = {"kind": str(rows.kind.name), "rows": len(rows)}
    record(session, now=now, by=by, act="load_layer", about=number, detail=detail)
    return get_draft(session, number)


def get_draft(session: Session, number: str) -> LayerDraft:
    """
    Look up a draft.

    Parameters
    ----------
    session
        A session.
    number
        Its id.

    Returns
    -------
    draft
        As it stands.

    Raises
    ------
    UnknownName
        There is none with this id.
    """
    return _draft(row_of(session, LAYER_DRAFTS, number, "layer draft"))


def list_drafts(
    session: Session, *, before: str | None = None, limit: int = MOST_LISTED
) -> list[LayerDraft]:
    """
    List drafts, the newest first.

    Parameters
    ----------
    session
        A session.
    before
        Id of the last draft of the page before, or None for the first page.
    limit
        How many at most.

    Returns
    -------
    drafts
        One page, those that were dropped, too.

    Raises
    ------
    UnknownName
        There is no draft ``before``.
    """
    query = newest_first(session, LAYER_DRAFTS, "layer draft", before=before, limit=limit)
    shown = [column for column in LAYER_DRAFTS.c if column.name != "content"]
    return [_draft(row) for row in session.execute(query.with_only_columns(*shown))]


def read_draft_rows(session: Session, number: str) -> LayerRows:
    """
    Read the rows of a draft.

    Parameters
    ----------
    session
        A session.
    number
        Its id.

    Returns
    -------
    rows
        As they were loaded.

    Raises
    ------
    UnknownName
        There is none with this id.
    Conflict
        It was dropped.
    """
    row = row_of(session, LAYER_DRAFTS, number, "layer draft")
    if row.content is None:
        raise Conflict(f"The layer draft {number} was dropped by {row.dropped_by}; load it again.")
    return unpack(row.content)


def drop_draft(session: Session, number: str, *, now: datetime, by: str) -> LayerDraft:
    """
    Drop a draft: its rows go, its record stays; one that is dropped already stays as it is.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    number
        Its id.
    now
        The present, with offset.
    by
        Account of whoever drops it.

    Returns
    -------
    draft
        As it stands.

    Raises
    ------
    UnknownName
        There is none with this id.
    """
    get_draft(session, number)
    dropping = (
        update(LAYER_DRAFTS)
        .where(LAYER_DRAFTS.c.id == number, LAYER_DRAFTS.c.state == DraftState.DRAFT)
        .values(state=DraftState.DROPPED, content=None, dropped_at=now, dropped_by=by)
        .returning(LAYER_DRAFTS.c.fid)
    )
    if session.execute(dropping).scalar() is not None:
        record(session, now=now, by=by, act="drop_layer", about=number)
    return get_draft(session, number)


def note_published(session: Session, numbers: Sequence[str]) -> None:
    """
    Note that drafts were published; their rows stay, to be looked at.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    numbers
        Their ids.
    """
    published = update(LAYER_DRAFTS).where(LAYER_DRAFTS.c.id.in_(numbers))
    session.execute(published.values(state=DraftState.PUBLISHED))


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


def _save_columns(session: Session, rows: LayerRows, source: str) -> None:
    """Remember what a source calls our columns, in the place of what it called them before."""
    columns, kind = LAYER_COLUMNS.c, rows.kind.name
    session.execute(delete(LAYER_COLUMNS).where(columns.source == source, columns.kind == kind))
    mapped = [
        {"source": source, "kind": kind, "name": one.column.name, "theirs": one.theirs}
        for one in rows.columns.mapped
    ]
    if mapped:
        session.execute(insert(LAYER_COLUMNS), mapped)


def _draft(row: Row[Any]) -> LayerDraft:
    return LayerDraft(
        id=row.id,
        kind=KindName(row.kind),
        file=row.file,
        source=row.source,
        state=DraftState(row.state),
        crs=row.crs,
        rows=row.row_count,
        errors=row.errors,
        warnings=row.warnings,
        notes=row.notes,
        against=row.against,
        loaded_at=row.loaded_at,
        loaded_by=row.loaded_by,
    )
