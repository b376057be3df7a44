"""
Matching: rows to columns at least cost, where costs are pairs compared in order.

Formulation
-----------
Rows r, columns c; x[r, c] and the row left alone a[r] are 0 or 1::

    lexmin   sum  (hi[r, c], lo[r, c]) x[r, c]  +  sum (alone[r], 0) a[r]
    subject to
        sum over c of x[r, c]  +  a[r]  =  1    each row has a column, or is alone
        sum over r of x[r, c]          <=  1    each column has one row at most
        x[r, c] = 0 where may[r, c] is false

Solved by successive shortest paths (Hungarian method).  The method asks of costs only that
they can be added, subtracted and compared; pairs of integers in lexicographic order can.
So nothing is scaled together and no digit is lost.

It ends with a price u[r] of each row and v[c] of each column.  They prove the answer:
u[r] + v[c] <= cost[r, c] and u[r] <= alone[r] everywhere, v[c] <= 0, with equality wherever
a row is assigned, and v[c] = 0 wherever a column is free.  Then the sum of all prices is a
lower bound of every assignment, and this one attains it.  `is_proven` looks.

References
----------
Kuhn (1955), The Hungarian method for the assignment problem.
Jonker and Volgenant (1987), A shortest augmenting path algorithm for dense and sparse linear
assignment problems.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dispatch.augment import match_rows
from dispatch.tie_break import least_columns
from geo.errors import BadValue
from geo.road.frozen import freeze

ALONE = -1
"""Column of a row that has none."""

LARGEST = 2**61
"""Sums of costs stay below this, so that int64 holds every price."""


@dataclass(frozen=True, slots=True, eq=False)
class Costs:
    """
    What each row costs with each column.

    Attributes
    ----------
    hi, lo
        What counts first and what counts then, int64[n_rows, n_columns], none negative.
    alone
        What a row without a column costs, in the units of `hi`, int64[n_rows].
    may
        Which pairs are allowed, bool[n_rows, n_columns].
    """

    hi: NDArray[np.int64]
    lo: NDArray[np.int64]
    alone: NDArray[np.int64]
    may: NDArray[np.bool_]

    def __post_init__(self) -> None:
        """Refuse costs that are negative, or so large that their sums would not be exact."""
        for name, cost in (("hi", self.hi), ("lo", self.lo)):
            allowed = np.where(self.may, cost, 0)
            worst = allowed.max(axis=1, initial=0).astype(np.float64).sum()
            if allowed.min(initial=0) < 0 or worst + self.alone.astype(float).sum() >= LARGEST:
                raise BadValue(
                    f"Costs `{name}` of an assignment must not be negative, nor add up to more "
                    f"than {LARGEST:.1e}; give smaller weights or leave out what is out of reach."
                )
        for name in ("hi", "lo", "alone", "may"):
            object.__setattr__(self, name, np.ascontiguousarray(getattr(self, name)))
        freeze(self)


@dataclass(frozen=True, slots=True, eq=False)
class Matching:
    """
    The best assignment, with the prices that prove it.

    Attributes
    ----------
    column
        Column of each row, int64[n_rows]; `ALONE` without one.
    u_hi, u_lo
        Price of each row, int64[n_rows].
    v_hi, v_lo
        Price of each column, int64[n_columns].
    """

    column: NDArray[np.int64]
    u_hi: NDArray[np.int64]
    u_lo: NDArray[np.int64]
    v_hi: NDArray[np.int64]
    v_lo: NDArray[np.int64]

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        freeze(self)


def match(costs: Costs) -> Matching:
    """
    Assign rows to columns at least cost.

    Parameters
    ----------
    costs
        What each pair costs.

    Returns
    -------
    matching
        Of all best assignments the one whose first row has the lowest column, then whose
        second row has, and so on; a row alone comes after every column.
    """
    n_rows, n_columns = costs.may.shape
    column = np.full(n_rows, ALONE, dtype=np.int64)
    row = np.full(n_columns, -1, dtype=np.int64)
    u_hi, u_lo = (np.zeros(n_rows, dtype=np.int64) for _ in range(2))
    v_hi, v_lo = (np.zeros(n_columns, dtype=np.int64) for _ in range(2))
    match_rows(costs.hi, costs.lo, costs.alone, costs.may, column, row, u_hi, u_lo, v_hi, v_lo)
    tight = costs.may & _is_zero(costs.hi - u_hi[:, None] - v_hi, costs.lo - u_lo[:, None] - v_lo)
    least_columns(tight, _is_zero(costs.alone - u_hi, u_lo), _is_zero(v_hi, v_lo), column, row)
    return Matching(column, u_hi, u_lo, v_hi, v_lo)


def is_proven(costs: Costs, matching: Matching) -> bool:
    """
    Tell whether the prices prove that no assignment is cheaper.

    Parameters
    ----------
    costs
        What each pair costs.
    matching
        An assignment with prices.

    Returns
    -------
    proven
        Whether every condition in the docstring of this module holds, in whole numbers.
    """
    left_hi = costs.hi - matching.u_hi[:, None] - matching.v_hi
    left_lo = costs.lo - matching.u_lo[:, None] - matching.v_lo
    alone_hi, alone_lo = costs.alone - matching.u_hi, -matching.u_lo
    has = np.flatnonzero(matching.column != ALONE)
    at = matching.column[has]
    free = np.ones(costs.may.shape[1], dtype=np.bool_)
    free[at] = False
    return bool(
        len(np.unique(at)) == len(at)
        and np.all(costs.may[has, at])
        and np.all(~costs.may | _not_negative(left_hi, left_lo))
        and np.all(_not_negative(alone_hi, alone_lo))
        and np.all(_not_negative(-matching.v_hi, -matching.v_lo))
        and np.all(_is_zero(left_hi[has, at], left_lo[has, at]))
        and np.all(_is_zero(alone_hi, alone_lo) | (matching.column != ALONE))
        and np.all(_is_zero(matching.v_hi, matching.v_lo) | ~free)
    )


def _is_zero(hi: NDArray[np.int64], lo: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Where a pair is zero."""
    zero: NDArray[np.bool_] = (hi == 0) & (lo == 0)
    return zero


def _not_negative(hi: NDArray[np.int64], lo: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Where a pair is zero or more."""
    not_negative: NDArray[np.bool_] = (hi > 0) | ((hi == 0) & (lo >= 0))
    return not_negative
