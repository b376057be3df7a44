"""Matter (执法事项): what may be enforced, in which domain, and how grave it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

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


class CaseScale(StrEnum):
    """Where city and districts both keep a domain, one does daily work, one major cases."""

    DAILY = "daily"
    MAJOR = "major"


class KeptAt(StrEnum):
    """Which of city and districts enforces a domain (层级); townships are not meant by it."""

    CITY = "city"
    DISTRICTS = "districts"
    BOTH = "both"


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
    kept_at
        Whether the city alone, the districts alone or both enforce it; None where the
        authority list alone tells.
    """

    code: str
    name: str
    name_en: str
    kept_at: KeptAt | None = None


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

    @property
    def scale(self) -> CaseScale:
        """How grave its cases are unless the incident says so itself."""
        return CaseScale.MAJOR if self.triage == Triage.COMPLEX else CaseScale.DAILY
