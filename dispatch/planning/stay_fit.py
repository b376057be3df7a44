"""
Times on the scene, resampled by matter and never by zone.

Whoever was slow in a zone stays out of it: a draw for an incident is one of the recorded stays of
its matter, anywhere in the city.  A matter with few records draws from its domain, and one without
a domain from all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dispatch.matter import Matter
from dispatch.planning.incident_history import IncidentHistory
from dispatch.planning.plan_demand import NO_DOMAIN, ON_SCENE_S, stays_s
from geo.errors import BadValue
from geo.road.frozen import freeze

FEWEST = 200
"""Stays on record from which a matter speaks for itself: a median is then known to ± 10 %."""

N_LEVELS = 101
"""Levels at which a distribution of stays is kept, 0 to 1 by hundredths."""


@dataclass(frozen=True, slots=True, eq=False)
class StayFit:
    """
    Times on the scene.

    Attributes
    ----------
    services
        Names of the distributions: codes of matters with many records, then ``domain:`` and a
        code, then ``all``.
    service_of
        Position in `services` of each matter of the city.
    on_scene_s
        Seconds at evenly spaced levels from 0 to 1, float64[n_services, `N_LEVELS`].
    """

    services: tuple[str, ...]
    service_of: Mapping[str, int]
    on_scene_s: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Make the arrays read-only; refuse distributions that fall."""
        freeze(self)
        if self.on_scene_s.shape != (len(self.services), N_LEVELS):
            raise BadValue("Each distribution of times on the scene has a row of levels.")
        if (np.diff(self.on_scene_s, axis=1) < 0).any():
            raise BadValue("Times on the scene grow with their level.")

    def rows(self, matters: Sequence[str]) -> NDArray[np.int64]:
        """
        Find the distribution of matters.

        Parameters
        ----------
        matters
            Codes of matters.

        Returns
        -------
        rows
            Positions in `services`, int64[n]; that of all for a matter that is not known.
        """
        return np.array(
            [self.service_of.get(code, len(self.services) - 1) for code in matters], int
        )

    def draw(
        self, matters: Sequence[str], matter: NDArray[np.int32], level: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """
        Draw times on the scene.

        Parameters
        ----------
        matters
            Codes of matters.
        matter
            Position in them of each incident's matter, int32[n]; -1 for none.
        level
            Level of each draw, 0…1, float64[n].

        Returns
        -------
        on_scene_s
            float64[n].
        """
        row = np.append(self.rows(matters), len(self.services) - 1)[matter]
        place = level * (N_LEVELS - 1)
        lower = np.minimum(place.astype(np.int64), N_LEVELS - 2)
        below, above = self.on_scene_s[row, lower], self.on_scene_s[row, lower + 1]
        drawn: NDArray[np.float64] = below + (place - lower) * (above - below)
        return drawn


def fit_stays(history: IncidentHistory, matters: Mapping[str, Matter]) -> StayFit:
    """
    Fit times on the scene.

    Parameters
    ----------
    history
        Past incidents.
    matters
        The list of powers, by code.

    Returns
    -------
    stays
        Distributions of matters with `FEWEST` records or more, of domains, and of all.
    """
    seconds = stays_s(history)
    known = np.flatnonzero(np.isfinite(seconds))
    matter, seconds = history.matter[known], seconds[known]
    codes = {code: row for row, code in enumerate(history.matters)}
    names: list[str] = []
    rows: list[NDArray[np.float64]] = []
    service_of: dict[str, int] = {}
    of_domain: dict[str, list[NDArray[np.float64]]] = {}
    by_matter = _parted(matter, seconds, len(codes))
    for code in sorted(matters):
        stays = by_matter[codes[code]] if code in codes else seconds[:0]
        of_domain.setdefault(matters[code].domain or NO_DOMAIN, []).append(stays)
        if len(stays) >= FEWEST:
            service_of[code] = len(names)
            names.append(code)
            rows.append(_levels(stays))
    row_of = {}
    for domain, parts in sorted(of_domain.items()):
        stays = np.concatenate(parts)
        if len(stays) >= FEWEST:
            row_of[domain] = len(names)
            names.append(f"domain:{domain}")
            rows.append(_levels(stays))
    names.append("all")
    rows.append(_levels(seconds) if len(seconds) else np.full(N_LEVELS, ON_SCENE_S))
    for code, known_matter in matters.items():
        service_of.setdefault(code, row_of.get(known_matter.domain, len(names) - 1))
    return StayFit(tuple(names), service_of, np.stack(rows))


def _parted(
    group: NDArray[np.int32], values: NDArray[np.float64], n_groups: int
) -> list[NDArray[np.float64]]:
    """Values of each group."""
    order = np.argsort(group, kind="stable")
    ends = np.searchsorted(group[order], np.arange(n_groups + 1))
    return [values[order[ends[row] : ends[row + 1]]] for row in range(n_groups)]


def _levels(stays: NDArray[np.float64]) -> NDArray[np.float64]:
    """Quantiles at the levels that are kept."""
    quantiles: NDArray[np.float64] = np.quantile(stays, np.linspace(0.0, 1.0, N_LEVELS))
    return quantiles
