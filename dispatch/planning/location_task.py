"""
Where bases may stand and what is asked of them: the values that `dispatch.planning.location` takes.

A *site* is a place where a base may be opened, a *demand point* one that has to be reached.  Of
the sites some are fixed (open whatever happens), some closable (open today, may be given up) and
the others are candidates.  Travel times are from site to demand point, in seconds; a pair that no
road joins is infinite, a class of its own that no rule ever counts as far but reached.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from geo.errors import BadValue
from geo.remark import Remark
from geo.road.frozen import freeze


class Problem(StrEnum):
    """What is asked; `dispatch.planning.location_formulation` writes each out."""

    P_MEDIAN = "p-median"
    P_CENTER = "p-center"
    LSCP = "lscp"
    MCLP = "mclp"
    BACKUP = "backup"
    MEXCLP = "mexclp"


BY_RADIUS = frozenset({Problem.LSCP, Problem.MCLP, Problem.BACKUP, Problem.MEXCLP})
"""Problems that ask what lies within a radius."""

WITH_CAPACITY = frozenset({Problem.P_MEDIAN, Problem.P_CENTER, Problem.LSCP, Problem.MCLP})
"""Problems in which a site may have a capacity."""

LARGEST = frozenset({Problem.MCLP, Problem.BACKUP, Problem.MEXCLP})
"""Problems whose objective is to be large."""


@dataclass(frozen=True, slots=True, eq=False)
class LocationTask:
    """
    Sites and demand.

    Attributes
    ----------
    sites
        Ids of the sites.
    demand
        Ids of the demand points.
    travel_s
        Seconds from each site to each demand point, float64[n_sites, n_demand]; inf where no
        road leads.
    weight
        What each demand point weighs, float64[n_demand].
    fixed
        Which sites stay open, bool[n_sites].
    closable
        Which sites are open today and may be closed, bool[n_sites].
    capacity
        Weight that a site can serve, float64[n_sites]; inf without a limit.
    """

    sites: tuple[str, ...]
    demand: tuple[str, ...]
    travel_s: NDArray[np.float64]
    weight: NDArray[np.float64]
    fixed: NDArray[np.bool_]
    closable: NDArray[np.bool_]
    capacity: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Refuse what does not fit together."""
        shape = (len(self.sites), len(self.demand))
        if not all(shape):
            raise BadValue("Locating needs at least one site and one demand point.")
        if self.travel_s.shape != shape or self.weight.shape != shape[1:]:
            raise BadValue(
                f"{shape[0]} sites and {shape[1]} demand points need a matrix of that shape and "
                f"one weight each, not {self.travel_s.shape} and {self.weight.shape}."
            )
        if np.isnan(self.travel_s).any() or self.travel_s.min() < 0:
            raise BadValue("Travel times are 0 or more, or infinite where no road leads.")
        if not np.isfinite(self.weight).all() or self.weight.min() < 0:
            raise BadValue("Weights are finite and never below 0.")
        if np.isnan(self.capacity).any() or self.capacity.min() < 0:
            raise BadValue("Capacities are never below 0.")
        both = np.flatnonzero(self.fixed & self.closable)
        if len(both):
            raise BadValue(
                f"Site {self.sites[both[0]]} cannot be fixed and closable; choose one of the two."
            )
        freeze(self)

    @property
    def capacitated(self) -> bool:
        """Whether some site has a limit."""
        return bool(np.isfinite(self.capacity).any())


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationRule:
    """
    What is asked.

    Attributes
    ----------
    problem
        Which model.
    p
        Sites that are open in the end, fixed ones among them; for `LSCP` the most that there
        may be, None for any number.
    radius_s
        A demand point is covered by a site that is there within so many seconds.
    most_closed
        How many of the closable sites may be closed; None for all.  Not for `MEXCLP`.
    busy_share
        `MEXCLP`: share of its time in which a crew is busy.
    first_share
        `BACKUP`: what a first cover counts, and 1 minus that a second; None where every demand
        point must have a first, and second covers are counted.
    most_at_site
        `MEXCLP`: crews that one site may hold; None for any number.
    """

    problem: Problem
    p: int | None = None
    radius_s: float | None = None
    most_closed: int | None = None
    busy_share: float = 0.3
    first_share: float | None = None
    most_at_site: int | None = None

    def __post_init__(self) -> None:
        """Refuse what is missing or out of range."""
        if self.p is None and self.problem != Problem.LSCP:
            raise BadValue(f"{self.problem} needs the number of sites; give -p N.")
        if self.p is not None and self.p < 1:
            raise BadValue(f"{self.p} sites can't be opened; give -p 1 or more.")
        if self.radius_s is None and self.problem in BY_RADIUS:
            raise BadValue(f"{self.problem} needs --radius in seconds.")
        if self.radius_s is not None and not 0 <= self.radius_s < np.inf:
            raise BadValue(f"A radius of {self.radius_s:g} s is none; give 0 or more seconds.")
        if self.most_closed is not None and self.most_closed < 0:
            raise BadValue(f"{self.most_closed} sites can't be closed; give 0 or more.")
        if self.most_closed is not None and self.problem == Problem.MEXCLP:
            raise BadValue("mexclp counts crews, not sites: name fixed sites instead.")
        if not 0 <= self.busy_share < 1:
            raise BadValue(f"A busy share of {self.busy_share:g} is none; give 0 to below 1.")
        if self.first_share is not None and not 0.5 <= self.first_share <= 1:
            raise BadValue(
                f"A first cover counts at least as much as a second: give 0.5 to 1, "
                f"not {self.first_share:g}."
            )
        if self.most_at_site is not None and self.most_at_site < 1:
            raise BadValue(f"A site holds 1 crew or more, not {self.most_at_site}.")

    def check(self, task: LocationTask) -> None:
        """
        Refuse a rule that does not go with some sites.

        Parameters
        ----------
        task
            The sites.

        Raises
        ------
        BadValue
            There are fewer sites than asked for or more fixed ones, or capacities where the
            problem has none.
        """
        n_sites, n_fixed = len(task.sites), int(task.fixed.sum())
        room = n_sites * (self.most_at_site or self.p or 1)
        most = room if self.problem == Problem.MEXCLP else n_sites
        if self.p is not None and self.p > most and self.problem != Problem.LSCP:
            raise BadValue(f"{self.p} sites are asked for, and there are {n_sites}; lower -p.")
        if self.p is not None and self.p < n_fixed:
            raise BadValue(f"{n_fixed} sites are fixed, and -p is {self.p}; raise it.")
        if task.capacitated and self.problem not in WITH_CAPACITY:
            raise BadValue(f"{self.problem} knows no capacities; leave them out.")


