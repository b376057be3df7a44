"""Where an incident stands: its states, their groups, and what its crews say of it."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum


class State(StrEnum):
    """Where an incident stands."""

    REPORTED = "reported"
    ACCEPTED = "accepted"
    DISPATCHED = "dispatched"
    ACKNOWLEDGED = "acknowledged"
    EN_ROUTE = "en_route"
    ON_SCENE = "on_scene"
    HANDLED = "handled"
    FEEDBACK = "feedback"
    VERIFIED = "verified"
    CLOSED = "closed"
    RATED = "rated"
    RETURNED = "returned"
    SUSPENDED = "suspended"
    MERGED = "merged"
    HANDED_OFF = "handed_off"
    CANCELLED = "cancelled"


WITH_CREWS = (State.DISPATCHED, State.ACKNOWLEDGED, State.EN_ROUTE, State.ON_SCENE)
"""States in which crews are bound, from the least to the furthest."""

WAITS = (State.REPORTED, State.ACCEPTED, State.RETURNED)
"""States in which nobody is bound and somebody can be sent."""

WORKED_ON = (*WAITS, *WITH_CREWS)
"""States in which it can matter who goes."""

PAUSES = (
    State.ACCEPTED,
    *WITH_CREWS,
    State.HANDLED,
    State.FEEDBACK,
    State.RETURNED,
)
"""States in which a case can be suspended, and to which it is resumed."""

ENDED = (State.CLOSED, State.RATED, State.MERGED, State.HANDED_OFF, State.CANCELLED)
"""States in which no work is left to be done here."""


def state_of_crews(stages: Collection[State], *, done: bool) -> State:
    """
    Tell the state of an incident from how far its crews are.

    Parameters
    ----------
    stages
        How far each crew is that is bound still.
    done
        Whether one that was set free had done its work.

    Returns
    -------
    state
        The furthest stage; without crews, handled if one has done its work, else accepted.
    """
    if not stages:
        return State.HANDLED if done else State.ACCEPTED
    return max(stages, key=WITH_CREWS.index)
