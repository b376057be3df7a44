"""Run order: the run card that holds for a case, and the step at which each crew goes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import numpy as np
from numpy.typing import NDArray

from dispatch.city import City
from dispatch.jurisdiction import Jurisdiction
from dispatch.run_card import RunCard, Step
from dispatch.unit import UnitKind
from geo.area import Area
from geo.remark import Remark

GOES_BY_RUN_CARD = "goes_by_run_card"
"""Code of the ground of an answer that goes by a run card."""

NOT_ON_CARD = -1
"""Step of a crew that no step names."""


def card_for(case: Jurisdiction, areas: Iterable[Area], city: City, *, day: date) -> RunCard | None:
    """
    Find the run card that holds for a case.

    Parameters
    ----------
    case
        Who has the case, and which matter leads it.
    areas
        Areas in which the place lies, from the city down.
    city
        The city.
    day
        Date of Asia/Shanghai.

    Returns
    -------
    card
        That of the smallest area; None where the lead matter has none.
    """
    matter = case.holder.matter
    if matter is None or matter not in city.run_cards_of:
        return None
    rank = {area.code: depth for depth, area in enumerate(areas, start=1)}
    holding = [
        card
        for card in city.run_cards_of[matter]
        if card.holds_on(day) and (card.area is None or card.area in rank)
    ]
    return max(holding, key=lambda card: rank.get(card.area or "", 0), default=None)


def steps_of(card: RunCard, city: City, responsible: str | None = None) -> NDArray[np.int64]:
    """
    Say at which step each crew of a city goes.

    Parameters
    ----------
    card
        The run card.
    city
        The city.
    responsible
        Code of the unit that has the case, or None.

    Returns
    -------
    steps
        The first step that names each crew, from 0, int64[n_crews]; `NOT_ON_CARD` for crews
        that none names.
    """
    steps = np.full(len(city.roster.crews), NOT_ON_CARD, dtype=np.int64)
    for number, step in reversed(list(enumerate(card.steps))):
        steps[crews_at(step, city, responsible)] = number
    return steps


def crews_at(step: Step, city: City, responsible: str | None = None) -> NDArray[np.int64]:
    """
    List the crews of a step, whether they are free or not.

    Parameters
    ----------
    step
        The step.
    city
        The city.
    responsible
        Code of the unit that has the case, or None.

    Returns
    -------
    crews
        Rows of crews in the roster, ascending, int64[n].
    """
    nobody = np.zeros(0, dtype=np.int64)
    under = [city.crews_under.get(unit, nobody) for unit in _units_of(step, city, responsible)]
    crews: NDArray[np.int64] = np.unique(np.concatenate([nobody, *under]))
    for skill in step.skills:
        crews = np.intersect1d(crews, _crews_with(skill, city))
    return crews


def _units_of(step: Step, city: City, responsible: str | None) -> Iterable[str]:
    """Codes of the units whose crews a step names."""
    if step.responsible:
        return [] if responsible is None else [responsible]
    if step.kind is None:
        return step.units
    squads = step.kind == UnitKind.SPECIALIST_SQUAD and step.domains
    return [
        unit.code
        for unit in city.units_of(step.kind)
        if not squads or set(squads) & set(unit.domains)
    ]


def _crews_with(skill: str, city: City) -> NDArray[np.int64]:
    """Crews of which a certified officer holds a skill."""
    roster = city.roster
    if skill not in roster.skilled:
        return np.zeros(0, dtype=np.int64)
    crews: NDArray[np.int64] = np.unique(roster.crew_of[roster.skilled[skill] & roster.certified])
    return crews.astype(np.int64)


def on_card(card: RunCard, step: int) -> Remark:
    """
    Say which card and which step a crew goes by.

    Parameters
    ----------
    card
        The run card.
    step
        Step of the crew, or `NOT_ON_CARD`.

    Returns
    -------
    remark
        The sentence.
    """
    if step == NOT_ON_CARD:
        return Remark(
            "not_on_run_card",
            f"不在出动预案 {card.code}“{card.title_zh}”内，排在预案各步之后。",
            f"Not on the run card {card.code}, “{card.title_en}”, so after all of its steps.",
        )
    named, of, number = card.steps[step], len(card.steps), step + 1
    return Remark(
        "run_card",
        f"按出动预案 {card.code}“{card.title_zh}”第 {number} 步（共 {of} 步）：{named.title_zh}。",
        f"Run card {card.code}, “{card.title_en}”, step {number} of {of}: {named.title_en}.",
    )


def followed(card: RunCard) -> Remark:
    """
    Say that a case goes by a run card.

    Parameters
    ----------
    card
        The run card.

    Returns
    -------
    remark
        The sentence, a ground of the answer.
    """
    return Remark(
        GOES_BY_RUN_CARD,
        f"事项 {card.matter} 按出动预案 {card.code}“{card.title_zh}”出动。",
        f"Matter {card.matter} goes by the run card {card.code}, “{card.title_en}”.",
    )


def nobody_on_card(card: RunCard) -> Remark:
    """
    Say that no crew on the card can go.

    Parameters
    ----------
    card
        The run card.

    Returns
    -------
    remark
        The sentence, a finding.
    """
    return Remark(
        "nobody_on_run_card",
        f"出动预案 {card.code} 上没有可出动的小组，按常规排序。",
        f"No crew on the run card {card.code} can go; others are ranked as without it.",
    )
