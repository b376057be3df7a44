"""Hotline intake: use cases of work orders; the door that calls them commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from dispatch import desk
from dispatch.city import City
from dispatch.hotline import SENDER, Order
from dispatch.incident import Incident
from dispatch.origin import Origin, Source
from dispatch.store.ledger import take_turn
from dispatch.store.origins import sent_before


def take_orders(
    session: Session, orders: Sequence[Order], city: City, *, by: str, now: datetime
) -> tuple[dict[str, str], list[Incident]]:
    """
    Take work orders in that are not known yet, all of them or none.

    Parameters
    ----------
    session
        A session that may write.
    orders
        Without a finding that is an error.
    city
        The city.
    by
        Account of whoever hands them in.
    now
        The present, with offset.

    Returns
    -------
    known
        Ids of the incidents of orders that came in before, by number of the order.
    new
        Incidents of the others, in the order given.
    """
    take_turn(session)  # before the first look: the feed may bring an order of the file meanwhile
    known = sent_before(session, SENDER, [one.number for one in orders])
    new = [
        desk.receive(
            session,
            Incident(one.lon_lat, one.matters, now, text=one.text, reporter=one.reporter),
            city,
            by=by,
            origin=Origin(
                Source.HOTLINE,
                sender=SENDER,
                reference=one.number,
                address=one.address,
                address_code=one.address_code,
            ),
        )
        for one in orders
        if one.number not in known
    ]
    return known, new
