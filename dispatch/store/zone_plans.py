"""
Zone plans that are drawn, in the store: begun, edited step by step, evaluated, published or closed.

What a plan says is bytes here, which `dispatch.planning_desk` packs and unpacks.  Each edit makes a
new version of a plan; whoever edits says which version was read, so nobody undoes another's work.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from dispatch.power import local_date
from dispatch.store.ledger import record
from dispatch.store.numbered import newest_first, row_of
from dispatch.store.upsert import next_fid
from dispatch.store.zone_plan_tables import ZONE_PLANS
from geo.errors import Conflict

WHAT: Final = "zone plan"
"""What sentences call a row."""

_SHOWN = tuple(
    column
    for column in ZONE_PLANS.c
    if column.name not in {"content", "base_content", "evaluation"}
)
"""All that is told of a plan in a list; what it says of each grid is long."""


class ZonePlanState(StrEnum):
    """How far a zone plan has come."""

    DRAFT = "draft"
    EVALUATED = "evaluated"
    PLANNED = "planned"
    PUBLISHED = "published"
    CLOSED = "closed"


OPEN: Final = (ZonePlanState.DRAFT, ZonePlanState.EVALUATED)
"""States in which a plan may be edited, evaluated, published and closed."""


@dataclass(frozen=True, slots=True)
class DrawnPlan:
    """
    A zone plan that somebody draws.

    Attributes
    ----------
    id
        Its number.
    name
        What whoever draws it calls it.
    state
        How far it has come.
    base
        Digest of the plan that was published when it was begun, or rebased.
    digest
        Digest of what it says now.
    version
        Counts from 1, one more with every change.
    step, steps
        Edits that are in it, and how many there are with those that were undone.
    hands
        Accounts that have begun or edited it, whoever did last at the end.
    made_at, made_by
        When it was begun, and by whom.
    changed_at, changed_by
        When it was changed last, and by whom.
    publishing
        What was said when it was published or planned: reason, gate, override, drafts of layers.
    city_plan
        Number of the planned version of the city that it waits for, or None.
    city_version
        Number of the version of the city that it became, or None.
    """

    id: str
    name: str
    state: ZonePlanState
    base: str
    digest: str
    version: int
    step: int
    steps: int
    hands: tuple[str, ...]
    made_at: datetime
    made_by: str
    changed_at: datetime
    changed_by: str
    publishing: Mapping[str, Any]
    city_plan: str | None = None
    city_version: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether it may still be edited."""
        return self.state in OPEN


@dataclass(frozen=True, slots=True)
class PlanBytes:
    """
    What a plan says, and what was published when it was begun, both packed.

    Attributes
    ----------
    base, content
        Packed plans.
    base_digest, digest
        Their digests.
    """

    base: bytes
    base_digest: str
    content: bytes
    digest: str


@dataclass(frozen=True, slots=True)
class Hand:
    """
    Who changes a plan, when, and which version they have read.

    Attributes
    ----------
    now
        The present, with offset.
    by
        Account.
    version
        The version that was read; None for whichever it is.
    """

    now: datetime
    by: str
    version: int | None = None


def begin_zone_plan(session: Session, name: str, packed: PlanBytes, hand: Hand) -> DrawnPlan:
    """
    Begin a plan.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    name
        What it is called.
    packed
        What it says, and what is published.
    hand
        Who begins it, and when.

    Returns
    -------
    plan
        With its number.
    """
    fid = next_fid(session, ZONE_PLANS)
    number = f"P{local_date(hand.now):%Y%m%d}-{fid:06d}"
    values = content_columns(packed) | {
        "fid": fid,
        "id": number,
        "name": name,
        "state": ZonePlanState.DRAFT,
        "version": 1,
        "step": 0,
        "steps": 0,
        "hands": json.dumps([hand.by]),
        "made_at": hand.now,
        "made_by": hand.by,
        "changed_at": hand.now,
        "changed_by": hand.by,
    }
    session.execute(insert(ZONE_PLANS).values(values))
    detail = {"base": packed.base_digest, "digest": packed.digest}
    record_plan(session, "begin_plan", number, hand, detail)
    return get_zone_plan(session, number)


def get_zone_plan(session: Session, number: str) -> DrawnPlan:
    """
    Look up a plan.

    Parameters
    ----------
    session
        A session.
    number
        Its id.

    Returns
    -------
    plan
        As it stands.

    Raises
    ------
    UnknownName
        There is none with this id.
    """
    return _plan(row_of(session, ZONE_PLANS, number, WHAT, _SHOWN))


def get_open_plan(session: Session, number: str) -> DrawnPlan:
    """
    Look up a plan that may be changed.

    Parameters
    ----------
    session
        A session.
    number
        Its id.

    Returns
    -------
    plan
        As it stands.

    Raises
    ------
    UnknownName
        There is none with this id.
    Conflict
        It is planned, published or closed.
    """
    plan = get_zone_plan(session, number)
    if not plan.is_open:
        way = (
            "call its publication off" if plan.state is ZonePlanState.PLANNED else "begin a new one"
        )
        raise Conflict(f"The zone plan {number} is {plan.state} and stays as it is; {way}.")
    return plan


