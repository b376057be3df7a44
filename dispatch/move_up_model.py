"""The model of `dispatch.move_up`, made smaller without losing the best plan, and solved."""

# ruff: noqa: PLR0913, PLR0917 -- a kernel takes its arrays one by one

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csc_array

from dispatch.alike import number_alike
from dispatch.mixed_integer import Program, maximise
from geo.road.frozen import freeze
from geo.road.kernel import kernel

MOST_PAIRS = 20_000
"""More pairs of crew and post than these are not all looked at; the gap then says so."""


@dataclass(frozen=True, slots=True, eq=False)
class Posting:
    """
    What is to be decided.

    Attributes
    ----------
    reaches
        Which points each crew reaches where it stands, bool[n_crews, n_points].
    post_reaches
        Which points a crew reaches from each post, bool[n_posts, n_points].
    count
        How many free crews reach each point, int32[n_points].
    worth
        What covering each point is worth, float64[n_points].
    may_move
        Which crew may go to which post, bool[n_crews, n_posts].
    price
        What that costs, in the units of `worth`, float64[n_crews, n_posts].
    most_moves
        Crews that are moved at most.
    """

    reaches: NDArray[np.bool_]
    post_reaches: NDArray[np.bool_]
    count: NDArray[np.int32]
    worth: NDArray[np.float64]
    may_move: NDArray[np.bool_]
    price: NDArray[np.float64]
    most_moves: int

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        freeze(self)


