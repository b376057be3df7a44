"""How a function becomes a compiled kernel: typed, cached on disk, free of the GIL."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numba
import numpy as np

P = ParamSpec("P")
R = TypeVar("R")

Whole = int | np.integer
"""A whole number inside a kernel, of any width."""


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """
    Compile a function of arrays and numbers.

    Parameters
    ----------
    function
        What to compile; its types are fixed at the first call.

    Returns
    -------
    compiled
        The same function, compiled at its first call and cached beside its module.
    """
    return cast("Callable[P, R]", numba.njit(cache=True, nogil=True)(function))
