"""
Second person: whether drafts have to be reviewed by somebody else before they are published.

A command centre in which one person alone looks after layers could publish nothing if a second
had to look, so by default the review is asked for once there are two who may publish.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from api.service import Service
from dispatch.access import Act, Person, acts_of
from dispatch.city import City
from dispatch.sight import sees_whole_city
from dispatch.store.accounts import list_accounts
from dispatch.store.layer_drafts import get_draft
from dispatch.store.ledger import take_turn
from geo.errors import Conflict

ENOUGH = 2
"""So many accounts that may publish can look at each other's drafts."""


def require_review(session: Session, service: Service, drafts: Sequence[str]) -> None:
    """
    Refuse to publish what nobody else has looked at, where somebody else can.

    Parameters
    ----------
    session
        The session in which they are published; nobody edits them from here on.
    service
        The service.
    drafts
        Numbers of the drafts.

    Raises
    ------
    UnknownName
        There is no such draft.
    Conflict
        One of them has to be reviewed, and was not, or was edited since.
    """
    take_turn(session)
    if not _needs_review(session, service):
        return
    for number in drafts:
        if get_draft(session, number).review is None:
            raise Conflict(
                f"The layer draft {number} has to be reviewed by somebody who has not loaded or "
                f"edited it: grid-dispatch layer review {number}."
            )


def _needs_review(session: Session, service: Service) -> bool:
    """Whether the operator wants it, or two accounts could look at each other's drafts."""
    asked = service.settings.layer_review
    if asked != "when_possible":
        return asked == "always"
    may_publish = [
        account
        for account in list_accounts(session)
        if not account.locked and _publishes(account.person(), service.city)
    ]
    return len(may_publish) >= ENOUGH


def _publishes(person: Person, city: City) -> bool:
    return Act.PUBLISH_LAYERS in acts_of(person) and sees_whole_city(person, city)
