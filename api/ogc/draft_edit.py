"""
Edit of a draft: read, changed, checked and kept, without a lock while it is checked.

Two who edit at once both check; the second to keep finds the draft a version on, reads it again
and looks whether the feature is still what was read.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from pydantic import BaseModel

from api.errors import NotFound, PreconditionRequired
from api.idempotency import Effect
from api.layer_check import check_layer
from api.ogc.etag import feature_digest
from api.service import Service
from dispatch.access import Person
from dispatch.layer.edit import row_at
from dispatch.layer.rows import LayerRows
from dispatch.store.draft_steps import edit_draft
from dispatch.store.layer_drafts import LayerDraft, get_open_draft, read_draft_rows
from geo.errors import Conflict, Outdated, UnknownName
from geo.feature_table import FeatureTable, lay_out

MOST_TRIES: Final = 8
"""A draft that so many others edit meanwhile is not waited for any longer."""

_TAG: Final = re.compile(r'(W/)?"([^"]*)"')

Out = TypeVar("Out", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class DraftEdit:
    """
    What somebody does to a draft.

    Attributes
    ----------
    draft
        Its number.
    did
        ``create``, ``replace``, ``update`` or ``delete``, for the audit.
    feature
        Number of the feature; None for a new one.
    if_match
        What was read of the feature, as ETags have it; None where that is not said.
    change
        Makes the layer as it is to be.
    """

    draft: str
    did: str
    feature: int | None
    if_match: str | None
    change: Callable[[LayerRows], LayerRows]


def keep_edit(
    service: Service,
    effect: Effect,
    person: Person,
    edit: DraftEdit,
    told: Callable[[LayerDraft, LayerRows], Out],
) -> Out:
    """
    Edit a draft and answer what is kept, in one transaction.

    Parameters
    ----------
    service
        The service.
    effect
        Of the request.
    person
        Who edits.
    edit
        What is done.
    told
        Makes the answer of the draft and its rows as they are then.

    Returns
    -------
    answer
        What is kept.

    Raises
    ------
    NotFound
        There is no such feature.
    Outdated
        It is not any more what was read.
    PreconditionRequired
        Somebody else edited the draft last, and it is not said what was read.
    Conflict
        The draft was published or dropped, or others edit it all the time.
    BadValue
        The layer can't hold what it is to.
    """
    effect.replay()
    for _ in range(MOST_TRIES):
        with service.store.reading() as session:
            draft = get_open_draft(session, edit.draft)
            rows = read_draft_rows(session, edit.draft)
        _require_match(draft, rows, edit, person)
        after = edit.change(rows)
        checked = check_layer(service, after)
        with effect.begin() as session:
            kept = edit_draft(
                session,
                edit.draft,
                checked,
                version=draft.version,
                against=service.city.version,
                edit={"did": edit.did, "feature": edit.feature or after.last_number},
                now=service.clock(),
                by=person.name,
            )
            if kept is not None:
                return effect.commit(told(kept, after))
    raise Conflict(f"Others edit the layer draft {edit.draft} all the time; try again.")


def one_feature(rows: LayerRows, number: int) -> FeatureTable:
    """
    Lay out one feature of a draft, as its collection has it.

    Parameters
    ----------
    rows
        Rows of the draft.
    number
        Number of the feature.

    Returns
    -------
    table
        With one row.

    Raises
    ------
    NotFound
        There is none with this number.
    """
    try:
        at = row_at(rows, number)
    except UnknownName as error:
        raise NotFound(str(error)) from error
    columns = {name: [rows.cells[name][at] or None] for name in rows.kind.by_name}
    return lay_out("", [str(number)], rows.shapes[at : at + 1], columns)


def _require_match(draft: LayerDraft, rows: LayerRows, edit: DraftEdit, person: Person) -> None:
    """Refuse to change a feature that is not any more what whoever changes it has read."""
    if edit.feature is None:
        return
    table = one_feature(rows, edit.feature)
    if edit.if_match is None:
        _require_own(draft, person)
    elif edit.if_match.strip() != "*" and feature_digest(table, 0) not in _digests(edit.if_match):
        raise Outdated(
            f"Feature {edit.feature} of the layer draft {draft.id} has changed since it was read: "
            "read it again."
        )


def _require_own(draft: LayerDraft, person: Person) -> None:
    """Whoever edited a draft last knows it; after anybody else one has to have read it."""
    last = draft.hands[-1]
    if last != person.name:
        raise PreconditionRequired(
            f"{last} edited the layer draft {draft.id} last: read the feature first, and send its "
            "ETag back as If-Match."
        )


def _digests(if_match: str) -> set[str]:
    """What strong tags say of the content; a weak one never matches."""
    return {tag.partition("-")[0] for weak, tag in _TAG.findall(if_match) if not weak}