@dataclass(frozen=True, slots=True, eq=False)
class LocationPlan:
    """
    What was found.

    Attributes
    ----------
    open
        Rows of the open sites, ascending; a row stands there once per crew in `MEXCLP`.
    site_of
        Row of the site that each demand point belongs to, int32[n_demand]; -1 for none.
    objective
        Its value; None where there is no plan.
    bound
        No plan is better than this; None where nothing is known.
    proven
        Whether the plan is best, or it is certain that there is none.
    why_not
        Why there is no plan; None where there is one.
    stopped
        Whether the search was ended before it was through.
    """

    open: tuple[int, ...]
    site_of: NDArray[np.int32]
    objective: float | None
    bound: float | None
    proven: bool
    why_not: Remark | None = None
    stopped: bool = False

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        freeze(self)


def no_plan(task: LocationTask, why: Remark | None, *, bound: float | None = None) -> LocationPlan:
    """
    Say that there is no plan.

    Parameters
    ----------
    task
        The sites and demand.
    why
        Why there is none; None where none was found in time.
    bound
        What is known of its objective.

    Returns
    -------
    plan
        Without sites; proven where a reason is given.
    """
    nobody = np.full(len(task.demand), -1, dtype=np.int32)
    stopped = why is None
    return LocationPlan((), nobody, None, bound, not stopped, why, stopped)
