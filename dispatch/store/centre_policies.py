"""Policies that command rooms have chosen, in the store."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Column, delete, select
from sqlalchemy.orm import Session

from dispatch.store.column import Instant
from dispatch.store.declare import table, text
from dispatch.store.ledger import record
from dispatch.store.upsert import upsert

CENTRE_POLICIES = table(
    "centre_policies",
    "指挥室策略 / Ranking of each command room where a request names none",
    text("area", unique=True),
    text("policy"),
    Column("chosen_at", Instant, nullable=False),
    text("chosen_by"),
)


def read_centre_policies(session: Session) -> Mapping[str, str]:
    """
    Read what command rooms have chosen.

    Parameters
    ----------
    session
        A session.

    Returns
    -------
    chosen
        Names of policies by area, in the order of the areas.
    """
    columns = CENTRE_POLICIES.c
    rows = session.execute(select(columns.area, columns.policy).order_by(columns.area))
    return {row.area: row.policy for row in rows}


def choose_policy(
    session: Session, area: str, policy: str | None, *, now: datetime, by: str
) -> None:
    """
    Choose the policy of a command room.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    area
        Code of its area.
    policy
        Name of the policy; None leaves it to the area above.
    now
        The present, with offset.
    by
        Who chooses.
    """
    if policy is None:
        session.execute(delete(CENTRE_POLICIES).where(CENTRE_POLICIES.c.area == area))
    else:
        row = {"area": area, "policy": policy, "chosen_at": now, "chosen_by": by}
        upsert(session, CENTRE_POLICIES, "area", [row])
    record(session, now=now, by=by, act="choose_policy", about=area, detail={"policy": policy})
