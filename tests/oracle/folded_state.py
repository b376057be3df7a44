"""Where an incident stands, by its transitions alone: the oracle of its state in the store."""

from __future__ import annotations

from collections.abc import Iterable

from dispatch.incident_state import State
from dispatch.step import Transition


def fold(transitions: Iterable[Transition]) -> State:
    """Go through all transitions of one incident, the oldest first; each begins where one ended."""
    state: State | None = None
    for one in transitions:
        assert state in {None, one.before}, (one, state)
        state = one.step.to
    return state or State.REPORTED
