"""The one door to HiGHS: linear programs in which some numbers must be whole."""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array

from geo.errors import Unavailable

MOST_NODES = 100
"""Branches looked into before the best answer found is given with its gap."""


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """
    Maximise ``gain @ x`` where ``low <= rows @ x <= high`` and ``0 <= x <= 1``.

    Attributes
    ----------
    gain
        float64[n].
    whole
        Which x must be whole, bool[n].
    rows
        float64[n_rows, n], sparse.
    low, high
        float64[n_rows]; infinite where there is no bound.
    """

    gain: NDArray[np.float64]
    whole: NDArray[np.bool_]
    rows: csc_array
    low: NDArray[np.float64]
    high: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Solved:
    """
    The best that was found.

    Attributes
    ----------
    x
        float64[n].
    bound
        No x gains more than this.
    """

    x: NDArray[np.float64]
    bound: float


def maximise(program: Program) -> Solved:
    """
    Solve a program.

    Parameters
    ----------
    program
        What to maximise; x = 0 must be allowed.

    Returns
    -------
    solved
        The same for the same program: the effort is limited by branches, not by time.

    Raises
    ------
    Unavailable
        HiGHS failed.

    References
    ----------
    Huangfu and Hall (2018), Parallelizing the dual revised simplex method.
    """
    solver = highspy.Highs()  # type: ignore[no-untyped-call]  # the one function without types
    solver.silent()
    # Presolve takes eight times as long as the rest on covering models, and changes little.
    options: dict[str, str | int | float] = {
        "parallel": "off",
        "presolve": "off",
        "mip_rel_gap": 0.0,
        "mip_abs_gap": 1e-9,
        "mip_max_nodes": MOST_NODES,
    }
    for name, value in options.items():
        solver.setOptionValue(name, value)
    solver.passModel(_model(program))
    solver.run()
    info = solver.getInfo()
    x = np.array(solver.getSolution().col_value)
    if len(x) != len(program.gain):
        status = solver.modelStatusToString(solver.getModelStatus())
        raise Unavailable(f"The solver HiGHS gave no answer ({status}); report the case, please.")
    whole = bool(program.whole.any())
    return Solved(x, float(info.mip_dual_bound if whole else info.objective_function_value))


def _model(program: Program) -> highspy.HighsLp:
    """Write a program the way HiGHS reads it."""
    kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = program.rows.shape
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = program.gain
    model.col_lower_ = np.zeros(len(program.gain))
    model.col_upper_ = np.ones(len(program.gain))
    model.row_lower_, model.row_upper_ = program.low, program.high
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = program.rows.indptr
    model.a_matrix_.index_ = program.rows.indices
    model.a_matrix_.value_ = program.rows.data
    model.integrality_ = [kinds[int(whole)] for whole in program.whole]
    return model
