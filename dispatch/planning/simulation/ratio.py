"""
Ratios with confidence intervals: shares and means over weeks that are not quite independent.

What is counted week by week is a ratio Σh / Σn; weeks are drawn again with replacement
(`N_RESAMPLES` times), and the interval runs between the quantiles of the ratios that come out.
So incidents of one week, which share its queues, never pass for independent ones.  A difference of
two plans is drawn with the same weeks for both, which had the same incidents.

References
----------
Efron & Tibshirani (1993), An introduction to the bootstrap; Künsch (1989), blocks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

N_RESAMPLES: Final = 400
LEVEL: Final = 0.95

FEWEST_BLOCKS: Final = 4
"""Of fewer weeks no interval is told."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """
    A figure with its interval.

    Attributes
    ----------
    value
        NaN where nothing was counted.
    low, high
        Limits of the interval; NaN where too few weeks were counted.
    count
        How many incidents it is a figure of.
    """

    value: float
    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True, eq=False)
class Resampling:
    """
    Weeks drawn again, the same for every figure of a report.

    Attributes
    ----------
    weights
        How often each week is drawn in each resample, float64[n_resamples, n_weeks].
    """

    weights: NDArray[np.float64]

    @classmethod
    def of(cls, n_weeks: int, *, seed: int) -> Resampling:
        """
        Draw weeks.

        Parameters
        ----------
        n_weeks
            How many there are.
        seed
            Source of chance.

        Returns
        -------
        resampling
            Equal for equal seeds.
        """
        rng = np.random.default_rng([seed, n_weeks])
        shares = np.full(n_weeks, 1.0 / max(n_weeks, 1))
        drawn = rng.multinomial(n_weeks, shares, size=N_RESAMPLES) if n_weeks else None
        return cls(np.zeros((N_RESAMPLES, 0)) if drawn is None else drawn.astype(np.float64))

    def ratios(
        self, above: NDArray[np.float64], below: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """
        Give many ratios with their intervals.

        Parameters
        ----------
        above, below
            What is counted in each week, [n_weeks, k].

        Returns
        -------
        value, low, high
            float64[k] each; NaN where there is nothing to divide by.
        """
        value = _divided(above.sum(axis=0), below.sum(axis=0))
        if len(above) < FEWEST_BLOCKS:
            return value, np.full_like(value, np.nan), np.full_like(value, np.nan)
        drawn = _divided(self.weights @ above, self.weights @ below)
        return value, *_limits(drawn)

    def differences(
        self,
        after: tuple[NDArray[np.float64], NDArray[np.float64]],
        before: tuple[NDArray[np.float64], NDArray[np.float64]],
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """
        Give differences of ratios, both drawn with the same weeks.

        Parameters
        ----------
        after, before
            What is counted above and below in each week, [n_weeks, k] each.

        Returns
        -------
        value, low, high
            After less before, float64[k] each.
        """
        value = _divided(*(one.sum(axis=0) for one in after))
        value -= _divided(*(one.sum(axis=0) for one in before))
        if len(after[0]) < FEWEST_BLOCKS:
            return value, np.full_like(value, np.nan), np.full_like(value, np.nan)
        drawn = _divided(*(self.weights @ one for one in after))
        drawn -= _divided(*(self.weights @ one for one in before))
        return value, *_limits(drawn)

    def ratio(self, above: NDArray[np.float64], below: NDArray[np.float64]) -> Ratio:
        """
        Give one ratio.

        Parameters
        ----------
        above, below
            What is counted in each week, [n_weeks].

        Returns
        -------
        ratio
            With its interval.
        """
        value, low, high = self.ratios(above[:, None], below[:, None])
        return Ratio(float(value[0]), float(low[0]), float(high[0]), int(below.sum()))


def _divided(above: NDArray[np.float64], below: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ratios; NaN where there is nothing to divide by."""
    blank = np.full(np.broadcast(above, below).shape, np.nan)
    divided: NDArray[np.float64] = np.divide(above, below, out=blank, where=below > 0)
    return divided


def _limits(drawn: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Quantiles of what was drawn; a resample without a single incident says nothing."""
    known = ~np.isnan(drawn)
    ordered = np.sort(np.where(known, drawn, np.inf), axis=0)
    last = np.maximum(known.sum(axis=0) - 1, 0)
    limits = []
    for level in ((1 - LEVEL) / 2, (1 + LEVEL) / 2):
        at = np.rint(level * last).astype(np.int64)
        limit = np.take_along_axis(ordered, at[None, :], axis=0)[0]
        limits.append(np.where(np.isinf(limit), np.nan, limit))
    return limits[0], limits[1]
