"""
Erlang's C: how long reports wait when all crews are busy, and how many are answered in time.

Reports come at random, each keeps one of c crews busy for an exponential time, and waits in line
if all are.  With the load a = reports an hour x hours each keeps a crew,

    P(wait > t)  =  C(c, a) exp(-(c - a) t / s)        for a < c,   s the mean time of a crew,

and a report whose way takes r is answered within T if it waits no more than T - r.

References
----------
Erlang (1917), Solution of some problems in the theory of probabilities of significance in
automatic telephone exchanges.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def chance_of_waiting(load: float, crews: int) -> float:
    """
    Give Erlang's C.

    Parameters
    ----------
    load
        Mean number of crews that reports keep busy.
    crews
        Crews on duty.

    Returns
    -------
    chance
        That all crews are busy when a report comes; 1 where there is more to do than all can.
    """
    if load >= crews:
        return 1.0
    blocked = 1.0  # Erlang's B by its recursion, which neither overflows nor cancels
    for count in range(1, crews + 1):
        blocked = load * blocked / (count + load * blocked)
    share = load / crews
    return blocked / (1.0 - share * (1.0 - blocked))


def mean_wait_s(load: float, crews: int, service_s: float) -> float:
    """
    Give the mean wait.

    Parameters
    ----------
    load, crews
        See `chance_of_waiting`.
    service_s
        Mean seconds that a report keeps a crew.

    Returns
    -------
    wait_s
        Seconds; infinite where there is more to do than all can.
    """
    if load >= crews:
        return np.inf
    return chance_of_waiting(load, crews) * service_s / (crews - load)


def share_in_time(
    load: float, crews: int, service_s: float, travel_s: NDArray[np.float64], target_s: float
) -> float:
    """
    Say what share of reports is answered within a target.

    Parameters
    ----------
    load, crews, service_s
        See `mean_wait_s`.
    travel_s
        Ways that are equally likely, float64[n]; inf where no road leads.
    target_s
        Seconds from report to arrival.

    Returns
    -------
    share
        P(wait + travel <= target).
    """
    if load >= crews:
        return 0.0
    left_s = target_s - travel_s[travel_s <= target_s]
    late = chance_of_waiting(load, crews) * np.exp(-(crews - load) * left_s / service_s)
    return float((1.0 - late).sum() / len(travel_s))