def list_zone_plans(
    session: Session, *, before: str | None = None, limit: int | None = 100
) -> list[DrawnPlan]:
    """
    List plans, the newest first.

    Parameters
    ----------
    session
        A session.
    before
        Id of the last plan of the page before, or None for the first page.
    limit
        How many at most; None for all.

    Returns
    -------
    plans
        One page, those that were published or closed, too.

    Raises
    ------
    UnknownName
        There is no plan ``before``.
    """
    query = newest_first(session, ZONE_PLANS, WHAT, before=before, limit=limit)
    return [_plan(row) for row in session.execute(query.with_only_columns(*_SHOWN))]


def read_plan_bytes(session: Session, number: str) -> PlanBytes:
    """
    Read what a plan says.

    Parameters
    ----------
    session
        A session.
    number
        Its id.

    Returns
    -------
    packed
        As it was packed.

    Raises
    ------
    UnknownName
        There is none with this id.
    """
    row = row_of(session, ZONE_PLANS, number, WHAT)
    return PlanBytes(row.base_content, row.base, row.content, row.digest)


def plan_waiting_for(session: Session, city_plan: str) -> DrawnPlan | None:
    """
    Find the zone plan that a planned version of the city is made of.

    Parameters
    ----------
    session
        A session.
    city_plan
        Number of the planned version.

    Returns
    -------
    plan
        None where it is made of layers that were handed in.
    """
    query = select(*_SHOWN).where(ZONE_PLANS.c.city_plan == city_plan)
    row = session.execute(query).one_or_none()
    return None if row is None else _plan(row)


def plan_of_version(session: Session, city_version: int) -> DrawnPlan | None:
    """
    Find the zone plan that a version of the city came of.

    Parameters
    ----------
    session
        A session.
    city_version
        Number of the version.

    Returns
    -------
    plan
        None where it came of layers that were handed in.
    """
    query = select(*_SHOWN).where(ZONE_PLANS.c.city_version == city_version)
    row = session.execute(query).one_or_none()
    return None if row is None else _plan(row)


def plan_of_draft(session: Session, draft: str, source: str) -> str | None:
    """
    Find the zone plan that a draft of a layer was made of.

    Parameters
    ----------
    session
        A session.
    draft
        Number of the draft.
    source
        What the draft says of whom it comes from.

    Returns
    -------
    number
        Id of the plan; None where the layer was handed in.
    """
    query = select(ZONE_PLANS.c.publishing).where(ZONE_PLANS.c.id == source)
    made = json.loads(session.scalar(query) or "{}").get("drafts", ())
    return source if draft in made else None


def content_columns(packed: PlanBytes) -> dict[str, Any]:
    """
    Write what a plan says as columns of its table.

    Parameters
    ----------
    packed
        What it says, and what it was drawn from.

    Returns
    -------
    columns
        Values by column.
    """
    return {
        "base": packed.base_digest,
        "digest": packed.digest,
        "base_content": packed.base,
        "content": packed.content,
    }


def move_plan(
    session: Session,
    number: str,
    values: Mapping[str, Any],
    *,
    version: int | None,
    states: Sequence[ZonePlanState] = OPEN,
) -> bool:
    """
    Change a plan that is in one of some states, and at a version.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    number
        Its id.
    values
        Values by column.
    version
        Its version; None for whichever it is.
    states
        States in which it may be.

    Returns
    -------
    moved
        Whether it was.
    """
    plans = ZONE_PLANS.c
    moving = update(ZONE_PLANS).where(plans.id == number, plans.state.in_(states))
    if version is not None:
        moving = moving.where(plans.version == version)
    return session.execute(moving.values(values).returning(plans.fid)).scalar() is not None


def record_plan(
    session: Session, act: str, number: str, hand: Hand, detail: Mapping[str, object]
) -> None:
    """
    Add a link to the audit chain.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    act
        What was done.
    number
        Id of the plan.
    hand
        Who did it, and when.
    detail
        More about it.
    """
    record(session, now=hand.now, by=hand.by, act=act, about=number, detail=detail)


def _plan(row: Row[Any]) -> DrawnPlan:
    return DrawnPlan(
        id=row.id,
        name=row.name,
        state=ZonePlanState(row.state),
        base=row.base,
        digest=row.digest,
        version=row.version,
        step=row.step,
        steps=row.steps,
        hands=tuple(json.loads(row.hands)),
        made_at=row.made_at,
        made_by=row.made_by,
        changed_at=row.changed_at,
        changed_by=row.changed_by,
        publishing=MappingProxyType(json.loads(row.publishing or "{}")),
        city_plan=row.city_plan,
        city_version=row.city_version,
    )
