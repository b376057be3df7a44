"""
Second thoughts: when a dispatch is worth suggesting anew, and who may be called off for it.

A rule is data.  It says how much better another crew must be, how far an arrival may slip, and
whether a crew that is under way may be turned round for a graver incident.  Whoever is called
off, the clock of the incident they leave runs on from its own start until somebody is there:
it goes back among the open slots with the target that it had.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from geo.errors import BadValue


class Trigger(StrEnum):
    """What makes a dispatch worth suggesting anew."""

    CREW_IS_LOST = "crew_is_lost"
    ROAD_CLOSED = "road_closed"
    ARRIVAL_SLIPS = "arrival_slips"
    TARGET_IS_LOST = "target_is_lost"
    BETTER_CREW = "better_crew"


@dataclass(frozen=True, slots=True)
class Rule:
    """
    When to have second thoughts.

    Attributes
    ----------
    better_by_s
        Another crew is suggested if it is there this many seconds earlier; None for never.
    slips_by_s
        An arrival may move back this many seconds before it is looked at anew; None for ever.
    on_closure
        Whether a road closed on the way is looked at anew.
    on_lost_target
        Whether it is looked at anew that the target was going to be kept and no longer is.
    not_within_s
        Seconds after a suggestion in which only a lost crew is reason for another.
    graver_by
        How much graver an incident must be to call a crew off another; None for never.
    earlier_by_s
        How many seconds earlier it must be there than every crew that is free.
    spare_within_s
        A crew so close to where it is going is not called off.
    watch_for_s
        Seconds for which an incident is watched after its last suggestion.
    most_at_once
        How many incidents are looked at in one turn; the others have the next ones.
    """

    better_by_s: float | None = 120.0
    slips_by_s: float | None = 180.0
    on_closure: bool = True
    on_lost_target: bool = True
    not_within_s: float = 60.0
    graver_by: int | None = None
    earlier_by_s: float = 300.0
    spare_within_s: float = 120.0
    watch_for_s: float = 7200.0
    most_at_once: int = 20

    def __post_init__(self) -> None:
        """Refuse spans below zero."""
        spans = [self.better_by_s, self.slips_by_s, self.not_within_s, self.earlier_by_s]
        spans += [self.spare_within_s, self.watch_for_s]
        if any(span is not None and span < 0 for span in spans):
            raise BadValue("The seconds in a rule for second thoughts begin at 0.")
        if self.graver_by is not None and self.graver_by < 1:
            raise BadValue("Crews are called off for graver incidents only: graver_by begins at 1.")
        if self.most_at_once < 1:
            raise BadValue("Look at one incident a turn or more: most_at_once begins at 1.")


@dataclass(frozen=True, slots=True)
class Outlook:
    """
    How a dispatch stands at some moment.

    Attributes
    ----------
    crew
        Code of the crew that goes.
    eta_s
        Seconds until it arrives; None when it can't any more.
    due_s
        Seconds until the arrival target; negative once it has passed.
    best_crew
        Code of the crew that would be sent if one were sent now, or None.
    best_eta_s
        Seconds until that one would arrive, or None.
    closed_on_route
        Whether a road on its way has been closed.
    elapsed_s
        Seconds since the dispatch was suggested or last looked at.
    on_scene
        Whether anybody is there; then there is nothing to think over.
    under_way
        Whether the crew is on its way; if it has only been proposed, no time has run off its
        way yet.
    """

    crew: str
    eta_s: float | None
    due_s: float
    best_crew: str | None = None
    best_eta_s: float | None = None
    closed_on_route: bool = False
    elapsed_s: float = 0.0
    on_scene: bool = False
    under_way: bool = True


def worth_resuggesting(before: Outlook, after: Outlook, rule: Rule) -> tuple[Trigger, ...]:
    """
    Say why a dispatch is worth suggesting anew.

    Parameters
    ----------
    before
        How it stood when it was suggested or last looked at.
    after
        How it stands now.
    rule
        When to have second thoughts.

    Returns
    -------
    triggers
        Every reason, in the order of `Trigger`; empty if there is none.

    Notes
    -----
    An arrival has slipped if it is later than was said then.  Both are counted from their
    own moment, so what has elapsed is taken off where the crew is under way.
    """
    if after.on_scene:
        return ()
    if after.eta_s is None:
        return (Trigger.CREW_IS_LOST,)
    if after.elapsed_s < rule.not_within_s:
        return ()
    run_off_s = after.elapsed_s if after.under_way else 0.0
    expected_s = None if before.eta_s is None else before.eta_s - run_off_s
    slipped = _more_than(rule.slips_by_s, after.eta_s, expected_s)
    better = after.best_crew != after.crew and _at_least(
        rule.better_by_s, after.eta_s, after.best_eta_s
    )
    was_kept = before.eta_s is not None and before.eta_s <= before.due_s
    reasons = {
        Trigger.ROAD_CLOSED: rule.on_closure and after.closed_on_route,
        Trigger.ARRIVAL_SLIPS: slipped,
        Trigger.TARGET_IS_LOST: rule.on_lost_target and was_kept and after.eta_s > after.due_s,
        Trigger.BETTER_CREW: better,
    }
    return tuple(trigger for trigger, holds in reasons.items() if holds)


def _more_than(span_s: float | None, later_s: float, earlier_s: float | None) -> bool:
    """Whether two instants lie more than a span apart."""
    return span_s is not None and earlier_s is not None and later_s - earlier_s > span_s


def _at_least(span_s: float | None, later_s: float, earlier_s: float | None) -> bool:
    """Whether two instants lie a span apart or more."""
    return span_s is not None and earlier_s is not None and later_s - earlier_s >= span_s
