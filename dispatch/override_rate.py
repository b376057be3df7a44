"""
Override rates: how often people depart from what was suggested, by rule, policy, matter, reason.

Two shares are told apart: decisions that did not take the first proposal, and those that sent
somebody who was not proposed at all.  A rule whose proposals are often overridden is looked at.
Only what people decided counts; what a rule sent by itself is counted beside it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from dispatch.assignment import Assignment, Departure
from dispatch.proportion import Proportion


@dataclass(frozen=True, slots=True)
class Rates:
    """
    How often some decisions departed from the suggestion.

    Attributes
    ----------
    not_first
        Those that did not take the first proposal.
    overridden
        Those that sent somebody who was not proposed.
    """

    not_first: Proportion
    overridden: Proportion


@dataclass(frozen=True, slots=True)
class OverrideReport:
    """
    Departures from suggestions.

    Attributes
    ----------
    total
        Of all decisions of people.
    by_routing, by_policy, by_matter, by_kind, by_run_card
        The same by the rule between grid and specialist, the ranking, each matter of the
        incident, what the crew was sent for, and the matter whose run card held.
    reasons
        Share of each reason among the departures; None is the key of those without one.
    units
        How often each unit was sent without being proposed.
    by_rule
        Decisions that a rule made by itself.
    """

    total: Rates
    by_routing: Mapping[str, Rates]
    by_policy: Mapping[str, Rates]
    by_matter: Mapping[str, Rates]
    by_kind: Mapping[str, Rates]
    by_run_card: Mapping[str, Rates]
    reasons: Mapping[str | None, Proportion]
    units: Mapping[str, int]
    by_rule: int


def override_report(assignments: Iterable[Assignment]) -> OverrideReport:
    """
    Count departures from suggestions.

    Parameters
    ----------
    assignments
        Decisions of some period, in any order.

    Returns
    -------
    report
        Groups in the order of their codes.
    """
    everything = list(assignments)
    decided = [one for one in everything if not one.decision.by_rule]
    departed = [one for one in decided if one.picked.departure != Departure.FOLLOWED]
    reasons = Counter(one.decision.reason for one in departed)
    overridden = [one for one in decided if one.picked.departure == Departure.OVERRIDE]
    units = Counter(one.picked.unit for one in overridden)
    return OverrideReport(
        total=_rates(decided),
        by_routing=_by(decided, lambda one: (one.routing,)),
        by_policy=_by(decided, lambda one: (one.policy,)),
        by_matter=_by(decided, lambda one: one.matters),
        by_kind=_by(decided, lambda one: (one.picked.kind.value,)),
        by_run_card=_by(decided, lambda one: (one.run_card,) if one.run_card else ()),
        reasons={
            reason: Proportion(reasons[reason], len(departed))
            for reason in sorted(reasons, key=lambda code: (code is None, code or ""))
        },
        units=dict(sorted(units.items())),
        by_rule=len(everything) - len(decided),
    )


def _rates(decided: list[Assignment]) -> Rates:
    """Count one group."""
    departures = Counter(one.picked.departure for one in decided)
    not_first = len(decided) - departures[Departure.FOLLOWED]
    return Rates(
        Proportion(not_first, len(decided)),
        Proportion(departures[Departure.OVERRIDE], len(decided)),
    )


def _by(
    decided: list[Assignment], groups_of: Callable[[Assignment], tuple[str, ...]]
) -> dict[str, Rates]:
    """Count group by group; a decision may belong to several."""
    grouped: dict[str, list[Assignment]] = {}
    for one in decided:
        for group in set(groups_of(one)):
            grouped.setdefault(group, []).append(one)
    return {group: _rates(grouped[group]) for group in sorted(grouped)}
