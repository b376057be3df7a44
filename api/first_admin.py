"""The first start: an administrator for a city that has no accounts yet, by a one-time link."""

from __future__ import annotations

import logging

from api.service import Service
from api.sign_in import make_link
from dispatch.access import Role
from dispatch.account import Account
from dispatch.store import ledger
from dispatch.store.accounts import add_account, has_accounts

NAME = "admin"

logger = logging.getLogger(__name__)


def invite_first_admin(service: Service) -> None:
    """
    Make the first account of a real city, and print the link that sets its password.

    Parameters
    ----------
    service
        The service; a demo city has people of its own and none is made.
    """
    if service.city.invented:
        return
    now = service.clock()
    with service.store.session() as session:
        ledger.take_turn(session)  # several processes may start at once
        if has_accounts(session):
            return
        add_account(session, Account(NAME, frozenset({Role.ADMIN}), service.city.roots))
        link = make_link(session, NAME, now=now)
        ledger.record(session, now=now, by="first start", act="user_added", about=NAME)
        session.commit()
    logger.warning(
        "Nobody has an account yet: open /sign-in?link=%s within a day to set the password of %s.",
        link,
        NAME,
    )
