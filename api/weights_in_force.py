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
from geo.errors import UnknownName
from geo.road.changing_weights import ChangingWeights
from geo.road.closure import Closure
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
        self._unread = True
        self._strays: set[str] = set()
        with store.reading() as session:
            self._layers = read_speed_layers(session)
        self._weights = {
            mode: ChangingWeights(times, self._layers, number=self._number)
            for mode, times in sorted(city.travel_times.items())
            if isinstance(times, NetworkTravelTimes)
        }

    def take_on(self, mode: Mode, times: NetworkTravelTimes) -> None:
        """
        Keep the roads of another mode, too, from the next reading on.

        Parameters
        ----------
        mode
            How crews travel.
        times
            Its engine, at the weights of the network itself.
        """
        with self._lock:
            weights = ChangingWeights(times, self._layers, number=self._number)
            self._weights = self._weights | {mode: weights}  # others may be reading it
            self._unread = True

    def apply(self, now: datetime) -> bool:
        """
        Put in force what holds now; closures that could not be read are read first.

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
            if self._unread:
                self._read(now)
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
            self._unread = True
            self._read(now)
            return self._apply(now)

    def tied(self, closure: Closure) -> Closure:
        """
        Tie a closure by edges to the network of today, since edge ids mean nothing on another.

        Parameters
        ----------
        closure
            As it was entered.

        Returns
        -------
        closure
            With the version of the network; unchanged where ways or a polygon say where.

        Raises
        ------
        UnknownName
            The city has no network of this mode, or the network not all of the edges.
        """
        if not closure.extent.edges:
            return closure
        (mode,) = closure.modes
        if mode not in self._weights:
            raise UnknownName(f"This city has no {mode} network whose edges could be named.")
        footprints = self._weights[mode].footprints
        footprints.require(closure.extent)
        extent = replace(closure.extent, network=footprints.network.version)
        return replace(closure, extent=extent)

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
            Edges by mode; 0 where edges belong to another version of the network.
        """
        return {
            mode: len(weights.footprints.of(extent).edges)
            for mode, weights in self._weights.items()
            if not modes or mode in modes
        }

    def _read(self, now: datetime) -> None:
        """Read the closures; until that has succeeded, every beat tries again."""
        with self._store.reading() as session:
            closures = closures_at(session, now)
        self._layers = replace(self._layers, closures=closures)
        self._unread = False
        for closure in closures:
            if closure.extent.edges and closure.id not in self._strays:
                self._tell_stray(closure)

    def _tell_stray(self, closure: Closure) -> None:
        """Say once that a closure belongs to another network."""
        if not any(self.edge_counts(closure.extent, closure.modes).values()):
            self._strays.add(closure.id)
            logger.warning(
                "Closure %s changes nothing: its edges belong to another version of the %s network",
                closure.id,
                closure.modes[0],
            )

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
