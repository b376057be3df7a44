"""
Road watch: where a road engine fails, arrivals are by air and say so, until it works again.

An engine has failed when its network cannot be opened, or when it raises on a sound question.  The
whole city then goes on with the straight line in its place, and the question is asked again
(`api.second_try`).  A steady look asks every engine something that it must know.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from threading import Lock
from typing import TYPE_CHECKING

from api.tile import tiles_of
from dispatch.city import City
from dispatch.store.cities import open_roads
from dispatch.store.road_folders import roads_published
from geo.errors import OutsideNetwork, UnreadableFile
from geo.road.engine_failure import EngineFailed
from geo.road.road_class import Mode
from geo.road.straight_line import straight_line
from geo.road.travel_time import NetworkTravelTimes, TravelTimes

if TYPE_CHECKING:
    from api.service import Service

logger = logging.getLogger(__name__)

HELD_S = 10.0
"""An engine that has failed is left alone for so long, or it would come and go."""


class RoadWatch:
    """
    Knows which road engines fail, and has the service go on without them.

    Parameters
    ----------
    service
        The service; its city, whereabouts, weights and tiles are replaced.
    monotonic_s
        Seconds by a clock that only goes forward.
    """

    def __init__(
        self, service: Service, *, monotonic_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._service = service
        self._monotonic_s = monotonic_s
        self._lock = Lock()
        self._engines: dict[Mode, TravelTimes] = dict(service.city.travel_times)
        self._failed_at_s = {
            mode: monotonic_s() for mode, engine in self._engines.items() if engine.degraded
        }

    def note_failed(self, mode: Mode) -> None:
        """
        Go on without an engine, and without those that fail with it.

        Parameters
        ----------
        mode
            Whose engine has failed.
        """
        with self._lock:
            if mode in self._failed_at_s:
                return
            others = self._engines.keys() - self._failed_at_s.keys() - {mode}
            for failed in (mode, *(other for other in sorted(others) if not self._works(other))):
                self._failed_at_s[failed] = self._monotonic_s()
                logger.error("The road engine for %s has failed: arrivals are by air", failed)
            self._put_in_force()

    def open_published(self) -> dict[Mode, TravelTimes]:
        """
        Open the road networks that have been published since, while those of before answer on.

        Returns
        -------
        engines
            At the weights in force, by mode; none where the roads are the same.  Roads that
            can't be opened are by air until they can.
        """
        with self._service.store.reading() as session:
            published = roads_published(session)
        engines: dict[Mode, TravelTimes] = {}
        for mode, version in published.items():
            engine = self._engines.get(mode)
            if not isinstance(engine, NetworkTravelTimes) or engine.network.version != version:
                engines[mode] = self._open_or_by_air(mode)
        if engines:
            self._service.weights.apply(self._service.clock())
        return engines

    def _open_or_by_air(self, mode: Mode) -> TravelTimes:
        """Open the published roads of a mode, whose weights are kept from now on."""
        try:
            opened = open_roads(self._service.store, mode)
        except UnreadableFile as error:
            logger.error("The published roads for %s cannot be read. %s", mode, error)  # noqa: TRY400 -- the sentence says it all
            return straight_line(mode)
        self._service.weights.take_on(mode, opened)
        return opened

    def take_on(self, city: City, engines: Mapping[Mode, TravelTimes]) -> None:
        """
        Have the service go on with another version of the city.

        Parameters
        ----------
        city
            The new version.
        engines
            Engines of roads that are new with it; for other modes those in force go on.
        """
        with self._lock:
            self._engines = {**city.travel_times, **self._engines, **engines}
            for mode, engine in engines.items():
                self._failed_at_s.pop(mode, None)
                if engine.degraded:
                    self._failed_at_s[mode] = self._monotonic_s()
            self._put_in_force(city)

    def beat(self) -> None:
        """Look whether every engine works, and have those back that do again."""
        for mode in sorted(self._engines):
            if mode not in self._failed_at_s:
                if not self._works(mode):
                    self.note_failed(mode)
            elif self._monotonic_s() - self._failed_at_s[mode] >= HELD_S and self._works(mode):
                self._have_back(mode)

    def _works(self, mode: Mode) -> bool:
        """Try an engine; one that could not be opened is opened first, if that goes by now."""
        engine = self._engines[mode]
        if isinstance(engine, NetworkTravelTimes):
            return answers(engine)
        try:
            opened = open_roads(self._service.store, mode)
        except UnreadableFile:
            return False
        self._service.weights.take_on(mode, opened)
        self._service.weights.apply(self._service.clock())
        self._engines[mode] = opened
        return answers(opened)

    def _have_back(self, mode: Mode) -> None:
        """Go on with an engine that works again."""
        with self._lock:
            del self._failed_at_s[mode]
            logger.warning("The road engine for %s works again", mode)
            self._put_in_force()

    def _put_in_force(self, city: City | None = None) -> None:
        """Swap the city for one by road where engines work, and by air elsewhere."""
        city = city or self._service.city
        engines = {
            mode: straight_line(mode) if mode in self._failed_at_s else engine
            for mode, engine in self._engines.items()
        }
        city = city.under(engines, city.arrival_model)
        self._service.live.swap_city(city)
        self._service.city = city
        driven, tiles = city.travel_times.get(Mode.CAR), self._service.tiles
        if isinstance(driven, NetworkTravelTimes) and (
            tiles is None or tiles.version != driven.network.version
        ):
            self._service.tiles = tiles_of(city)


def answers(engine: NetworkTravelTimes) -> bool:
    """
    Ask an engine for the ways between two of its junctions.

    Parameters
    ----------
    engine
        The engine.

    Returns
    -------
    answers
        Whether it could tell.
    """
    try:
        ends = engine.join(engine.network.node_lon_lat[[0, -1]])
        engine.nearest(ends, ends.take(slice(0, 1)), k=1)
        engine.matrix(ends, ends)
    except EngineFailed:
        return False
    except OutsideNetwork:
        return True  # a junction without streets: it has understood the question
    return True
