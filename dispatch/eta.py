"""Eta: when crews would be there, as a distribution that is kept at a few levels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

LEVELS: NDArray[np.float64] = np.array(
    [0.005, 0.01, 0.025, 0.05, *np.arange(2, 19) / 20, 0.95, 0.975, 0.99, 0.995]
)
"""Levels at which a distribution is kept; between them it runs straight."""

DEVIATES: NDArray[np.float64] = ndtri(LEVELS)
"""Quantiles of the standard normal distribution at those levels."""

P50, P90 = int(np.flatnonzero(LEVELS == 0.5)[0]), int(np.flatnonzero(LEVELS == 0.9)[0])
"""Columns of the median and of the ninth decile."""


@dataclass(frozen=True, slots=True, eq=False)
class Eta:
    """
    When each of some crews would be there, in seconds from dispatch.

    Below the lowest level the chance falls to nothing in proportion to the seconds; above the
    highest the chance of being later falls in inverse proportion to them.

    Attributes
    ----------
    quantiles_s
        Seconds at each of `LEVELS`, float64[n, n_levels], never falling along a row; inf where
        no road leads.
    """

    quantiles_s: NDArray[np.float64]

    @property
    def p50_s(self) -> NDArray[np.float64]:
        """Median, float64[n]."""
        return self.quantiles_s[:, P50]

    @property
    def p90_s(self) -> NDArray[np.float64]:
        """Ninth decile, float64[n]."""
        return self.quantiles_s[:, P90]

    def chance(self, within_s: ArrayLike) -> NDArray[np.float64]:
        """
        Chance of being there in time.

        Parameters
        ----------
        within_s
            Seconds from dispatch, one figure or float64[n].

        Returns
        -------
        chance
            0…1, float64[n]; never falls as the seconds grow, 0 where no road leads.
        """
        table = self.quantiles_s
        within = np.maximum(within_s, 0.0) + np.zeros(len(table))
        passed = (table <= within[:, None]).sum(axis=1)
        upper = np.minimum(passed, len(LEVELS) - 1)
        lower = np.maximum(passed, 1) - 1
        rows = np.arange(len(table))
        start_s, end_s = table[rows, lower], table[rows, upper]
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            share = (within - start_s) / (end_s - start_s)
            inside = LEVELS[lower] + share * (LEVELS[upper] - LEVELS[lower])
            early = LEVELS[0] * within / start_s
            late = 1.0 - (1.0 - LEVELS[-1]) * end_s / within
        chance = np.where(passed == 0, early, np.where(passed == len(LEVELS), late, inside))
        reachable: NDArray[np.bool_] = np.isfinite(table[:, P50])
        return np.where(reachable, chance, 0.0)

    def last(self) -> Eta:
        """
        When the last of them is there, as if their delays had nothing to do with each other.

        Delays in the same traffic go together, which makes the last one sooner: this is the
        cautious figure.  Meant for officers brought together; a standing crew comes as one.

        Returns
        -------
        eta
            One row.
        """
        table = self.quantiles_s
        if np.isinf(table).any():
            return Eta(np.full((1, len(LEVELS)), np.inf))
        # The outermost levels of the last one lie in the tails of the single ones.
        moments_s = np.unique(np.concatenate([table.ravel(), table[:, -1] * len(table)]))
        pairs = Eta(np.repeat(table, len(moments_s), axis=0))
        chance = pairs.chance(np.tile(moments_s, len(table))).reshape(len(table), -1).prod(axis=0)
        return Eta(np.interp(LEVELS, chance, moments_s)[None, :])


def widened(quantiles_s: NDArray[np.float64], off_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """
    Add an independent error that is normal and as often early as late.

    Every level moves away from the median by the root of the sum of squares, which is exact
    where the distribution is normal too.

    Parameters
    ----------
    quantiles_s
        Seconds at each of `LEVELS`, float64[n, n_levels].
    off_s
        Standard deviation of the error, float64[n].

    Returns
    -------
    quantiles_s
        Wider, with the same median; the lowest may fall below 0.
    """
    median_s = quantiles_s[:, P50, None]
    with np.errstate(invalid="ignore"):
        away_s = np.sqrt((quantiles_s - median_s) ** 2 + (off_s[:, None] * DEVIATES) ** 2)
        wide_s = median_s + np.copysign(away_s, DEVIATES)
    return np.where(np.isnan(wide_s), quantiles_s, wide_s)
