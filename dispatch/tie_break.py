"""
Among best assignments, the one with the lowest columns: row by row, ties break by id.

Prices leave some pairs *tight*: these alone occur in best assignments.  An assignment of tight
pairs in which every column with a price has a row is best too, and there are no others.  So
the first row takes the lowest column from which the rest can still be made good, and keeps
it; then the second.

Making good is a chain: a row takes a column, the row that had it moves on to another, and so
on, until somebody takes what the first row left.  A chain may also end at a column that nobody
had, if what the first row left has no price; and may begin again at any column without a price.
"""

# ruff: noqa: PLR0913, PLR0917 -- a kernel takes its arrays one by one

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo.road.kernel import kernel


@kernel
def least_columns(
    tight: NDArray[np.bool_],
    may_be_alone: NDArray[np.bool_],
    unpriced: NDArray[np.bool_],
    column: NDArray[np.int64],
    row: NDArray[np.int64],
) -> None:
    """
    Move a best assignment to the one with the lowest columns.

    Parameters
    ----------
    tight
        Which pairs cost just what their prices say, bool[n_rows, n_columns].
    may_be_alone
        Which rows may be without a column at no loss, bool[n_rows].
    unpriced
        Which columns may be free at no loss, bool[n_columns].
    column, row
        The assignment, both ways, -1 for none; changed in place.
    """
    n_rows, n_columns = tight.shape
    # Node c is "the row of column c must move on"; node n_columns + r is "row r, which is
    # alone, must find a column".  onward[node] is where that row moves; "pool" stands for any
    # column that nobody has.
    pool = n_columns + n_rows
    onward, queue = np.empty(pool + 1, np.int64), np.empty(pool + 1, np.int64)
    left = np.empty(n_rows, np.int64)
    for first in range(n_rows):
        old = column[first] if column[first] != -1 else n_columns + first
        lower = min(old, n_columns)
        if not tight[first, :lower].any():
            continue
        _chains_to(old, first, tight, may_be_alone, unpriced, column, row, onward, queue, left)
        for c in range(lower):
            if tight[first, c] and onward[c] != -1:
                _hand_on(first, c, old, onward, column, row)
                break


@kernel
def _chains_to(
    old: int,
    first: int,
    tight: NDArray[np.bool_],
    may_be_alone: NDArray[np.bool_],
    unpriced: NDArray[np.bool_],
    column: NDArray[np.int64],
    row: NDArray[np.int64],
    onward: NDArray[np.int64],
    queue: NDArray[np.int64],
    left: NDArray[np.int64],
) -> None:
    """Find every node from which a chain of rows after the first makes good what it left."""
    n_rows, n_columns = tight.shape
    pool = n_columns + n_rows
    onward[:] = -1
    onward[old] = old
    queue[0], n_queue, i = old, 1, 0
    n_left = n_rows - first - 1  # rows that no chain has reached yet
    left[:n_left] = np.arange(first + 1, n_rows)
    while i < n_queue:
        node = queue[i]
        i += 1
        if node == pool:
            n_queue = _empty_columns(row, pool, onward, queue, n_queue)
        elif onward[pool] == -1 and (node >= n_columns or unpriced[node]):
            onward[pool] = node
            queue[n_queue] = pool
            n_queue += 1
        k = 0
        while k < n_left:
            r = left[k]
            of = column[r] if column[r] != -1 else n_columns + r
            to = node
            if node == pool and column[r] != -1 and may_be_alone[r]:
                to = n_columns + r
                onward[to] = pool
            elif node >= n_columns or not tight[r, node]:
                k += 1
                continue
            if onward[of] == -1:
                onward[of] = to
                queue[n_queue] = of
                n_queue += 1
            n_left -= 1
            left[k] = left[n_left]


@kernel
def _empty_columns(
    row: NDArray[np.int64],
    pool: int,
    onward: NDArray[np.int64],
    queue: NDArray[np.int64],
    n_queue: int,
) -> int:
    """Let chains end at every column that nobody has."""
    for c in range(len(row)):
        if row[c] == -1 and onward[c] == -1:
            onward[c] = pool
            queue[n_queue] = c
            n_queue += 1
    return n_queue


@kernel
def _hand_on(
    first: int,
    taken: int,
    old: int,
    onward: NDArray[np.int64],
    column: NDArray[np.int64],
    row: NDArray[np.int64],
) -> None:
    """Let the first row take a column, and every row of the chain the next."""
    n_columns = len(row)
    pool = n_columns + len(column)
    if old < n_columns:
        row[old] = -1
    taker, node = first, taken
    while True:
        displaced = -1
        if node < n_columns:
            displaced = row[node]
            row[node] = taker
            column[taker] = node
        else:
            column[taker] = -1
        if node == old:
            return
        if displaced == -1:
            # Nobody had it: the chain goes on at a column without a price, or is done.
            node = onward[pool]
            if node == old:
                return
            if node < n_columns:
                taker = row[node]
                row[node] = -1
            else:
                taker = node - n_columns
        else:
            taker = displaced
        node = onward[node]
