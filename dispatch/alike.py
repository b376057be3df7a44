"""Rows that are alike: numbered so that equal rows have equal numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def number_alike(marks: NDArray[np.bool_], number: NDArray[np.int64]) -> NDArray[np.int64]:
    """
    Number rows by what they hold.

    Parameters
    ----------
    marks
        bool[n_rows, n_marks].
    number
        One more figure of each row, none negative, int64[n_rows].

    Returns
    -------
    alike
        From 0 on, int64[n_rows]; the same where both the marks and the figure are the same.
    """
    packed = np.packbits(marks, axis=1)
    padded = np.zeros((len(marks), -(-packed.shape[1] // 8) * 8), dtype=np.uint8)
    padded[:, : packed.shape[1]] = packed
    alike = np.unique(number, return_inverse=True)[1]
    for word in padded.view(np.int64).T:
        part = np.unique(word, return_inverse=True)[1]
        alike = np.unique(alike * (part.max(initial=0) + 1) + part, return_inverse=True)[1]
    return alike.astype(np.int64)
