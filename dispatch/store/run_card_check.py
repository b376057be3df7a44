"""Checks of run cards: references met, no card against another, no step for nobody."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import combinations

from dispatch.run_card import RunCard, Step
from dispatch.store.city_contents import CityContents
from dispatch.store.run_card_file import FILE
from dispatch.unit import UnitKind
from geo.finding import Finding
from geo.remark import Remark


def check_run_cards(city: CityContents) -> Iterator[Finding]:
    """
    Find what is wrong with the run cards of a city.

    Parameters
    ----------
    city
        Contents, each card sound by itself.

    Yields
    ------
    finding
        On matters, areas, units, domains and skills that are not there, on codes that are
        used twice, and on cards that would hold for the same case.
    """
    for card in city.run_cards:
        yield from _unknown(card.code, "matter", [card.matter], {one.code for one in city.matters})
        areas = [] if card.area is None else [card.area]
        yield from _unknown(card.code, "area", areas, {area.code for area in city.areas})
        for number, step in enumerate(card.steps, start=1):
            yield from _step(f"{card.code}, step {number}", step, city)
    yield from _contradictory(city.run_cards)


def _step(feature: str, step: Step, city: CityContents) -> Iterator[Finding]:
    """Report what a step names that is not there."""
    ground = {unit.code for unit in city.units if unit.kind != UnitKind.DRONE}
    yield from _unknown(feature, "units", step.units, ground)
    yield from _unknown(feature, "domains", step.domains, {one.code for one in city.domains})
    held = {skill for row in city.officers if row.officer.certified for skill in row.officer.skills}
    yield from _unknown(feature, "skills", step.skills, held)
    if step.kind is not None and all(unit.kind != step.kind for unit in city.units):
        remark = Remark(
            "unknown_reference",
            f"本市没有 {step.kind} 类单位。",
            f"The city has no unit of the kind {step.kind}.",
        )
        yield Finding(FILE, feature, remark)


def _contradictory(cards: tuple[RunCard, ...]) -> Iterator[Finding]:
    """Report two cards of one code, and two that would hold for the same case."""
    for one, other in combinations(cards, 2):
        if one.code == other.code:
            remark = Remark("duplicate_code", "编码重复。", "The code is used more than once.")
            yield Finding(FILE, one.code, remark)
        elif one.meets(other):
            remark = Remark(
                "contradictory_cards",
                f"与 {other.code} 在同一时期适用于同一事项和区域。",
                f"It holds for the same matter and area as {other.code}, at the same time.",
            )
            yield Finding(FILE, one.code, remark)


def _unknown(
    feature: str, key: str, codes: Iterable[str], known: Collection[str]
) -> Iterator[Finding]:
    """Report references to what is not there."""
    for code in codes:
        if code not in known:
            remark = Remark(
                "unknown_reference",
                f"{key} 引用的 {code} 不存在。",
                f"Its {key} {code} does not exist.",
            )
            yield Finding(FILE, feature, remark)
