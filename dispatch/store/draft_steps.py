"""
Steps of a draft in the store: edited, reviewed, dropped.

An edit makes a new version of a draft and takes back its review.  Whoever edits has checked the
rows beforehand, so that no lock is held meanwhile, and says which version they were made from.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import Update, update
from sqlalchemy.orm import Session

from dispatch.layer.check import CheckedLayer
from dispatch.store.layer_drafts import (
    OPEN,
    DraftState,
    LayerDraft,
    content_columns,
    get_draft,
    get_open_draft,
)
from dispatch.store.layer_tables import LAYER_DRAFTS
from dispatch.store.ledger import record, take_turn
from geo.errors import Conflict, Outdated

_NO_REVIEW: Final = {"reviewed_at": None, "reviewed_by": None, "remark": None}


def edit_draft(  # noqa: PLR0913 -- what is kept of it, when and in whose name
    session: Session,
    number: str,
    checked: CheckedLayer,
    *,
    version: int,
    against: str | None,
    edit: Mapping[str, str | int],
    now: datetime,
    by: str,
) -> LayerDraft | None:
    """
    Keep the rows of a draft as somebody has edited them; a review of it is over.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    number
        Its id.
    checked
        The layer as it is after the edit, with its findings.
    version
        Version of the draft that was edited.
    against
        Version of the city that the layer was held against, or None.
    edit
        What the audit says of the edit.
    now
        The present, with offset.
    by
        Account of whoever edits.

    Returns
    -------
    draft
        As it stands, one version on; None if it is at another version by now.

    Raises
    ------
    UnknownName
        There is none with this id.
    Conflict
        It was published or dropped.
    """
    take_turn(session)  # whoever publishes has it from reading rows until they are published
    draft = get_open_draft(session, number)
    hands = [one for one in draft.hands if one != by]
    values = content_columns(checked, against) | _NO_REVIEW | {"state": DraftState.DRAFT}
    editing = (
        _open_row(number)
        .where(LAYER_DRAFTS.c.version == version)
        .values(version=version + 1, hands=json.dumps([*hands, by]), **values)
        .returning(LAYER_DRAFTS.c.fid)
    )
    if session.execute(editing).scalar() is None:
        return None
    detail = {**edit, "version": version + 1}
    record(session, now=now, by=by, act="edit_layer", about=number, detail=detail)
    return get_draft(session, number)


def review_draft(  # noqa: PLR0913 -- what is said, when and in whose name
    session: Session, number: str, *, version: int | None, remark: str, now: datetime, by: str
) -> LayerDraft:
    """
    Note that a second person has looked at a draft and found it fit to be published.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    number
        Its id.
    version
        Version that was looked at; None for the present one.
    remark
        What the person says of it.
    now
        The present, with offset.
    by
        Account of the person.

    Returns
    -------
    draft
        As it stands.

    Raises
    ------
    UnknownName
        There is none with this id.
    Conflict
        It was published or dropped, errors stand against it, or the person has loaded or edited it.
    Outdated
        It was edited since.
    """
    take_turn(session)
    draft = get_open_draft(session, number)
    if by in draft.hands:
        raise Conflict(
            f"{by} has loaded or edited the layer draft {number}; somebody else has to review it."
        )
    if draft.errors:
        raise Conflict(
            f"{draft.errors} error(s) stand against the layer draft {number}; mend them, then have "
            "it reviewed."
        )
    read = draft.version if version is None else version
    reviewing = (
        _open_row(number)
        .where(LAYER_DRAFTS.c.version == read)
        .values(state=DraftState.REVIEWED, reviewed_at=now, reviewed_by=by, remark=remark)
        .returning(LAYER_DRAFTS.c.fid)
    )
    if session.execute(reviewing).scalar() is None:
        raise Outdated(f"The layer draft {number} was edited since it was read: look at it again.")
    detail: dict[str, str | int] = {"version": read, "remark": remark}
    record(session, now=now, by=by, act="review_layer", about=number, detail=detail)
    return get_draft(session, number)


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
    Conflict
        It was published.
    """
    take_turn(session)
    get_draft(session, number)
    dropping = (
        _open_row(number)
        .values(state=DraftState.DROPPED, content=None, dropped_at=now, dropped_by=by)
        .returning(LAYER_DRAFTS.c.fid)
    )
    if session.execute(dropping).scalar() is not None:
        record(session, now=now, by=by, act="drop_layer", about=number)
    draft = get_draft(session, number)
    if draft.state is not DraftState.DROPPED:
        raise Conflict(f"The layer draft {number} was {draft.state} and stays for the record.")
    return draft


def _open_row(number: str) -> Update:
    """Begin a change of a draft that is made only while it is open."""
    draft = LAYER_DRAFTS.c
    return update(LAYER_DRAFTS).where(draft.id == number, draft.state.in_(OPEN))
