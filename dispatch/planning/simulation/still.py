"""Still: arrays that look the same to a kernel wherever they come from."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T", bound=np.generic)


def still(array: NDArray[T]) -> NDArray[T]:
    """
    Give an array as kernels are compiled for: contiguous and read-only.

    A frozen value that was sent to another process comes out of it with arrays that may be
    written to, and for such a kernel would be compiled once more.

    Parameters
    ----------
    array
        Any array.

    Returns
    -------
    array
        A view where that is possible.
    """
    plain = np.ascontiguousarray(array).view()
    plain.flags.writeable = False
    return plain
