"""Collections of drafts of layers: rows as they were handed in, for those who load layers."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import partial

from api.ogc.collection import Collection, JsonType, properties_of
from api.service import Service
from dispatch.access import Act, Person
from dispatch.layer.kinds import KINDS
from dispatch.store.layer_drafts import LayerDraft, get_draft, list_drafts, read_draft_rows
from geo.errors import UnknownName
from geo.feature_table import FeatureTable, lay_out

PREFIX = "draft-"
"""Before the number of a draft, in the name of its collection."""


def draft_collections(service: Service) -> tuple[Collection, ...]:
    """
    List the collections of drafts that are neither published nor dropped.

    Parameters
    ----------
    service
        The service.

    Returns
    -------
    collections
        The newest first.
    """
    with service.store.reading() as session:
        drafts = list_drafts(session, limit=None, still_open=True)
    return tuple(map(_of, drafts))


def draft_collection(service: Service, name: str) -> Collection | None:
    """
    Find the collection of one draft.

    Parameters
    ----------
    service
        The service.
    name
        Name of the collection.

    Returns
    -------
    collection
        None if it is none of a draft, or of one that is published, dropped or not there.
    """
    draft = draft_of(service, name)
    return _of(draft) if draft is not None and draft.is_open else None


def draft_of(service: Service, name: str) -> LayerDraft | None:
    """
    Find the draft that a collection shows, or did.

    Parameters
    ----------
    service
        The service.
    name
        Name of the collection.

    Returns
    -------
    draft
        Whatever became of it; None if there is no such draft.
    """
    if not name.startswith(PREFIX):
        return None
    try:
        with service.store.reading() as session:
            return get_draft(session, name.removeprefix(PREFIX))
    except UnknownName:
        return None


def _of(draft: LayerDraft) -> Collection:
    """The collection of one draft; cells are texts, as whoever mends them finds them."""
    kind = KINDS[draft.kind]
    columns = tuple(
        replace(one, type=JsonType.STRING, instant=False) for one in properties_of(kind)
    )
    return Collection(
        name=f"{PREFIX}{draft.id}",
        zh=f"草稿 {draft.id}：{kind.zh.partition('（')[0]}",
        en=f"Draft {draft.id}: {draft.kind}",
        zh_about=f"{draft.loaded_by} 上传的 {draft.file}，尚未发布。",
        en_about=f"{draft.file}, loaded by {draft.loaded_by} and not published.",
        columns=columns,
        dimension=kind.dimension,
        acts=frozenset({Act.LOAD_LAYERS}),
        table=partial(_table, draft),
        draft=draft.id,
    )


def _table(draft: LayerDraft, service: Service, _: Person) -> FeatureTable:
    """Lay the rows of a draft out, once for as long as nothing is known to have changed in it."""
    version = hashlib.blake2b(repr(draft).encode(), digest_size=6).hexdigest()

    def laid_out() -> FeatureTable:
        with service.store.reading() as session:
            rows = read_draft_rows(session, draft.id)
        ids = [str(number) for number in rows.numbers]
        cells = {name: [cell or None for cell in rows.cells[name]] for name in rows.kind.by_name}
        return lay_out(version, ids, rows.shapes, cells)

    return service.feature_tables.of(f"{PREFIX}{draft.id}", version, laid_out)
