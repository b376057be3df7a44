"""Matrices beyond memory: streamed to a file in blocks, on two threads, stoppable."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geo.errors import BadValue
from geo.road.customise import NEVER
from geo.road.matrix import Plan, column_blocks, fill_columns
from geo.road.workspace import Workspaces
from geo.whole_file import whole_file

THREADS = 2

UNITS = {"uint16": 1000, "uint32": 1000, "float32": 1000, "float64": 1000, "int64": 1}
"""Types a matrix may be written in, and milliseconds to their unit: seconds, or milliseconds."""


def encode(time_ms: NDArray[np.int64], dtype: str) -> NDArray[np.generic]:
    """
    Turn milliseconds into the type of a matrix file.

    Parameters
    ----------
    time_ms
        int64; `NEVER` or more where no road leads.
    dtype
        One of `UNITS`.

    Returns
    -------
    values
        Seconds, for whole types rounded half to even, the largest value where no road leads
        or the time is beyond it; NaN in floats; milliseconds and -1 in int64.

    Raises
    ------
    BadValue
        There is no such type.
    """
    if dtype not in UNITS:
        raise BadValue(f"A matrix cannot be written as {dtype}; take one of {', '.join(UNITS)}.")
    reached = time_ms < NEVER
    if dtype == "int64":
        return np.where(reached, time_ms, -1)
    seconds = time_ms / UNITS[dtype]
    if dtype.startswith("float"):
        return np.where(reached, seconds, np.nan).astype(dtype)
    most = np.iinfo(dtype).max
    return np.where(reached, np.minimum(np.rint(seconds), most), most).astype(dtype)


def write_matrix(
    plan: Plan,
    path: Path,
    *,
    dtype: str = "uint16",
    progress: Callable[[float], None] | None = None,
) -> None:
    """
    Stream a matrix into a ``.npy`` file, which appears whole or not at all.

    Parameters
    ----------
    plan
        The matrix.
    path
        Where to; rows are origins.  The file lies column after column (``fortran_order``),
        as they are computed: no more than a few columns are in memory.
    dtype
        See `encode`.
    progress
        Told the share that is done, after every few columns; what it raises ends the work,
        as Ctrl-C does, and nothing is left behind.

    Raises
    ------
    BadValue
        There is no such type, or no such folder.
    """
    tell = progress or (lambda _share: None)
    encode(np.zeros(0, dtype=np.int64), dtype)
    shape = (len(plan.origins), len(plan.destinations))
    rooms = Workspaces(plan.roads.graph.n_states)
    blocks = column_blocks(plan)
    with whole_file(path) as fresh, _two_threads() as pool:
        table = np.lib.format.open_memmap(
            fresh, mode="w+", dtype=dtype, shape=shape, fortran_order=True
        )

        def fill(columns: slice) -> None:
            table[:, columns] = encode(fill_columns(plan, columns, rooms.mine()), dtype)

        waiting = [pool.submit(fill, columns) for columns in blocks]
        for count, block in enumerate(as_completed(waiting), start=1):
            block.result()
            tell(count / len(blocks))
        table.flush()


@contextmanager
def _two_threads() -> Iterator[ThreadPoolExecutor]:
    """Threads that leave undone what has not begun when the block fails or is interrupted."""
    pool = ThreadPoolExecutor(THREADS)
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
