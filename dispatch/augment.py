"""Kernels of the assignment: each row finds its column by a shortest path of changes."""

# ruff: noqa: PLR0913, PLR0917 -- a kernel takes its arrays one by one

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo.road.kernel import kernel

FAR = 2**62
"""Cost of a column that no path has reached."""


@kernel
def match_rows(
    hi: NDArray[np.int64],
    lo: NDArray[np.int64],
    alone: NDArray[np.int64],
    may: NDArray[np.bool_],
    column: NDArray[np.int64],
    row: NDArray[np.int64],
    u_hi: NDArray[np.int64],
    u_lo: NDArray[np.int64],
    v_hi: NDArray[np.int64],
    v_lo: NDArray[np.int64],
) -> None:
    """
    Give every row its column, one row after another.

    Parameters
    ----------
    hi, lo, alone, may
        What each pair costs; see `dispatch.matching.Costs`.
    column, row
        The assignment, both ways, -1 for none; all -1 at first.
    u_hi, u_lo, v_hi, v_lo
        Prices of rows and columns; all 0 at first.

    Notes
    -----
    A path goes from the new row to a column, on to the row that has it, to another column, and
    so on.  It ends at a free column, or at a row that had better be left alone.  Prices keep
    every step at zero or more, so that the search is Dijkstra's.
    """
    n_rows, n_columns = may.shape
    d_hi, d_lo = np.empty(n_columns, np.int64), np.empty(n_columns, np.int64)
    before, scanned = np.empty(n_columns, np.int64), np.empty(n_columns, np.int64)
    for new in range(n_rows):
        end, quitter, n_scanned, m_hi, m_lo = _search(
            new, hi, lo, alone, may, row, u_hi, u_lo, v_hi, v_lo, d_hi, d_lo, before, scanned
        )
        u_hi[new] += m_hi
        u_lo[new] += m_lo
        for i in range(n_scanned):
            c = scanned[i]
            u_hi[row[c]] += m_hi - d_hi[c]
            u_lo[row[c]] += m_lo - d_lo[c]
            v_hi[c] -= m_hi - d_hi[c]
            v_lo[c] -= m_lo - d_lo[c]
        if end == -1:
            end = column[quitter]
            column[quitter] = -1
        _hand_on(end, new, before, column, row)


@kernel
def _search(
    new: int,
    hi: NDArray[np.int64],
    lo: NDArray[np.int64],
    alone: NDArray[np.int64],
    may: NDArray[np.bool_],
    row: NDArray[np.int64],
    u_hi: NDArray[np.int64],
    u_lo: NDArray[np.int64],
    v_hi: NDArray[np.int64],
    v_lo: NDArray[np.int64],
    d_hi: NDArray[np.int64],
    d_lo: NDArray[np.int64],
    before: NDArray[np.int64],
    scanned: NDArray[np.int64],
) -> tuple[int, int, int, int, int]:
    """Find the shortest path: its last column or the row that quits, columns scanned, cost."""
    n_columns = may.shape[1]
    is_scanned = np.zeros(n_columns, np.bool_)
    d_hi[:] = FAR
    d_lo[:] = 0
    at, at_hi, at_lo, n_scanned = new, 0, 0, 0
    quitter, quit_hi, quit_lo = new, FAR, 0
    while True:
        from_hi, from_lo = at_hi - u_hi[at], at_lo - u_lo[at]
        if _less(from_hi + alone[at], from_lo, quit_hi, quit_lo):
            quitter, quit_hi, quit_lo = at, from_hi + alone[at], from_lo
        end, m_hi, m_lo = -1, quit_hi, quit_lo
        for c in range(n_columns):
            if is_scanned[c]:
                continue
            if may[at, c]:
                x_hi, x_lo = from_hi + hi[at, c] - v_hi[c], from_lo + lo[at, c] - v_lo[c]
                if _less(x_hi, x_lo, d_hi[c], d_lo[c]):
                    d_hi[c], d_lo[c], before[c] = x_hi, x_lo, at
            if _less(d_hi[c], d_lo[c], m_hi, m_lo):
                end, m_hi, m_lo = c, d_hi[c], d_lo[c]
        if end == -1 or row[end] == -1:
            return end, quitter, n_scanned, m_hi, m_lo
        is_scanned[end] = True
        scanned[n_scanned] = end
        n_scanned += 1
        at, at_hi, at_lo = row[end], m_hi, m_lo


@kernel
def _less(a_hi: int, a_lo: int, b_hi: int, b_lo: int) -> bool:
    """Whether one pair comes before another."""
    return a_hi < b_hi or (a_hi == b_hi and a_lo < b_lo)


@kernel
def _hand_on(
    end: int,
    new: int,
    before: NDArray[np.int64],
    column: NDArray[np.int64],
    row: NDArray[np.int64],
) -> None:
    """Hand the columns on along the path, from its end back to the new row."""
    while end != -1:
        taker = before[end]
        handed = column[taker]
        row[end], column[taker] = taker, end
        end = handed if taker != new else -1
