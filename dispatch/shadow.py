"""
Shadow policy: another policy asked the same questions beside the live one, and what follows.

Nothing is dispatched by it.  Each question is asked of the world as it was frozen, so the two
answers differ by the policy alone.  Where they would have sent different crews first, the
report says what that would have meant: seconds, arrivals in time, chance, coverage and aid.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from dispatch.city_coverage import CityCoverage
from dispatch.policy import Policy
from dispatch.proportion import Proportion
from dispatch.proposal import Proposal
from dispatch.question import Question, ask
from dispatch.ranking import UNMEASURED
from dispatch.suggestion import Suggestion
from dispatch.whereabouts import Whereabouts

NOT_WEIGHED = frozenset(remark.code for remark in UNMEASURED.values())
"""Reasons that say that a figure was missing which a policy ranks by."""


@dataclass(frozen=True, slots=True)
class First:
    """
    Whom a policy would send first.

    Attributes
    ----------
    unit
        Code of the crew, or of the unit that brings officers together.
    crew
        Ids of the officers who go.
    eta_s
        Seconds until it is legally complete, the median.
    meets_target, mutual_aid
        Whether that is in time, and whether it comes from elsewhere.
    p_in_target
        Chance to be in time; None without a model of arrivals.
    price
        Share of demand that its leaving uncovers; None where that was not counted.
    weighed
        Whether the policy had every figure that it ranks by.
    """

    unit: str
    crew: tuple[str, ...]
    eta_s: float
    meets_target: bool
    mutual_aid: bool
    p_in_target: float | None
    price: float | None
    weighed: bool


@dataclass(frozen=True, slots=True)
class Compared:
    """
    One question answered by the live policy and by the shadow.

    Attributes
    ----------
    suggestion
        Id of the suggestion that was given, or None for one that was not kept.
    now
        The instant for which it was asked.
    matters, zone
        What it was about, and where.
    live_policy
        Name of the policy that ranked what was given.
    live, shadow
        Whom each would send first; None where nobody can go.
    """

    suggestion: str | None
    now: datetime
    matters: tuple[str, ...]
    zone: str | None
    live_policy: str
    live: First | None
    shadow: First | None

    @property
    def differs(self) -> bool:
        """Whether they would send different officers."""
        pair = [None if first is None else first.crew for first in (self.live, self.shadow)]
        return pair[0] != pair[1]

    @property
    def extra_s(self) -> float | None:
        """Seconds that the shadow's crew would be there later, below 0 for sooner."""
        if self.live is None or self.shadow is None:
            return None
        return self.shadow.eta_s - self.live.eta_s


@dataclass(frozen=True, slots=True)
class Means:
    """
    A figure under both policies, over the questions in which both have it.

    Attributes
    ----------
    live, shadow
        Its means; None where no question has it.
    of
        How many questions have it.
    """

    live: float | None
    shadow: float | None
    of: int


@dataclass(frozen=True, slots=True)
class ShadowReport:
    """
    What another policy would have meant.

    Attributes
    ----------
    policy, version
        The shadow.
    asked
        How many questions were asked again.
    gone
        How many could not be, by code of the reason.
    live_policies
        How many of them each live policy had answered.
    differ
        In how many the first crew is another.
    sooner, later
        In how many of those the shadow's crew would be there sooner, or later.
    eta_s
        Seconds until the first crew is there, over all questions.
    p_in_target, price
        Chance to be in time, and share of demand uncovered.
    in_time_live, in_time_shadow
        Share of all questions in which the first crew is in time.
    aid_live, aid_shadow
        In how many the first crew comes from elsewhere.
    not_weighed
        In how many the shadow lacked a figure that it ranks by, and went by time.
    differences
        Where they differ, in the order of time.
    """

    policy: str
    version: str
    asked: int
    gone: Mapping[str, int]
    live_policies: Mapping[str, int]
    differ: int
    sooner: int
    later: int
    eta_s: Means
    p_in_target: Means
    price: Means
    in_time_live: Proportion
    in_time_shadow: Proportion
    aid_live: int
    aid_shadow: int
    not_weighed: int
    differences: tuple[Compared, ...]


