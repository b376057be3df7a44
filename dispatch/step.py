"""Steps: a move as somebody makes it, whether they may, and how it stands on record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dispatch.incident_state import PAUSES, State
from dispatch.lifecycle import Move, find_move, may_follow
from geo.errors import BadValue, Conflict

BEST_RATING = 5
"""Ratings of a reporter go from 1 to this."""


@dataclass(frozen=True, slots=True)
class Step:
    """
    A move as somebody makes it.

    Attributes
    ----------
    to
        The state that follows.
    by
        Account of whoever makes it, or name of the rule that made it by itself.
    at
        When, with offset.
    reason
        Why, in words; empty where none is asked for.
    lon_lat
        Where whoever made it was, WGS-84 degrees, or None.
    about
        Id of the assignment, of the other incident or of the partner city, or None.
    rating
        What the reporter gives, 1 to 5; None of every other step.
    """

    to: State
    by: str
    at: datetime
    reason: str = ""
    lon_lat: tuple[float, float] | None = None
    about: str | None = None
    rating: int | None = None


@dataclass(frozen=True, slots=True)
class Transition:
    """
    A step on record; none is ever changed or erased.

    Attributes
    ----------
    number
        Its number in the store, growing with time.
    incident
        Id of the incident.
    before
        State before it; None for the report itself.
    step
        The step.
    """

    number: int
    incident: str
    before: State | None
    step: Step


def check_step(number: str, before: State, step: Step, was: State | None = None) -> Move:
    """
    Make sure that an incident may take a step.

    Parameters
    ----------
    number
        Its id.
    before
        Where it stands.
    step
        The step.
    was
        Where a suspended one stood before.

    Returns
    -------
    move
        The row of the table that allows it.

    Raises
    ------
    Conflict
        The table does not allow it from where the incident stands.
    BadValue
        It needs a reason or a rating and gives none, or gives a rating where none belongs.
    """
    move = find_move(before, step.to)
    if move is None or (before == State.SUSPENDED and step.to in PAUSES and step.to != was):
        raise Conflict(not_from_here(number, before, step.to, was))
    if move.needs_reason and not step.reason.strip():
        raise BadValue(f"{number} cannot become {step.to} without a reason: give one.")
    if (step.to == State.RATED) != (step.rating is not None):
        raise BadValue(f"A rating from 1 to {BEST_RATING} belongs to the step rated, and no other.")
    if step.rating is not None and not 1 <= step.rating <= BEST_RATING:
        raise BadValue(f"The rating is {step.rating}; give 1 to {BEST_RATING}.")
    return move


def not_from_here(number: str, before: State, after: State, was: State | None = None) -> str:
    """
    Say that a move is not allowed, and which are.

    Parameters
    ----------
    number
        Id of the incident.
    before, after
        Where it stands, and where somebody wants it.
    was
        Where a suspended one stood before.

    Returns
    -------
    sentence
        One whole sentence.
    """
    open_to = ", ".join(may_follow(before, was)) or "nothing more"
    return f"Incident {number} is {before} and cannot become {after}; it may become {open_to}."
