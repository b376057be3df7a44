"""What a joint operation comes to: who goes where, what is left of the zones, what is missing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Member:
    """
    An officer who goes.

    Attributes
    ----------
    officer
        Id.
    skill
        The skill he or she is wanted for; None for a plain place.
    travel_ms
        Travel time.
    """

    officer: str
    skill: str | None
    travel_ms: int


@dataclass(frozen=True, slots=True)
class Party:
    """
    All who go to one site.

    Attributes
    ----------
    site
        Id of the site.
    members
        By skill, then by id; plain places last.
    last_ms
        When the last one arrives.
    """

    site: str
    members: tuple[Member, ...]
    last_ms: int


@dataclass(frozen=True, slots=True)
class ZoneStrength:
    """
    What an operation leaves of a zone.

    Attributes
    ----------
    zone
        Code.
    before, after
        Certified officers free to go, before and after.
    floor
        How many must stay.
    """

    zone: str
    before: int
    after: int
    floor: int


@dataclass(frozen=True, slots=True)
class Shortage:
    """
    What one site lacks.

    Attributes
    ----------
    site
        Id.
    skill
        The skill; None for plain places.
    needed, missing
        How many are wanted, and how many of them nobody can fill.
    able
        How many officers could fill one, were they not wanted elsewhere.
    """

    site: str
    skill: str | None
    needed: int
    missing: int
    able: int


@dataclass(frozen=True, slots=True)
class JointPlan:
    """
    Who goes where, or how much is missing.

    Attributes
    ----------
    feasible
        Whether every role is filled by somebody who is there in time.
    parties
        Who goes where; empty if the roles can't be filled however late.
    last_ms
        When the last one arrives; None without parties.  Past the time allowed, it says how
        late the earliest plan is.
    zones
        What is left of every zone.
    shortages
        What is missing at the time allowed; empty if feasible.
    disturbance
        Sum over zones of officers given, squared, by strength.
    travel_ms
        Sum of all travel times.
    proven
        Whether it is proven that no plan is better.
    """

    feasible: bool
    parties: tuple[Party, ...]
    last_ms: int | None
    zones: tuple[ZoneStrength, ...]
    shortages: tuple[Shortage, ...]
    disturbance: float
    travel_ms: int
    proven: bool
