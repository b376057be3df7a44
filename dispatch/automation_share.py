"""What share of reports is dispatched without a person, and why the others are not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from dispatch.automatic_verdict import AutomaticVerdict
from dispatch.proportion import Proportion
from geo.remark import Remark

NONE = "none"
"""Key of those that have no triage, or lie in no zone."""


@dataclass(frozen=True, slots=True)
class AutomationReport:
    """
    What rules have decided.

    Attributes
    ----------
    dispatched
        Of all that were judged.
    by_triage, by_source, by_zone
        The same by group.
    by_rule
        How many each rule has sent.
    left
        Reasons for which others were left, in the words of the latest, and how many.
    """

    dispatched: Proportion
    by_triage: Mapping[str, Proportion]
    by_source: Mapping[str, Proportion]
    by_zone: Mapping[str, Proportion]
    by_rule: Mapping[str, int]
    left: Sequence[tuple[Remark, int]]


def automation_report(verdicts: Iterable[AutomaticVerdict]) -> AutomationReport:
    """
    Count what was dispatched by rule.

    Parameters
    ----------
    verdicts
        Of some period, the oldest first.

    Returns
    -------
    report
        Groups in the order of their codes, reasons by how often they were given.
    """
    every = list(verdicts)
    left = [one.said for one in every if not one.dispatched]
    words = {said.code: said for said in left}
    counts = Counter(said.code for said in left)
    order = sorted(counts, key=lambda code: (-counts[code], code))
    rules = Counter(one.rule for one in every if one.dispatched and one.rule is not None)
    return AutomationReport(
        dispatched=_share(every),
        by_triage=_by(every, lambda one: one.triage or NONE),
        by_source=_by(every, lambda one: one.source),
        by_zone=_by(every, lambda one: one.zone or NONE),
        by_rule=dict(sorted(rules.items())),
        left=[(words[code], counts[code]) for code in order],
    )


def _share(verdicts: Sequence[AutomaticVerdict]) -> Proportion:
    """Share of those that were dispatched."""
    return Proportion(sum(one.dispatched for one in verdicts), len(verdicts))


def _by(
    verdicts: Sequence[AutomaticVerdict], group: Callable[[AutomaticVerdict], str]
) -> Mapping[str, Proportion]:
    """The same by group."""
    groups: dict[str, list[AutomaticVerdict]] = {}
    for one in verdicts:
        groups.setdefault(str(group(one)), []).append(one)
    return {name: _share(groups[name]) for name in sorted(groups)}
