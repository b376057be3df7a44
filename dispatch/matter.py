"""Matter and authority list (权责清单): what may be enforced, and who holds the power where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from geo.area import Tier
from geo.errors import BadValue

MIN_CERTIFIED = 2
"""Certified officers for an on-scene act (Administrative Penalty Law, art. 42)."""


class MatterKind(StrEnum):
    """A penalty may be given to townships; a compulsory measure may not."""

    PENALTY = "penalty"
    COMPULSORY = "compulsory"


class Triage(StrEnum):
    """Simple cases fast, complex cases thoroughly (繁简分流)."""

    SIMPLE = "simple"
    GENERAL = "general"
    COMPLEX = "complex"


@dataclass(frozen=True, slots=True)
class Domain:
    """
    A field of enforcement (执法领域).

    Attributes
    ----------
    code
        Its code.
    name, name_en
        Its names.
    """

    code: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Matter:
    """
    One item of the list of powers (执法事项).

    Attributes
    ----------
    code
        Its code.
    name, name_en
        Its names.
    domain
        Code of its domain.
    kind
        Penalty or compulsory measure.
    gravity
        From 1, slight, to 5, grave.
    triage
        How its cases are handled.
    """

    code: str
    name: str
    name_en: str
    domain: str
    kind: MatterKind
    gravity: int
    triage: Triage

    def __post_init__(self) -> None:
        """Refuse a gravity off its scale."""
        if not 1 <= self.gravity <= 5:
            raise BadValue(f"Matter {self.code} has gravity {self.gravity}; the scale is 1 to 5.")


@dataclass(frozen=True, slots=True)
class AuthorityRow:
    """
    Who holds one matter in one area.

    Attributes
    ----------
    id
        Its number in the list; answers name it.
    matter
        Code of the matter.
    area
        Code of the area in which the row holds.
    tier
        Tier that holds the power.
    acting_body
        In whose name the act is done.
    lead
        Code of the unit or domain that leads where several take part, or None.
    assisting
        Bodies that assist.
    legal_basis
        Law and article.
    valid_from, valid_to
        First and last day on which it holds, dates of Asia/Shanghai; None is open.
    min_certified
        Certified officers that the act needs.
    skills
        Skills that the crew needs between its members.
    """

    id: str
    matter: str
    area: str
    tier: Tier
    acting_body: str
    lead: str | None = None
    assisting: tuple[str, ...] = ()
    legal_basis: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    min_certified: int = MIN_CERTIFIED
    skills: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a row that can never hold."""
        if self.min_certified < 1:
            raise BadValue(f"Authority row {self.id} asks for {self.min_certified} officers.")
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise BadValue(f"Authority row {self.id} ends before it begins.")

    def holds_on(self, day: date) -> bool:
        """
        Tell whether the row is in force.

        Parameters
        ----------
        day
            A date of Asia/Shanghai.

        Returns
        -------
        in_force
            Whether the day lies between its first and its last day, both included.
        """
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )
