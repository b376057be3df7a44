"""The audit, for auditors: who did what, and the head of the chain."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.access import may
from api.paging import CutDep, newest
from api.schemas import Page
from api.schemas_audit import HeadOut, LinkOut
from api.service import ServiceDep
from dispatch.access import Act, Person
from dispatch.store.audit import list_links
from dispatch.store.ledger import audit_head

router = APIRouter(prefix="/api/v1/audit", tags=["audit"])

SeeAuditDep = Annotated[Person, Depends(may(Act.SEE_AUDIT))]
Wanted = Annotated[str | None, Query(max_length=200)]


@router.get("")
def list_all(
    service: ServiceDep,
    cut: CutDep,
    _: SeeAuditDep,
    by: Wanted = None,
    act: Wanted = None,
    about: Wanted = None,
) -> Page[LinkOut]:
    """Entries of the audit, the newest first; of one account, one act, or about one thing."""
    with service.store.reading() as session:
        links, following = newest(
            lambda _, limit: list_links(
                session, before=cut.number, limit=limit, by=by, act=act, about=about
            ),
            lambda link: str(link.seq),
            cut,
        )
    return Page(items=[LinkOut.of(link) for link in links], next=following)


@router.get("/head")
def head(service: ServiceDep, _: SeeAuditDep) -> HeadOut:
    """Where the audit ends now; kept elsewhere, it shows later that nothing was cut off."""
    with service.store.reading() as session:
        return HeadOut.of(audit_head(session))