def best_moves(posting: Posting) -> tuple[list[tuple[int, int]], float]:
    """
    Find the best moves.

    Parameters
    ----------
    posting
        What is to be decided.

    Returns
    -------
    pairs
        Rows of crew and post, by crew.
    gap
        What a better plan could gain at most.
    """
    open_points = _open_points(posting)
    crews, posts = _pairs_to_look_at(posting, open_points)
    if not len(crews) or not len(open_points):
        return [], 0.0
    cut = max(1, MOST_PAIRS // posting.may_move.shape[1])
    near = _rank_within(posts) < cut if len(crews) > MOST_PAIRS else np.ones(len(crews), bool)
    points = _Points(posting, open_points, np.unique(crews))
    solved = maximise(points.program(crews[near], posts[near], posting))
    chosen = np.flatnonzero(solved.x[: near.sum()] > 0.5)
    pairs = sorted(zip(crews[near][chosen].tolist(), posts[near][chosen].tolist(), strict=True))
    bound = solved.bound if near.all() else maximise(points.bound(crews, posts, posting)).bound
    return pairs, max(0.0, bound - points.value(pairs, posting))


def _open_points(posting: Posting) -> NDArray[np.int64]:
    """List the points whose cover may change: reached by none, or by few enough to leave it."""
    leaving = posting.reaches[posting.may_move.any(axis=1)].sum(axis=0)
    most = np.minimum(leaving, posting.most_moves)
    can_lose = (posting.count > 0) & (posting.count <= most)
    can_gain = (posting.count == 0) & posting.post_reaches.any(axis=0)
    return np.flatnonzero((can_lose | can_gain) & (posting.worth > 0))


def _pairs_to_look_at(
    posting: Posting, open_points: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """List the moves that no other `most_moves` moves to the post make superfluous."""
    covers = np.ascontiguousarray(np.packbits(posting.reaches[:, open_points], axis=1))
    order = np.argsort(posting.price, axis=0, kind="stable")
    n_crews, n_posts = posting.may_move.shape
    crews = np.empty(n_crews * n_posts, dtype=np.int64)
    posts = np.empty(n_crews * n_posts, dtype=np.int64)
    size = _not_superfluous(
        covers, np.ascontiguousarray(order.T), posting.may_move, posting.most_moves, crews, posts
    )
    return crews[:size], posts[:size]


@kernel
def _not_superfluous(
    covers: NDArray[np.uint8],
    order: NDArray[np.int64],
    may_move: NDArray[np.bool_],
    most_moves: int,
    crews: NDArray[np.int64],
    posts: NDArray[np.int64],
) -> int:
    """Go through the crews of each post, the nearest first, and keep who is not superfluous."""
    size = 0
    for post in range(len(order)):
        begin = size
        for crew in order[post]:
            if not may_move[crew, post]:
                continue
            rivals = 0
            for kept in range(begin, size):
                rivals += _is_within(covers[crews[kept]], covers[crew])
                if rivals == most_moves:
                    break
            if rivals < most_moves:
                crews[size], posts[size] = crew, post
                size += 1
    return size


@kernel
def _is_within(inner: NDArray[np.uint8], outer: NDArray[np.uint8]) -> int:
    """1 if one set of points lies within another, else 0."""
    for word in range(len(inner)):
        if inner[word] & ~outer[word]:
            return 0
    return 1


def _rank_within(posts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Place of each pair among those of its post, int64[n]; pairs come post by post."""
    first = np.flatnonzero(np.diff(posts, prepend=-1))
    return np.arange(len(posts)) - np.repeat(first, np.diff(first, append=len(posts)))


class _Points:
    """The open points, those that are alike taken together."""

    def __init__(
        self, posting: Posting, open_points: NDArray[np.int64], crews: NDArray[np.int64]
    ) -> None:
        by_crew = posting.reaches[np.ix_(crews, open_points)]
        by_post = posting.post_reaches[:, open_points]
        count = posting.count[open_points].astype(np.int64)
        group = number_alike(np.vstack([by_crew, by_post]).T, count)
        _, first = np.unique(group, return_index=True)
        self._crews = crews
        self._by_crew, self._by_post = by_crew[:, first], by_post[:, first]
        self._count = count[first]
        self._worth = np.bincount(group, posting.worth[open_points], len(first))

    def value(self, pairs: list[tuple[int, int]], posting: Posting) -> float:
        """What some moves are worth, net of their price, points that can't change aside."""
        count = self._count.copy()
        for crew, post in pairs:
            count += self._by_post[post]
            count -= self._by_crew[np.searchsorted(self._crews, crew)]
        price = sum(float(posting.price[pair]) for pair in pairs)
        return float(self._worth[count > 0].sum()) - price

    def program(
        self, crews: NDArray[np.int64], posts: NDArray[np.int64], posting: Posting
    ) -> Program:
        """Write the model: a move, a crew that leaves, a post that is filled, a point covered."""
        n_moves, n_crews, n_posts = len(crews), len(self._crews), len(self._by_post)
        move = np.arange(n_moves)
        leaves = (np.searchsorted(self._crews, crews), move, np.full(n_moves, -1.0))
        fills = (posts, move, np.full(n_moves, -1.0))
        crew, post = np.arange(n_crews), np.arange(n_posts)
        ones = np.ones
        left = _stack([leaves, (crew, n_moves + crew, ones(n_crews))], n_crews, n_moves + n_crews)
        filled = _stack(
            [fills, (post, n_moves + n_crews + post, ones(n_posts))],
            n_posts,
            n_moves + n_crews + n_posts,
        )
        gain = np.concatenate([-posting.price[crews, posts], np.zeros(n_crews + n_posts)])
        return self._with_points(gain, [left, filled], posting.most_moves, n_moves)

    def bound(
        self, crews: NDArray[np.int64], posts: NDArray[np.int64], posting: Posting
    ) -> Program:
        """Write an easier one: posts are filled at their least price, by whom is left open."""
        n_crews, n_posts = len(self._crews), len(self._by_post)
        least = np.full(n_posts, np.inf)
        np.minimum.at(least, posts, posting.price[crews, posts])
        can = np.isfinite(least)
        gain = np.concatenate([np.zeros(n_crews), np.where(can, -least, 0.0)])
        as_many = np.concatenate([np.ones(n_crews), -np.ones(n_posts)])
        shut = np.concatenate([np.zeros(n_crews), ~can])
        rows = [csc_array(as_many[None, :]), csc_array(shut[None, :])]
        return self._with_points(gain, rows, posting.most_moves, 0)

    def _with_points(
        self, gain: NDArray[np.float64], rows: list[csc_array], most_moves: int, n_moves: int
    ) -> Program:
        """Add the points, and the limit on moves, to the rows that tie moves together."""
        n_crews, n_posts, n_points = len(self._crews), len(self._by_post), len(self._worth)
        n_before = len(gain)
        at_crew = n_before - n_posts - n_crews
        of_crew, lost = np.nonzero(self._by_crew)
        of_post, won = np.nonzero(self._by_post)
        point = np.arange(n_points)
        covered = _stack(
            [
                (lost, at_crew + of_crew, np.ones(len(lost))),
                (won, n_before - n_posts + of_post, -np.ones(len(won))),
                (point, n_before + point, np.ones(n_points)),
            ],
            n_points,
            n_before + n_points,
        )
        post = np.arange(n_posts)
        moves = (np.zeros(n_posts, np.int64), n_before - n_posts + post, np.ones(n_posts))
        limit = _stack([moves], 1, n_before)
        n_ties = sum(row.shape[0] for row in rows)
        whole = np.zeros(n_before + n_points, dtype=np.bool_)
        whole[:n_moves] = True
        return Program(
            gain=np.concatenate([gain, self._worth]),
            whole=whole,
            rows=_below([*rows, limit, covered], n_before + n_points),
            low=np.concatenate([np.zeros(n_ties), np.full(1 + n_points, -np.inf)]),
            high=np.concatenate([np.zeros(n_ties), [float(most_moves)], self._count]),
        )


Entries = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]


def _stack(entries: list[Entries], n_rows: int, n_columns: int) -> csc_array:
    """Make a sparse matrix of rows, columns and values."""
    row, column, value = (np.concatenate(part) for part in zip(*entries, strict=True))
    return csc_array(coo_array((value, (row, column)), shape=(n_rows, n_columns)))


def _below(blocks: list[csc_array], n_columns: int) -> csc_array:
    """Set matrices below each other; those with fewer columns are filled up with zeros."""
    parts, base = [], 0
    for block in blocks:
        entries = coo_array(block)
        row, column = (part.astype(np.int64) for part in entries.coords)
        parts.append((row + base, column, entries.data.astype(np.float64)))
        base += block.shape[0]
    return _stack(parts, base, n_columns)
