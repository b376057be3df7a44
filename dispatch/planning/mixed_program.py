"""
The planning room's door to HiGHS: linear programs with whole numbers, bounds and a way to stop.

`dispatch.mixed_integer` is its small sister for live dispatch, where effort is counted in
branches.  Plans may take a minute, so here a caller says when enough is enough, gets the best
that was found until then, and the bound that holds for everybody.
"""

# ruff: noqa: PLR0913 -- a program is written from all that it depends on

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array

from geo.errors import Unavailable
from geo.road.frozen import freeze

Stop = Callable[[], bool]
"""Asked often while a search runs; True ends it with the best found so far."""


def never() -> bool:
    """
    Let a search run until it has an answer.

    Returns
    -------
    stop
        False.
    """
    return False


@dataclass(frozen=True, slots=True, eq=False)
class MixedProgram:
    """
    Minimise ``cost @ x`` where ``low <= rows @ x <= high`` and ``least <= x <= most``.

    Attributes
    ----------
    cost
        float64[n].
    whole
        Which x must be whole, bool[n].
    least, most
        float64[n]; infinite where there is no bound.
    rows
        float64[n_rows, n], sparse.
    low, high
        float64[n_rows]; infinite where there is no bound.
    """

    cost: NDArray[np.float64]
    whole: NDArray[np.bool_]
    least: NDArray[np.float64]
    most: NDArray[np.float64]
    rows: csc_array
    low: NDArray[np.float64]
    high: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        freeze(self)


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """
    What is known when a search ends.

    Attributes
    ----------
    x
        float64[n], or None if nothing was found.
    value
        Its cost; infinite without one.
    bound
        No x costs less; infinite if there is none at all.
    stopped
        Whether the search ended before it had an answer.
    """

    x: NDArray[np.float64] | None
    value: float
    bound: float
    stopped: bool

    @property
    def impossible(self) -> bool:
        """Whether it is proven that no x keeps to the rows."""
        return self.x is None and not self.stopped


def minimise(
    program: MixedProgram,
    *,
    start: NDArray[np.float64] | None = None,
    stop: Stop = never,
    gap: float = 0.0,
    branches: int | None = None,
    target: float | None = None,
) -> Answer:
    """
    Solve a program.

    Parameters
    ----------
    program
        What to minimise.
    start
        An x to begin with, float64[n].
    stop
        Asked while the search runs.
    gap
        Relative distance of value and bound that is good enough.
    branches
        Branches looked into at most; None for as many as it takes.
    target
        An x that costs no more is good enough.

    Returns
    -------
    answer
        The same for the same program unless it was stopped.

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
    options: dict[str, str | int | float] = {
        "parallel": "off",
        "threads": 1,
        "random_seed": 1,
        "mip_rel_gap": gap,
        "mip_abs_gap": 1e-9,
        **({} if branches is None else {"mip_max_nodes": branches}),
        **({} if target is None else {"objective_target": target}),
    }
    for name, value in options.items():
        solver.setOptionValue(name, value)
    solver.passModel(_model(program))
    if start is not None:
        solution = highspy.HighsSolution()
        solution.col_value = start.tolist()
        solver.setSolution(solution)
    _listen(solver, stop)
    solver.run()
    return _answer(solver, program)


def _listen(solver: highspy.Highs, stop: Stop) -> None:
    """Let the caller end the search."""
    if stop is never:
        return

    def asked(event: highspy.HighsCallbackEvent) -> None:
        if stop():
            event.interrupt()

    for callback in (solver.cbMipInterrupt, solver.cbSimplexInterrupt, solver.cbIpmInterrupt):
        callback.subscribe(asked)


def _answer(solver: highspy.Highs, program: MixedProgram) -> Answer:
    """Read what HiGHS found out."""
    status, info = solver.getModelStatus(), solver.getInfo()
    known = highspy.HighsModelStatus
    ended_early = {
        known.kInterrupt,
        known.kSolutionLimit,
        known.kTimeLimit,
        known.kIterationLimit,
        known.kObjectiveTarget,
    }
    if status == known.kInfeasible:
        return Answer(None, np.inf, np.inf, stopped=False)
    if status != known.kOptimal and status not in ended_early:
        text = solver.modelStatusToString(status)
        raise Unavailable(f"The solver HiGHS gave no answer ({text}); report the case, please.")
    stopped = status != known.kOptimal
    whole = bool(program.whole.any())
    bound = float(info.mip_dual_bound if whole else info.objective_function_value)
    if stopped and not whole:
        bound = -np.inf
    feasible = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    if not feasible:
        return Answer(None, np.inf, bound, stopped)
    x = np.array(solver.getSolution().col_value)
    x = np.where(program.whole, np.rint(x), x)
    value = float(program.cost @ x)
    return Answer(x, value, min(bound, value), stopped)


def _model(program: MixedProgram) -> highspy.HighsLp:
    """Write a program the way HiGHS reads it."""
    kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = program.rows.shape
    model.sense_ = highspy.ObjSense.kMinimize
    model.col_cost_ = program.cost
    model.col_lower_, model.col_upper_ = program.least, program.most
    model.row_lower_, model.row_upper_ = program.low, program.high
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = program.rows.indptr
    model.a_matrix_.index_ = program.rows.indices
    model.a_matrix_.value_ = program.rows.data
    model.integrality_ = [kinds[int(whole)] for whole in program.whole]
    return model
