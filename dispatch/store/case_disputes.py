"""Disputed cases in the store: whose each is was not agreed, by what is on record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Column, ColumnElement, select
from sqlalchemy.orm import Session

from dispatch.escalation import Says
from dispatch.incident import Filing
from dispatch.store.bulletin_tables import APPEAL_RULINGS, APPEALS
from dispatch.store.order_tables import WHISTLE_ANSWERS, WHISTLES
from dispatch.unit import Unit
from geo.remark import Remark

NOBODY: Mapping[str, Unit] = MappingProxyType({})


def filed_by(filings: Iterable[Filing], known_at: datetime | None) -> tuple[str, ...]:
    """
    List the bodies that have filed a case: with two of them it is disputed.

    Parameters
    ----------
    filings
        Of one incident.
    known_at
        As known at this instant; None for all that is on record.

    Returns
    -------
    bodies
        In the order of their filing.
    """
    known = [one for one in filings if known_at is None or one.filed_at <= known_at]
    return tuple(dict.fromkeys(one.body for one in sorted(known, key=lambda one: one.filed_at)))


def disputes_on_record(
    session: Session, known_at: datetime | None, units: Mapping[str, Unit] = NOBODY
) -> Mapping[str, tuple[Remark, ...]]:
    """
    List why cases are disputed, apart from two bodies that have filed one.

    Parameters
    ----------
    session
        A session.
    known_at
        As known at this instant; None for all that is on record.
    units
        Units by code, as far as they are to be called by name.

    Returns
    -------
    disputes
        By number of the incident: calls that were refused, appeals that nobody has ruled on.
    """
    disputes: defaultdict[str, tuple[Remark, ...]] = defaultdict(tuple)
    answers = WHISTLE_ANSWERS.c
    refused = (
        select(WHISTLES.c.incident, answers.party)
        .join(WHISTLES, WHISTLES.c.id == answers.whistle)
        .where(answers.says == Says.REFUSES, *_by(answers.at, known_at))
        .order_by(answers.fid)
    )
    for row in session.execute(refused):
        disputes[row.incident] += (_refused(row.party, units.get(row.party)),)
    ruled = select(APPEAL_RULINGS.c.appeal).where(*_by(APPEAL_RULINGS.c.at, known_at))
    appeal = APPEALS.c
    open_ones = (
        select(appeal.id, appeal.incident)
        .where(appeal.incident.is_not(None), appeal.id.not_in(ruled), *_by(appeal.at, known_at))
        .order_by(appeal.fid)
    )
    for row in session.execute(open_ones):
        disputes[row.incident] += (_appealed(row.id),)
    return disputes


def two_filings(bodies: Iterable[str]) -> Remark:
    """
    Say that more than one body has filed a case.

    Parameters
    ----------
    bodies
        Their names.

    Returns
    -------
    remark
        In both languages.
    """
    named = list(bodies)
    return Remark(
        "filed_twice",
        f"{'、'.join(named)}均已立案。",
        f"Filed by {' and by '.join(named)}.",
    )


def _by(column: Column[Any], known_at: datetime | None) -> list[ColumnElement[bool]]:
    """What had been written down by then."""
    return [] if known_at is None else [column <= known_at]


def _refused(party: str, unit: Unit | None) -> Remark:
    zh, en = (party, party) if unit is None else (unit.name, unit.name_en or unit.name)
    return Remark("call_refused", f"吹哨后{zh}不予响应。", f"{en} refused the whistle.")


def _appealed(appeal: str) -> Remark:
    return Remark("appealed", f"申诉 {appeal} 尚未裁定。", f"Appeal {appeal} is not ruled on yet.")
