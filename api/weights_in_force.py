"""Weights in force: closures, hours and measurements of a store, laid over a city's roads."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime
from threading import Lock

from dispatch.city import City
from dispatch.store.closures import closures_at
from dispatch.store.engine import Store
from dispatch.store.weights import number_of, read_speed_layers
from geo.road.changing_weights import ChangingWeights
from geo.road.extent import Extent
from geo.road.layered_weights import WeightState
from geo.road.road_class import Mode
from geo.road.travel_time import NetworkTravelTimes

logger = logging.getLogger(__name__)


class WeightsInForce:
    """
    Keeps the roads of every mode at the weights of the present.

    Parameters
    ----------
    store
        Where closures and speeds are, and the numbers of states.
    city
        The city whose roads they are.
    """

    def __init__(self, store: Store, city: City) -> None:
        self._store = store
        self._lock = Lock()
        self._now: datetime | None = None
        with store.reading() as session:
            self._layers = read_speed_layers(session)
        self._weights = {
            mode: ChangingWeights(times, self._layers, number=self._number)
            for mode, times in sorted(city.travel_times.items())
            if isinstance(times, NetworkTravelTimes)
        }

    def apply(self, now: datetime) -> bool:
        """
        Put in force what holds now of the closures that are known.

        Parameters
        ----------
        now
            The present.

        Returns
        -------
        changed
            Whether travel times have changed in any mode.
        """
        with self._lock:
            return self._apply(now)

    def read_again(self, now: datetime) -> bool:
        """
        Read the closures from the store, and put in force what holds now.

        Parameters
        ----------
        now
            The present.

        Returns
        -------
        changed
            Whether travel times have changed in any mode.
        """
        with self._lock:
            with self._store.reading() as session:
                self._layers = replace(self._layers, closures=closures_at(session, now))
            return self._apply(now)

    def edge_counts(self, extent: Extent, modes: tuple[Mode, ...] = ()) -> dict[Mode, int]:
        """
        Count the edges that an extent covers.

        Parameters
        ----------
        extent
            Which streets.
        modes
            In which networks; in all by default.

        Returns
        -------
        counts
            Edges by mode.

        Raises
        ------
        UnknownName
            An edge is not in the network of its mode.
        """
        return {
            mode: len(weights.footprints.of(extent).edges)
            for mode, weights in self._weights.items()
            if not modes or mode in modes
        }

    def _apply(self, now: datetime) -> bool:
        """Apply to every mode; the version is logged when it changes."""
        self._now = now
        changed = False
        for mode, weights in self._weights.items():
            if weights.apply(now, layers=self._layers):
                logger.info("Travel times of %s are now those of %s", mode, weights.times.version)
                changed = True
        return changed

    def _number(self, state: WeightState) -> int:
        """Number a state in the store, which never forgets it."""
        assert self._now is not None  # numbers are asked for while applying
        with self._store.session() as session:
            number = number_of(session, state, now=self._now)
            session.commit()
        return number