def ask_beside(
    question: Question,
    whereabouts: Whereabouts,
    policy: Policy,
    covered: CityCoverage | None = None,
) -> Suggestion:
    """
    Ask a question under another policy.

    Parameters
    ----------
    question
        What was asked.
    whereabouts
        Where everybody was.
    policy
        The shadow.
    covered
        What was covered, if its price was asked for.

    Returns
    -------
    suggestion
        What the shadow would have suggested, without routes.
    """
    return ask(replace(question, policy=policy, routes=0), whereabouts, covered)


def compare(live: Suggestion, shadow: Suggestion, number: str | None = None) -> Compared:
    """
    Hold two answers to one question side by side.

    Parameters
    ----------
    live
        What was given.
    shadow
        What another policy would have given.
    number
        Id of the former, or None.

    Returns
    -------
    compared
        Whom each would send first.
    """
    return Compared(
        suggestion=number,
        now=live.now,
        matters=live.matters,
        zone=None if live.zone is None else live.zone.code,
        live_policy=live.policy,
        live=_first(live),
        shadow=_first(shadow),
    )


def _first(suggestion: Suggestion) -> First | None:
    """Whom a suggestion would send first; drones that look do not count."""
    for made in suggestion.crew_proposals[:1]:
        return First(
            unit=made.unit,
            crew=tuple(sorted(made.crew)),
            eta_s=made.eta_s,
            meets_target=made.meets_target,
            mutual_aid=made.mutual_aid,
            p_in_target=made.p_in_target,
            price=None if made.coverage_price is None else made.coverage_price.value,
            weighed=_weighed(made),
        )
    return None


def _weighed(made: Proposal) -> bool:
    """Whether no figure was missing that the policy ranks by."""
    return all(remark.code not in NOT_WEIGHED for remark in made.reasons)


def report(policy: Policy, compared: Iterable[Compared], gone: Iterable[str] = ()) -> ShadowReport:
    """
    Say where two policies differ, and what that would have meant.

    Parameters
    ----------
    policy
        The shadow.
    compared
        Questions answered by both.
    gone
        Codes of the reasons why others could not be asked again.

    Returns
    -------
    report
        Figures over all questions, and the differences one by one.
    """
    pairs = sorted(compared, key=lambda pair: (pair.now, pair.suggestion or ""))
    differences = tuple(pair for pair in pairs if pair.differs)
    extra_s = [pair.extra_s for pair in differences if pair.extra_s is not None]
    live = [pair.live for pair in pairs]
    shadow = [pair.shadow for pair in pairs]
    return ShadowReport(
        policy=policy.name,
        version=policy.version,
        asked=len(pairs),
        gone=dict(sorted(Counter(gone).items())),
        live_policies=dict(sorted(Counter(pair.live_policy for pair in pairs).items())),
        differ=len(differences),
        sooner=sum(seconds < 0 for seconds in extra_s),
        later=sum(seconds > 0 for seconds in extra_s),
        eta_s=_means(pairs, lambda first: first.eta_s),
        p_in_target=_means(pairs, lambda first: first.p_in_target),
        price=_means(pairs, lambda first: first.price),
        in_time_live=_in_time(live),
        in_time_shadow=_in_time(shadow),
        aid_live=sum(first is not None and first.mutual_aid for first in live),
        aid_shadow=sum(first is not None and first.mutual_aid for first in shadow),
        not_weighed=sum(first is not None and not first.weighed for first in shadow),
        differences=differences,
    )


def _in_time(firsts: list[First | None]) -> Proportion:
    """Share of questions in which the first crew is in time."""
    return Proportion(
        sum(first is not None and first.meets_target for first in firsts), len(firsts)
    )


def _means(pairs: Iterable[Compared], figure: Callable[[First], float | None]) -> Means:
    """Means of a figure over the questions in which both policies have it."""
    known = [
        (live, shadow)
        for pair in pairs
        if pair.live is not None and pair.shadow is not None
        if (live := figure(pair.live)) is not None and (shadow := figure(pair.shadow)) is not None
    ]
    if not known:
        return Means(None, None, 0)
    lives, shadows = zip(*known, strict=True)
    return Means(sum(lives) / len(known), sum(shadows) / len(known), len(known))
