"""
Checklist to one's own city: what it takes, how much of it is there, and what comes next.

Layers come in an order: zones need areas to lie in, authority rows need matters.  Of each the
list says whether it is published, handed in as a draft, or missing, with the next step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from dispatch.city import City
from dispatch.layer.kind import KindName
from geo.area import Tier
from geo.errors import Conflict
from geo.remark import Remark
from geo.road.travel_time import NetworkTravelTimes


class Standing(StrEnum):
    """How far a part of a city has come."""

    MISSING = "missing"
    DRAFT = "draft"
    PUBLISHED = "published"


@dataclass(frozen=True, slots=True)
class Part:
    """
    A part of a city.

    Attributes
    ----------
    kind
        Kind of the layer that it is published from.
    zh, en
        What it is called in a sentence.
    count
        How many of it a city has.
    needed
        Whether nobody can be suggested without it.
    """

    kind: KindName
    zh: str
    en: str
    count: Callable[[City], int]
    needed: bool = False


def _streets(city: City) -> int:
    """Streets of the largest network; nothing by air counts."""
    engines = city.travel_times.values()
    return max(
        (one.network.n_streets for one in engines if isinstance(one, NetworkTravelTimes)),
        default=0,
    )


def _of_tier(city: City, *, root: bool) -> int:
    return sum((area.tier is Tier.CITY) is root for area in city.areas)


PARTS: Final = (
    Part(KindName.BOUNDARY, "市界", "boundary", lambda city: _of_tier(city, root=True)),
    Part(KindName.AREAS, "行政区划", "areas", lambda city: _of_tier(city, root=False), needed=True),
    Part(KindName.ZONES, "责任区", "zones", lambda city: len(city.zones)),
    Part(KindName.GRIDS, "单元网格", "grids", lambda city: len(city.grids)),
    Part(KindName.ROADS, "道路", "roads", _streets),
    Part(KindName.UNITS, "执法单元", "units", lambda city: len(city.units), needed=True),
    Part(KindName.OFFICERS, "队员", "officers", lambda city: len(city.officers), needed=True),
    Part(KindName.MATTERS, "执法事项", "matters", lambda city: len(city.matters)),
    Part(KindName.AUTHORITY, "权责清单", "authority", lambda city: len(city.authority)),
)
"""What it takes, in the order in which it is published."""


@dataclass(frozen=True, slots=True)
class ChecklistRow:
    """
    A part of a city on the checklist.

    Attributes
    ----------
    part
        Which.
    standing
        How far it has come.
    count
        How many are published.
    drafts
        Numbers of its drafts that are neither published nor dropped, the newest first.
    step
        What comes next, or None where nothing does.
    """

    part: Part
    standing: Standing
    count: int
    drafts: tuple[str, ...]
    step: Remark | None


def checklist(city: City, drafts: Mapping[KindName, Iterable[str]]) -> list[ChecklistRow]:
    """
    List what a city takes.

    Parameters
    ----------
    city
        The city as it is published; it may have nothing yet.
    drafts
        Numbers of open drafts by kind, the newest first.

    Returns
    -------
    rows
        In the order in which parts are published.
    """
    return [_row(city, part, tuple(drafts.get(part.kind, ()))) for part in PARTS]


def require_somebody(city: City) -> None:
    """
    Refuse to suggest in a city where there can be nobody to suggest.

    Parameters
    ----------
    city
        The city.

    Raises
    ------
    Conflict
        A part is missing without which no crew can be found; it names all that are missing.
    """
    missing = [part for part in PARTS if not part.count(city)]
    if any(part.needed for part in missing):
        named = ", ".join(part.en for part in missing)
        raise IncompleteCity(
            f"Nobody can be suggested yet: the city has no {named}. GET /api/v1/city/checklist, or "
            "grid-dispatch layer checklist, says what comes next."
        )


class IncompleteCity(Conflict):
    """The city lacks what a suggestion is made of."""

    code = "incomplete_city"


def _row(city: City, part: Part, drafts: tuple[str, ...]) -> ChecklistRow:
    count = part.count(city)
    standing = Standing.PUBLISHED if count else Standing.DRAFT if drafts else Standing.MISSING
    return ChecklistRow(part, standing, count, drafts, _step(part, standing, drafts))


def _step(part: Part, standing: Standing, drafts: tuple[str, ...]) -> Remark | None:
    """What to do next about a part."""
    if drafts:
        verb = f"grid-dispatch layer publish {drafts[0]}"
        return Remark("publish", f"检查并发布：{verb}", f"Look at it and publish it: {verb}")
    if standing is Standing.PUBLISHED:
        return None
    verb = f"grid-dispatch layer load FILE --kind {part.kind}"
    return Remark("load", f"载入{part.zh}：{verb}", f"Load its {part.en}: {verb}")
