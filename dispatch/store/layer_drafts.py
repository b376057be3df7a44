"""
Drafts of layers in the store: kept whole as they were read, and never judged here.

What is wrong with a draft depends on the city that is published, so findings are not kept: they are
worked out from the draft whenever they are asked for.  The counts beside it are those of the
moment at which it was loaded, or edited last.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Row, insert, update
from sqlalchemy.orm import Session

from dispatch.layer.check import CheckedLayer
from dispatch.layer.kind import KindName
from dispatch.layer.packing import pack, unpack
from dispatch.layer.rows import LayerRows
from dispatch.power import local_date
from dispatch.store.layer_columns import save_columns
from dispatch.store.layer_tables import LAYER_DRAFTS
from dispatch.store.ledger import record
from dispatch.store.numbered import newest_first, row_of
from dispatch.store.upsert import next_fid
from geo.errors import Conflict
from geo.finding import Severity

MOST_LISTED = 100
"""Drafts on one page of a list, unless told otherwise."""

_SHOWN = tuple(column for column in LAYER_DRAFTS.c if column.name != "content")
"""All that is told of a draft; its rows may be many."""


class DraftState(StrEnum):
    """How far a draft has come."""

    DRAFT = "draft"
    REVIEWED = "reviewed"
    PUBLISHED = "published"
    DROPPED = "dropped"


OPEN: Final = (DraftState.DRAFT, DraftState.REVIEWED)
"""States in which a draft may be edited, reviewed and dropped."""


@dataclass(frozen=True, slots=True)
class Review:
    """
    Word of a second person for a draft.

    Attributes
    ----------
    at, by
        When, and by whom.
    remark
        In their words.
    """

    at: datetime
    by: str
    remark: str


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
        How far it has come.
    crs
        System that it was written in.
    rows
        How many it has.
    errors, warnings, notes
        What was found of it when it was loaded, or edited last.
    against
        Version of the city that it was held against, or None.
    loaded_at, loaded_by
        When it was loaded, and by whom.
    version
        Counts from 1, one more with every edit.
    hands
        Accounts that have loaded or edited it, whoever did last at the end.
    review
        Word of a second person for it as it is, or None.
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
    version: int
    hands: tuple[str, ...]
    review: Review | None = None

    @property
    def is_open(self) -> bool:
        """Whether it may still be edited."""
        return self.state in OPEN


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
    values = {
        "fid": fid,
        "id": number,
        "kind": rows.kind.name,
        "file": rows.file,
        "source": source,
        "state": DraftState.DRAFT,
        "loaded_at": now,
        "loaded_by": by,
        "version": 1,
        "hands": json.dumps([by]),
    } | content_columns(checked, against)
    session.execute(insert(LAYER_DRAFTS).values(values))
    save_columns(session, rows, source)
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
    return _draft(row_of(session, LAYER_DRAFTS, number, "layer draft", _SHOWN))


def list_drafts(
    session: Session,
    *,
    before: str | None = None,
    limit: int | None = MOST_LISTED,
    still_open: bool = False,
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
        How many at most; None for all.
    still_open
        Whether those that were published or dropped are left out.

    Returns
    -------
    drafts
        One page.

    Raises
    ------
    UnknownName
        There is no draft ``before``.
    """
    query = newest_first(session, LAYER_DRAFTS, "layer draft", before=before, limit=limit)
    if still_open:
        query = query.where(LAYER_DRAFTS.c.state.in_(OPEN))
    return [_draft(row) for row in session.execute(query.with_only_columns(*_SHOWN))]


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


def get_open_draft(session: Session, number: str) -> LayerDraft:
    """
    Look up a draft that may be changed.

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
    Conflict
        It was published or dropped.
    """
    draft = get_draft(session, number)
    if not draft.is_open:
        raise Conflict(
            f"The layer draft {number} was {draft.state} and stays as it is; load a new one."
        )
    return draft


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


def content_columns(checked: CheckedLayer, against: str | None) -> dict[str, Any]:
    """
    Write the rows of a draft, and what was found of them, as columns of its table.

    Parameters
    ----------
    checked
        The layer with its findings.
    against
        Version of the city that it was held against, or None.

    Returns
    -------
    columns
        Values by column.
    """
    severities = [finding.severity for finding in checked.findings]
    return {
        "row_count": len(checked.rows),
        "crs": checked.rows.crs.name,
        "errors": severities.count(Severity.ERROR),
        "warnings": severities.count(Severity.WARNING),
        "notes": severities.count(Severity.NOTE),
        "against": against,
        "content": pack(checked.rows),
    }


def _draft(row: Row[Any]) -> LayerDraft:
    review = None
    if row.reviewed_by is not None:
        review = Review(row.reviewed_at, row.reviewed_by, row.remark)
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
        version=row.version,
        hands=tuple(json.loads(row.hands)),
        review=review,
    )
