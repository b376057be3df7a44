"""Departures from suggestions, counted on hand-worked decisions."""

from datetime import UTC, datetime

from dispatch.assignment import ArrivalClock, Assignment, Decision, Departure, Picked
from dispatch.choice import ProposalKind
from dispatch.override_rate import Rates, override_report
from dispatch.proportion import Proportion

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
FOLLOWED, LOWER, OVERRIDE = Departure.FOLLOWED, Departure.LOWER_RANK, Departure.OVERRIDE


def decided(
    departure: Departure,
    policy: str = "nearest",
    *matters: str,
    unit: str = "K1",
    reason: str | None = None,
    by_rule: bool = False,
    run_card: str | None = None,
) -> Assignment:
    rank = {FOLLOWED: 1, LOWER: 2}.get(departure)
    picked = Picked(ProposalKind.GRID, unit, ("1",), departure, rank, 60.0)
    decision = Decision(NOW, "li", by_rule=by_rule, reason=reason)
    clock = ArrivalClock(NOW, NOW, 900.0)
    return Assignment(
        "I", "S", picked, decision, clock, NOW, policy, "single_domain", matters, run_card=run_card
    )


DECISIONS = [
    decided(FOLLOWED, "nearest", "H1"),
    decided(FOLLOWED, "nearest", "H1", "H2", run_card="H2"),
    decided(LOWER, "nearest", "H1"),
    decided(LOWER, "surest", "H2", reason="keeps_cover"),
    decided(OVERRIDE, "surest", "H2", unit="S1", reason="knows_the_case", run_card="H2"),
    decided(OVERRIDE, "surest", "H2", unit="S1", reason="knows_the_case"),
    decided(Departure.DIVERSION, "nearest", "H1"),
    decided(FOLLOWED, "nearest", "H1", by_rule=True),
]


def rates(not_first: int, overridden: int, of: int) -> Rates:
    return Rates(Proportion(not_first, of), Proportion(overridden, of))


def test_departures_are_counted_by_policy_matter_reason_and_run_card():
    report = override_report(DECISIONS)
    assert report.total == rates(5, 2, 7)
    assert report.by_routing == {"single_domain": rates(5, 2, 7)}
    assert report.by_policy == {"nearest": rates(2, 0, 4), "surest": rates(3, 2, 3)}
    assert report.by_matter == {"H1": rates(2, 0, 4), "H2": rates(3, 2, 4)}
    assert report.by_kind == {"grid": rates(5, 2, 7)}
    assert report.by_run_card == {"H2": rates(1, 1, 2)}
    assert report.reasons == {
        "keeps_cover": Proportion(1, 5),
        "knows_the_case": Proportion(2, 5),
        None: Proportion(2, 5),
    }
    assert list(report.reasons)[-1] is None, "those without a reason come last"
    assert report.units == {"S1": 2}
    assert report.by_rule == 1, "what a rule sends by itself departs from nothing"


def test_the_order_of_decisions_does_not_matter():
    assert override_report(reversed(DECISIONS)) == override_report(DECISIONS)


def test_of_no_decisions_there_is_no_rate():
    report = override_report([])
    assert report.total.overridden.share is None
    assert (report.by_policy, report.reasons, report.by_rule) == ({}, {}, 0)
