"""
Policy (派单策略): a named rule that says which crews are compared, and by what they are ranked.

Policies are data.  Those that come with the program stand in ``policies.toml``; a file of the
operator adds others, or puts others in their place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum

from geo.errors import BadValue, UnknownName

MOST_AMONG = 64
"""How many crews may be compared at most; of more the price in coverage takes too long."""


class Reach(StrEnum):
    """Whose crews are asked."""

    OWN_THEN_SOONER_AID = "own_then_sooner_aid"
    OWN_THEN_AID = "own_then_aid"
    ALL = "all"


class RankBy(StrEnum):
    """What crews are ranked by."""

    ETA = "eta"
    CHANCE = "chance"
    COVER = "cover"
    WORK = "work"


@dataclass(frozen=True, slots=True)
class Policy:
    """
    A ranking.

    Attributes
    ----------
    name
        What callers and records call it.
    title_zh, title_en
        What a screen calls it.
    reach
        ``own_then_sooner_aid``: crews of the unit that has the case; where none of them is in
        time also neighbours, as far as they are sooner than its first.  ``own_then_aid``: its
        crews first, and neighbours after them where none of its own is in time.  ``all``:
        every crew that may act, whatever its unit.
    rank_by
        ``eta``: who is there first.  ``chance``: who meets the target most surely.  ``cover``:
        whose seconds, plus what its leaving uncovers at a stated rate, come to least.
        ``work``: who has worked least in this shift.
    among
        How many of the soonest crews are compared; those after them follow by time.  Ranking
        by ``eta`` compares all.
    most_extra_s
        How many seconds later than the soonest a crew may be and still go before it; None for
        any number.  With ``cover`` and ``work`` it must be in time as well.
    seconds_per_percent
        With ``cover``: how many seconds an incident may wait longer to keep one percent of
        demand covered.
    """

    name: str
    title_zh: str
    title_en: str
    reach: Reach
    rank_by: RankBy
    among: int = 1
    most_extra_s: float | None = None
    seconds_per_percent: float = 0.0

    def __post_init__(self) -> None:
        """Refuse figures out of range."""
        if not 1 <= self.among <= MOST_AMONG:
            raise BadValue(f"among is {self.among}; compare 1 to {MOST_AMONG} crews.")
        extra_s = 0.0 if self.most_extra_s is None else self.most_extra_s
        if not (0 <= extra_s < float("inf") and 0 <= self.seconds_per_percent < float("inf")):
            raise BadValue("Seconds that a policy may trade are 0 or more, and finite.")

    @property
    def by_time_alone(self) -> bool:
        """Whether crews stand in the order of their arrival, so that no rank costs anything."""
        return self.rank_by == RankBy.ETA and self.reach != Reach.OWN_THEN_AID

    @property
    def version(self) -> str:
        """Digest of all that it says: two policies of one version rank alike."""
        content = repr([(field.name, getattr(self, field.name)) for field in fields(self)])
        return hashlib.blake2b(content.encode(), digest_size=4).hexdigest()


def policy_named(name: str, policies: Mapping[str, Policy]) -> Policy:
    """
    Look up a policy.

    Parameters
    ----------
    name
        Its name.
    policies
        Those that are known, by name.

    Returns
    -------
    policy
        The policy.

    Raises
    ------
    UnknownName
        There is none of that name; the sentence names those that there are.
    """
    if name not in policies:
        raise UnknownName(f"There is no policy {name!r}; known are {', '.join(policies)}.")
    return policies[name]
