"""Verdicts of rules: what was decided of an incident without a person, or why it was left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dispatch.matter import Triage
from dispatch.origin import Source
from geo.remark import Remark


@dataclass(frozen=True, slots=True)
class AutomaticVerdict:
    """
    What was decided of an incident without a person.

    Attributes
    ----------
    incident
        Its id.
    judged_at
        When, with offset.
    source
        By which way it came in.
    triage
        How its gravest matter is handled, or None where none is named.
    zone
        Code of the zone in which it lies, or None.
    rule
        Name of the rule that sent somebody, or None where it is left to a person.
    said
        What was done, or why it is left.
    suggestion, assignment
        Ids of both, where they were made.
    """

    incident: str
    judged_at: datetime
    source: Source
    triage: Triage | None
    zone: str | None
    rule: str | None
    said: Remark
    suggestion: str | None = None
    assignment: str | None = None

    @property
    def dispatched(self) -> bool:
        """Whether somebody was sent."""
        return self.assignment is not None


@dataclass(frozen=True, slots=True)
class SwitchedOff:
    """
    Where nothing is done by rule.

    Attributes
    ----------
    zone
        Code of the zone.
    since
        Since when, with offset.
    by
        Who switched it off.
    why
        The reason, in words.
    """

    zone: str
    since: datetime
    by: str
    why: str
