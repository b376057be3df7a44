"""
Move-up (机动布防): which idle crews to post elsewhere, so that more demand is covered.

Formulation
-----------
Crews i that may move, posts j, points p with w[p] incidents an hour; n[p] free crews reach
point p now; a[i, p] and b[j, p] say whether crew i where it stands, or a crew at post j,
reaches it; t[i, j] is the way in hours.  x[i, j] is 0 or 1, y[p] from 0 to 1::

    max   sum of w[p] y[p]  -  sum of (gain_per_move + gain_per_hour t[i, j]) x[i, j]
    subject to
        y[p]  <=  n[p] - sum of a[i, p] x[i, j] + sum of b[j, p] x[i, j]    covered
        sum over j of x[i, j]  <=  1               a crew goes to one post
        sum over i of x[i, j]  <=  1               a post takes one crew
        sum of x[i, j]         <=  most_moves
        x[i, j] = 0 where the way is too long

What covering is worth against driving is said in incidents an hour: `gain_per_hour` is what
an hour of driving must bring.  The plan is judged as it stands once all have arrived.

Solved by HiGHS with a bound; `MoveUp.gap` is what a better plan could gain at most.  Before that
the model is made smaller without losing the best plan:

- A point that more than `most_moves` crews reach stays covered, and so does one that more
  crews reach than may move.  Points with the same crews and posts are one.
- Moving crew i to post j needs no thought if `most_moves` others are as near to j and cover
  none but points that i covers too: one of them is not moved, and can go instead; i stays and
  covers at least as much as it did.

References
----------
Gendreau, Laporte and Semet (2006), The maximal expected coverage relocation problem for
emergency vehicles.
Church and ReVelle (1974), The maximal covering location problem.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dispatch.coverage import Coverage
from dispatch.move_up_model import Posting, best_moves
from geo.errors import BadValue
from geo.road.frozen import freeze

HOUR_MS = 3_600_000

MILLIONTH = 1e-6
"""What floating-point numbers may be off by, as a share of all demand."""


@dataclass(frozen=True, slots=True)
class MoveUpRule:
    """
    What moves are worth.

    Attributes
    ----------
    most_moves
        Crews that are moved at most.
    within_s
        The longest way, in seconds.
    gain_per_move
        Incidents an hour that must be covered in addition for one move.
    gain_per_hour
        The same for an hour of driving.
    """

    most_moves: int = 5
    within_s: float = 1800.0
    gain_per_move: float = 0.0
    gain_per_hour: float = 0.01

    def __post_init__(self) -> None:
        """Refuse figures below zero."""
        if min(self.most_moves, self.within_s, self.gain_per_move, self.gain_per_hour) < 0:
            raise BadValue("Limits and prices of moves are never negative; mend the rule.")


@dataclass(frozen=True, slots=True, eq=False)
class Posts:
    """
    Where crews can be posted.

    Attributes
    ----------
    codes
        In ascending order.
    reaches
        Which points of demand a crew there reaches within the target,
        bool[n_posts, n_points].
    travel_ms
        Way of each crew to each post, int64[n_crews, n_posts]; `NEVER_MS` where no road leads.
    """

    codes: tuple[str, ...]
    reaches: NDArray[np.bool_]
    travel_ms: NDArray[np.int64]

    def __post_init__(self) -> None:
        """Refuse what is of different sizes."""
        n = len(self.codes)
        if len(self.reaches) != n or self.travel_ms.ndim != 2 or self.travel_ms.shape[1] != n:
            raise BadValue(f"{n} posts need as many rows of reach and columns of travel times.")
        freeze(self)


@dataclass(frozen=True, slots=True)
class Move:
    """
    One crew to one post.

    Attributes
    ----------
    crew, post
        Their codes.
    travel_ms
        The way.
    gain_per_h
        Incidents an hour that would no longer be covered if, of all moves proposed, this one
        were left out; below zero if it only pays by what it costs elsewhere.
    """

    crew: str
    post: str
    travel_ms: int
    gain_per_h: float


@dataclass(frozen=True, slots=True)
class MoveUp:
    """
    A proposal.

    Attributes
    ----------
    moves
        By crew; empty if it is best to stay.
    share_before, share_after
        Share of demand covered, by its weight.
    gain_per_h
        Incidents an hour that are covered in addition.
    travel_ms
        Sum of all ways.
    gap
        What a better plan could gain at most, in incidents an hour net of its price.
    proven
        Whether no plan is better, to a millionth of all demand.
    """

    moves: tuple[Move, ...]
    share_before: float
    share_after: float
    gain_per_h: float
    travel_ms: int
    gap: float
    proven: bool


def stay(share: float) -> MoveUp:
    """
    Propose nothing, which is best where nothing can be gained.

    Parameters
    ----------
    share
        Share of demand covered.

    Returns
    -------
    proposal
        Without moves.
    """
    return MoveUp((), share, share, gain_per_h=0.0, travel_ms=0, gap=0.0, proven=True)


def propose_moves(
    coverage: Coverage, posts: Posts, movable: NDArray[np.bool_], rule: MoveUpRule
) -> MoveUp:
    """
    Propose which crews to post elsewhere.

    Parameters
    ----------
    coverage
        What is covered now.
    posts
        Where crews can be posted.
    movable
        Which crews may be moved, bool[n_crews]; those that are busy stay.
    rule
        What moves are worth.

    Returns
    -------
    proposal
        The best, with its gap.

    Raises
    ------
    BadValue
        The sizes do not fit together.
    """
    n_crews, n_points = len(coverage.crews), len(coverage.count)
    if posts.travel_ms.shape[0] != n_crews or posts.reaches.shape[1] != n_points:
        raise BadValue(
            f"Posts for {n_crews} crews and {n_points} points need travel times from each crew, "
            "and the points that are reached from each post."
        )
    may_move = (movable & coverage.free)[:, None] & (posts.travel_ms <= rule.within_s * 1000)
    hours = np.where(may_move, posts.travel_ms, 0) / HOUR_MS
    posting = Posting(
        reaches=np.array(coverage.reaches, dtype=np.bool_).reshape(n_crews, n_points),
        post_reaches=posts.reaches,
        count=coverage.count,
        worth=coverage.demand.incidents_per_h,
        may_move=np.ascontiguousarray(may_move),
        price=rule.gain_per_move + rule.gain_per_hour * hours,
        most_moves=rule.most_moves,
    )
    pairs, gap = best_moves(posting)
    after = moved(coverage, posts, pairs)
    here = _covered_per_h(after)
    moves = tuple(
        Move(
            crew=coverage.crews[crew],
            post=posts.codes[post],
            travel_ms=int(posts.travel_ms[crew, post]),
            gain_per_h=here - _covered_per_h(after.with_reach(crew, coverage.reaches[crew])),
        )
        for crew, post in pairs
    )
    return MoveUp(
        moves=moves,
        share_before=coverage.share,
        share_after=after.share,
        gain_per_h=here - _covered_per_h(coverage),
        travel_ms=sum(move.travel_ms for move in moves),
        gap=gap,
        proven=gap <= MILLIONTH * max(1.0, float(coverage.demand.incidents_per_h.sum())),
    )


def moved(coverage: Coverage, posts: Posts, pairs: list[tuple[int, int]]) -> Coverage:
    """
    Say what is covered once some crews have arrived at posts.

    Parameters
    ----------
    coverage
        What is covered now.
    posts
        Where crews can be posted.
    pairs
        Rows of crew and post.

    Returns
    -------
    coverage
        What is covered then.
    """
    for crew, post in pairs:
        coverage = coverage.with_reach(crew, posts.reaches[post])
    return coverage


def _covered_per_h(coverage: Coverage) -> float:
    """Incidents an hour that are covered."""
    return float(coverage.demand.incidents_per_h[coverage.count > 0].sum())
