"""How a small function becomes part of the kernels that call it."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numba

P = ParamSpec("P")
R = TypeVar("R")


def inlined(function: Callable[P, R]) -> Callable[P, R]:
    """
    Compile a function so that its callers hold a copy of it.

    Some are asked forty times for each incident, and handing over their arrays takes longer than
    what they do.

    Parameters
    ----------
    function
        What to compile.

    Returns
    -------
    compiled
        See `geo.road.kernel.kernel`.
    """
    compiled = numba.njit(cache=True, nogil=True, forceinline=True)(function)
    return cast("Callable[P, R]", compiled)
