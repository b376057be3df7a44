"""
The chance that a crew is free: queues of crews, for *available* coverage.

A brigade's crews of one hour are taken for an M/M/c queue in its steady state: reports come at
random, each keeps one crew busy for travel and scene, and a report that finds all busy waits for
a crew of its own brigade.  With the load a = (reports an hour) × (hours each keeps a crew) and c
crews, b of them are busy with probability

    P(b) = P(0) a^b / b!   for b < c,        P(c) = C(c, a)   (Erlang's C),

and all are busy for a ≥ c.  Which of the crews are busy is left to chance, so that j certain ones
among them, those who would be in time at a place, are all busy with probability

    Q(j) = Σ_b P(b) · b(b-1)…(b-j+1) / c(c-1)…(c-j+1)

        = C(c, a) + P(0) · a^j / c(c-1)…(c-j+1) · Σ_{b ≤ c-1-j} a^b / b!

and one of them is free with 1 - Q(j): for j = c that is Erlang's P(no wait).  Hours follow each
other without memory; breaks, returns to base and help from neighbours are left to simulation.

References
----------
Erlang (1917), Solution of some problems in the theory of probabilities of significance in
automatic telephone exchanges.  Larson (1975), Approximating the performance of urban emergency
service systems, whose correction factor is the same mean over which crews are busy.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln


def one_is_free(load: NDArray[np.float64], crews: int) -> NDArray[np.float64]:
    """
    Give the chance that one of some crews is free.

    Parameters
    ----------
    load
        Mean number of crews that reports keep busy, 0 or more, float64[n].
    crews
        Crews of the brigade that are on duty.

    Returns
    -------
    chance
        By load and by number of crews that would be in time, float64[n, crews + 1]; 0 where
        none would be, or where there is more to do than all can.
    """
    chance = np.zeros((len(load), crews + 1))
    steady = np.flatnonzero(load < crews)
    if len(steady):
        chance[steady] = _steady(load[steady], crews)
    return chance


def _steady(load: NDArray[np.float64], crews: int) -> NDArray[np.float64]:
    """The chance of queues that do not grow for ever; in logarithms, for crews by the hundred."""
    busy = np.arange(crews + 1)
    with np.errstate(divide="ignore"):
        log_load = np.log(load)[:, np.newaxis]  # -inf for no load at all
    log_power = np.where(busy == 0, 0.0, busy * np.where(busy == 0, 0.0, log_load))
    log_term = log_power - gammaln(busy + 1)  # a^b / b!
    log_below = np.logaddexp.accumulate(log_term[:, :-1], axis=1)  # up to each b < c
    log_all = log_term[:, -1] - np.log1p(-load / crews)
    log_sum = np.logaddexp(log_below[:, -1], log_all)
    waits = np.exp(log_all - log_sum)
    log_choices = gammaln(crews + 1) - gammaln(crews - busy + 1)  # c (c-1) … (c-j+1)
    some_busy = np.zeros((len(load), crews + 1))
    some_busy[:, :-1] = np.exp(
        log_power[:, :-1] - log_choices[:-1] + log_below[:, ::-1] - log_sum[:, np.newaxis]
    )
    chance: NDArray[np.float64] = np.clip(1.0 - waits[:, np.newaxis] - some_busy, 0.0, 1.0)
    chance[:, 0] = 0.0
    return chance
