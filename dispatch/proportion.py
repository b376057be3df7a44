"""Proportion: a share of so many, with the interval in which the truth may lie."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geo.errors import BadValue

Z95 = 1.959964
"""Half width of the 95 per cent interval, in standard deviations."""


@dataclass(frozen=True, slots=True)
class Proportion:
    """
    How many of how many.

    Attributes
    ----------
    hits
        Those that count.
    of
        All of them; with none there is no share, which is a value and no error.
    """

    hits: int
    of: int

    def __post_init__(self) -> None:
        """Refuse more hits than there are cases."""
        if not 0 <= self.hits <= self.of:
            raise BadValue(f"{self.hits} of {self.of} is no proportion.")

    @property
    def share(self) -> float | None:
        """Hits over all, or None of none."""
        return self.hits / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """
        Interval that holds the true share in 95 of 100 cases, or None of none.

        References
        ----------
        Wilson (1927), probable inference, the law of succession, and statistical inference.
        """
        if not self.of:
            return None
        n, share = self.of, self.hits / self.of
        middle = (share + Z95**2 / (2 * n)) / (1 + Z95**2 / n)
        half = Z95 / (1 + Z95**2 / n) * np.sqrt(share * (1 - share) / n + Z95**2 / (4 * n * n))
        # The bounds touch 0 and 1 exactly at no hits and all hits; sums miss that by a bit.
        low = 0.0 if self.hits == 0 else max(0.0, float(middle - half))
        high = 1.0 if self.hits == n else min(1.0, float(middle + half))
        return low, high
