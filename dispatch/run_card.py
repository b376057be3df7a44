"""Run card (出动预案): for a named matter, who goes first, second and third."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from dispatch.unit import UnitKind
from geo.errors import BadValue

COMMANDING = (UnitKind.GRID_BRIGADE, UnitKind.SPECIALIST_SQUAD, UnitKind.VILLAGE_POST)
"""Kinds of unit of which a step may ask the crews."""


@dataclass(frozen=True, slots=True)
class Step:
    """
    Crews that go at one step of a run card, the first to arrive first.

    Attributes
    ----------
    title_zh, title_en
        What the step is called.
    units
        Codes of crews, or of posts, brigades and squads of which every crew may go.
    kind
        Every crew under a unit of this kind, or None.
    domains
        With squads as kind: only those that are responsible for one of these; empty for all.
    responsible
        Every crew of the unit that has the case.
    skills
        A crew belongs to the step only if its certified officers hold all of these between
        them.
    """

    title_zh: str
    title_en: str
    units: tuple[str, ...] = ()
    kind: UnitKind | None = None
    domains: tuple[str, ...] = ()
    responsible: bool = False
    skills: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a step that says in no way, or in two, who goes."""
        if bool(self.units) + (self.kind is not None) + self.responsible != 1:
            raise BadValue("A step says who goes by one of three: units, kind or responsible.")
        if self.kind is not None and self.kind not in COMMANDING:
            raise BadValue(f"A step names crews of {', '.join(COMMANDING)}, not of {self.kind}.")
        if self.domains and self.kind != UnitKind.SPECIALIST_SQUAD:
            raise BadValue("Only specialist squads are told apart by domains.")


@dataclass(frozen=True, slots=True)
class RunCard:
    """
    Who goes first, second, third for one matter.

    Attributes
    ----------
    code
        What it is called.
    matter
        Code of the matter that leads the case.
    title_zh, title_en
        What a screen calls it.
    steps
        Crews of a later step go only after those of earlier ones; crews that no step names
        come last, as if there were no card.
    area
        Code of the area in which it holds; None for the whole city.
    valid_from, valid_to
        First day on which it holds, and first on which it no longer does; None for open.
    """

    code: str
    matter: str
    title_zh: str
    title_en: str
    steps: tuple[Step, ...]
    area: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None

    def __post_init__(self) -> None:
        """Refuse a card that sends nobody or never holds."""
        if not self.steps:
            raise BadValue(f"Run card {self.code} has no step; say who goes first.")
        if self.valid_from and self.valid_to and self.valid_to <= self.valid_from:
            raise BadValue(f"Run card {self.code} ends on {self.valid_to}, before it begins.")

    def holds_on(self, day: date) -> bool:
        """
        Tell whether the card holds.

        Parameters
        ----------
        day
            Date of Asia/Shanghai.

        Returns
        -------
        holds
            From its first day to the day before ``valid_to``.
        """
        return (self.valid_from or date.min) <= day < (self.valid_to or date.max)

    def meets(self, other: RunCard) -> bool:
        """
        Tell whether two cards would hold for the same case on some day.

        Parameters
        ----------
        other
            Another card.

        Returns
        -------
        meets
            False where matter, area or time tells them apart.
        """
        begins = max(self.valid_from or date.min, other.valid_from or date.min)
        ends = min(self.valid_to or date.max, other.valid_to or date.max)
        return (self.matter, self.area) == (other.matter, other.area) and begins < ends
