"""Queues solved exactly: Erlang's formulas, and hypercube systems as Markov chains."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
from numpy.typing import NDArray


def erlang_b(servers: int, load: float) -> float:
    """Chance to be lost in M/M/c/c; load in erlangs."""
    blocked = 1.0
    for count in range(1, servers + 1):
        blocked = load * blocked / (count + load * blocked)
    return blocked


def erlang_c(servers: int, load: float) -> float:
    """Chance to wait in M/M/c."""
    lost = erlang_b(servers, load)
    return servers * lost / (servers - load * (1 - lost))


def mean_wait_s(servers: int, arrival_per_h: float, service_min: float) -> float:
    """Mean seconds of waiting in M/M/c, of all arrivals."""
    load = arrival_per_h * service_min / 60
    return erlang_c(servers, load) * service_min * 60 / (servers - load)


def hypercube_loss(
    rate_per_h: NDArray[np.float64], order: NDArray[np.int64], service_min: float
) -> tuple[NDArray[np.float64], float, NDArray[np.float64]]:
    """
    Solve Larson's hypercube with no line: units are told apart, atoms have orders of preference.

    `rate_per_h` is per atom, `order[a]` lists units from the first to the last that is sent to
    atom a.  Returns how busy each unit is, the share of calls that is lost, and the share of all
    calls that is of atom a and goes to unit u, [n_atoms, n_units].
    """
    n_atoms, n_units = order.shape
    states = list(product((0, 1), repeat=n_units))
    row_of = {state: row for row, state in enumerate(states)}
    flow = np.zeros((len(states), len(states)))
    sent = np.zeros((len(states), n_atoms), dtype=np.int64) - 1
    for row, state in enumerate(states):
        for atom in range(n_atoms):
            free = [unit for unit in order[atom] if not state[unit]]
            if free:
                after = tuple(1 if unit == free[0] else busy for unit, busy in enumerate(state))
                flow[row, row_of[after]] += rate_per_h[atom]
                sent[row, atom] = free[0]
        for unit in range(n_units):
            if state[unit]:
                after = tuple(0 if one == unit else busy for one, busy in enumerate(state))
                flow[row, row_of[after]] += 60 / service_min
    balance = flow.T - np.diag(flow.sum(axis=1))
    balance[-1] = 1.0
    share = np.linalg.solve(balance, np.eye(len(states))[-1])
    busy = np.array(states, dtype=np.float64).T @ share
    lost = share[row_of[(1,) * n_units]]
    to = np.zeros((n_atoms, n_units))
    for row in range(len(states)):
        for atom in range(n_atoms):
            if sent[row, atom] >= 0:
                to[atom, sent[row, atom]] += share[row] * rate_per_h[atom] / rate_per_h.sum()
    assert math.isclose(to.sum() + lost, 1.0)
    return busy, float(lost), to
