"""
Life cycle: every move of an incident from one state to another.

`MOVES` is the whole of it: from where, to where, who may by role, whether a reason must be
given, and what it means.  A move that no role may make follows from what its crews do.  Nothing
else changes a state; what has happened is the fold of the transitions on record.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from dispatch.access import Role
from dispatch.incident_state import PAUSES, WAITS, WITH_CREWS, State
from geo.remark import Remark


@dataclass(frozen=True, slots=True)
class Move:
    """
    A move that is allowed.

    Attributes
    ----------
    before, after
        From which state to which.
    who
        Roles that may make it; empty for one that only follows from what crews do.
    said
        What it means.
    needs_reason
        Whether a reason must be given.
    """

    before: State
    after: State
    who: frozenset[Role]
    said: Remark
    needs_reason: bool = False


_NOBODY: frozenset[Role] = frozenset()
_SENDING = frozenset({Role.DISPATCHER, Role.ADMIN})
_CENTRE = _SENDING | {Role.LEADER}
_CREW = _CENTRE | {Role.OFFICER}
_RATING = frozenset({Role.REPORTER, Role.DISPATCHER, Role.ADMIN})


def _moves(  # noqa: PLR0913 -- the columns of the table
    before: Iterable[State],
    after: State,
    who: frozenset[Role],
    zh: str,
    en: str,
    *,
    because: bool = False,
) -> tuple[Move, ...]:
    """Write the rows of one end state that mean the same."""
    said = Remark(after.value, zh, en)
    return tuple(Move(one, after, who, said, because) for one in before)


_S = State
MOVES: tuple[Move, ...] = (
    *_moves([_S.REPORTED, _S.RETURNED], _S.ACCEPTED, _CENTRE, "受理。", "Taken up."),
    *_moves(
        [_S.MERGED, _S.CANCELLED],
        _S.ACCEPTED,
        _CENTRE,
        "恢复受理。",
        "Taken up again.",
        because=True,
    ),
    *_moves(
        WITH_CREWS,
        _S.ACCEPTED,
        _CENTRE,
        "改派：重新待派。",
        "To be assigned anew: nobody goes any more.",
        because=True,
    ),
    *_moves([_S.ACCEPTED], _S.DISPATCHED, _SENDING, "派出。", "A crew is sent."),
    *_moves(
        [_S.DISPATCHED], _S.ACKNOWLEDGED, _CREW, "执法小组已接单。", "The crew has acknowledged."
    ),
    *_moves(
        [_S.DISPATCHED, _S.ACKNOWLEDGED],
        _S.EN_ROUTE,
        _CREW,
        "执法小组已出发。",
        "The crew is on its way.",
    ),
    *_moves(
        [_S.DISPATCHED, _S.ACKNOWLEDGED, _S.EN_ROUTE],
        _S.ON_SCENE,
        _CREW,
        "执法小组已到场。",
        "The crew is complete at the place.",
    ),
    *_moves(
        [_S.ACKNOWLEDGED, _S.EN_ROUTE, _S.ON_SCENE],
        _S.DISPATCHED,
        _NOBODY,
        "余下的小组尚未接单。",
        "Of the crews that are left none has acknowledged.",
    ),
    *_moves(
        [_S.EN_ROUTE, _S.ON_SCENE],
        _S.ACKNOWLEDGED,
        _NOBODY,
        "余下的小组尚未出发。",
        "Of the crews that are left none has set out.",
    ),
    *_moves(
        [_S.ON_SCENE],
        _S.EN_ROUTE,
        _NOBODY,
        "余下的小组尚在途中。",
        "The crews that are left are on their way.",
    ),
    *_moves(WITH_CREWS, _S.HANDLED, _CREW, "处置完毕。", "Dealt with; the crews are free."),
    *_moves([_S.HANDLED], _S.FEEDBACK, _CREW, "已反馈结果。", "The result is handed in."),
    *_moves([_S.FEEDBACK], _S.VERIFIED, _CENTRE, "核查通过。", "Verified."),
    *_moves([_S.VERIFIED], _S.CLOSED, _CENTRE, "结案。", "Closed."),
    *_moves([_S.CLOSED], _S.RATED, _RATING, "群众已评价。", "Rated by the reporter."),
    *_moves(
        [_S.REPORTED, _S.ACCEPTED],
        _S.RETURNED,
        _CENTRE,
        "退回上报人补充。",
        "Returned to whoever reported it.",
        because=True,
    ),
    *_moves(
        WITH_CREWS,
        _S.RETURNED,
        _CREW,
        "承办单位退回。",
        "Returned by those who were sent.",
        because=True,
    ),
    *_moves(
        [_S.HANDLED, _S.FEEDBACK],
        _S.RETURNED,
        _CENTRE,
        "核查未通过，退回重办。",
        "Not accepted as dealt with: to be done again.",
        because=True,
    ),
    *_moves(
        [_S.HANDED_OFF],
        _S.RETURNED,
        _CENTRE,
        "接收城市退回。",
        "Returned by the other city.",
        because=True,
    ),
    *_moves(PAUSES, _S.SUSPENDED, _CENTRE, "挂起。", "Suspended.", because=True),
    *(
        move
        for after in PAUSES
        for move in _moves([_S.SUSPENDED], after, _CENTRE, "恢复办理。", "Resumed.")
    ),
    *(
        move
        for after, zh, en in (
            (_S.MERGED, "重复事件，并案。", "A duplicate: merged into another incident."),
            (_S.HANDED_OFF, "移送其他城市。", "Handed off to another city."),
            (_S.CANCELLED, "撤销。", "Cancelled."),
        )
        for move in _moves(
            [*WAITS, *WITH_CREWS, _S.SUSPENDED], after, _CENTRE, zh, en, because=True
        )
    ),
)
"""The transition table."""


@cache
def _by_ends() -> dict[tuple[State, State], Move]:
    """The table by its ends, which are different in every row."""
    return {(move.before, move.after): move for move in MOVES}


def find_move(before: State, after: State) -> Move | None:
    """
    Look a move up.

    Parameters
    ----------
    before, after
        From which state to which.

    Returns
    -------
    move
        The row of the table, or None: it is not allowed.
    """
    return _by_ends().get((before, after))


def may_follow(state: State, was: State | None = None) -> tuple[State, ...]:
    """
    List the states that somebody may move an incident to.

    Parameters
    ----------
    state
        Where it stands.
    was
        Where a suspended one stood before.

    Returns
    -------
    states
        In the order of `State`.
    """
    after = {move.after for move in MOVES if move.before == state and move.who}
    if state == State.SUSPENDED:
        after -= {one for one in PAUSES if one != was}
    return tuple(one for one in State if one in after)


def who_may(before: State, after: State) -> frozenset[Role]:
    """
    Tell which roles may ask for a state.

    Parameters
    ----------
    before
        Where an incident stands.
    after
        What is asked for.

    Returns
    -------
    roles
        Those of the table; for what it does not allow from there, those that may ask for it from
        elsewhere: a second crew is sent, and goes, while the first is under way.
    """
    move = find_move(before, after)
    if move is not None and move.who:
        return move.who
    return _NOBODY.union(*(one.who for one in MOVES if one.after == after))
