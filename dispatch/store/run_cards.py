"""Run cards in the store: one row for every step, so that whoever opens the file can read them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from sqlalchemy import Boolean, Column, Date, Integer, insert, select
from sqlalchemy.orm import Session

from dispatch.run_card import RunCard, Step
from dispatch.store.column import Codes
from dispatch.store.declare import table, text
from dispatch.unit import UnitKind

RUN_CARDS = table(
    "run_cards",
    "出动预案 / Who goes first, second, third for named matters, by step",
    text("code"),
    text("matter"),
    text("title_zh"),
    text("title_en"),
    text("area", nullable=True),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("step", Integer, nullable=False),
    text("step_zh"),
    text("step_en"),
    Column("units", Codes, nullable=False),
    text("kind", nullable=True),
    Column("domains", Codes, nullable=False),
    Column("responsible", Boolean, nullable=False),
    Column("skills", Codes, nullable=False),
)


def write_run_cards(session: Session, cards: Iterable[RunCard]) -> None:
    """
    Write run cards.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    cards
        The cards, each under a code of its own.
    """
    rows = [
        {
            "code": card.code,
            "matter": card.matter,
            "title_zh": card.title_zh,
            "title_en": card.title_en,
            "area": card.area,
            "valid_from": card.valid_from,
            "valid_to": card.valid_to,
            "step": number,
            "step_zh": step.title_zh,
            "step_en": step.title_en,
            "units": step.units,
            "kind": step.kind,
            "domains": step.domains,
            "responsible": step.responsible,
            "skills": step.skills,
        }
        for card in cards
        for number, step in enumerate(card.steps, start=1)
    ]
    if rows:
        session.execute(insert(RUN_CARDS), rows)


def read_run_cards(session: Session) -> tuple[RunCard, ...]:
    """
    Read all run cards.

    Parameters
    ----------
    session
        A session.

    Returns
    -------
    cards
        In the order of their codes.
    """
    rows = session.execute(select(RUN_CARDS).order_by(RUN_CARDS.c.code, RUN_CARDS.c.step))
    cards = []
    for code, group in groupby(rows, key=lambda row: row.code):
        steps = list(group)
        first = steps[0]
        cards.append(
            RunCard(
                code=code,
                matter=first.matter,
                title_zh=first.title_zh,
                title_en=first.title_en,
                steps=tuple(
                    Step(
                        title_zh=row.step_zh,
                        title_en=row.step_en,
                        units=row.units,
                        kind=None if row.kind is None else UnitKind(row.kind),
                        domains=row.domains,
                        responsible=row.responsible,
                        skills=row.skills,
                    )
                    for row in steps
                ),
                area=first.area,
                valid_from=first.valid_from,
                valid_to=first.valid_to,
            )
        )
    return tuple(cards)
