"""Tasks that tests spread; other processes import them by name."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.errors import BadValue


@dataclass(frozen=True)
class Sums:
    """Holds much, and sums a piece of it; even pieces take longer, so that odd ones are first."""

    held: NDArray[np.float64]

    def __call__(self, piece: int) -> tuple[int, bytes]:
        time.sleep(0.02 * (piece % 2 == 0))
        return piece, np.cumsum(self.held[piece::7]).tobytes()


def fails_at_three(piece: int) -> int:
    if piece == 3:
        raise BadValue("Piece 3 is bad.")
    return piece


def ends_its_process(piece: int) -> int:
    os._exit(piece)


def lasts(seconds: int) -> int:
    """Last as long as it is told to."""
    time.sleep(seconds)
    return seconds
