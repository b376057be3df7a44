"""Road conditions on the command line: files of closures and speeds, laid over a network."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import ValidationError

from api.clock import system_clock
from api.instant import read_instant
from api.schemas_closure import ClosureIn
from geo.errors import BadInput, BadValue, UnreadableFile
from geo.road.changing_weights import ChangingWeights
from geo.road.closure import Closure
from geo.road.hourly_speed import ALWAYS_ALIKE, read_hourly_speeds
from geo.road.layered_weights import WeightLayers
from geo.road.measured_speed import read_measured_speeds
from geo.road.metric import Metric
from geo.road.travel_time import NetworkTravelTimes
from geo.road.week import CITY_TIME, HOURS_OF_WEEK, hour_of_week


@dataclass(frozen=True, slots=True)
class RoadConditions:
    """
    Which files are laid over a network, and when.

    Attributes
    ----------
    closures
        GeoJSON of closures and slow zones, or None.
    hours
        CSV of hourly speeds, or None.
    measured
        CSV of measured speeds, or None.
    at
        The instant, ISO 8601 with offset; the present by default.
    """

    closures: Path | None = None
    hours: Path | None = None
    measured: Path | None = None
    at: str | None = None

    def apply(self, times: NetworkTravelTimes) -> None:
        """
        Put them in force on an engine.

        Parameters
        ----------
        times
            The engine of the network.

        Raises
        ------
        UnreadableFile, MissingColumn
            A file is none of ours.
        BadValue, UnknownName
            A line or a feature cannot be used; the sentence names it.
        """
        if not self.laid_over:
            if self.at is not None:
                raise BadValue("--at goes with --closures, --hours or --measured.")
            return
        now = self._now()
        ChangingWeights(times, self._layers(now)).apply(now)

    @property
    def laid_over(self) -> bool:
        """Whether there is anything to lay over the roads."""
        return bool(self.closures or self.hours or self.measured)

    def by_hour(self, times: NetworkTravelTimes) -> Iterator[tuple[int, Metric]]:
        """
        Put the conditions of one hour after the other in force on an engine.

        Parameters
        ----------
        times
            The engine of the network.

        Returns
        -------
        by_hour
            Hours of the week, 0 to 167, and the weights in force as each begins, in the
            week that the instant lies in.
        """
        now = self._now()
        weights = ChangingWeights(times, self._layers(now))
        this_hour = now.astimezone(CITY_TIME).replace(minute=0, second=0, microsecond=0)
        begin = this_hour - timedelta(hours=hour_of_week(now))
        for hour in range(HOURS_OF_WEEK):
            weights.apply(begin + timedelta(hours=hour))
            yield hour, times.metric

    def _now(self) -> datetime:
        """The instant."""
        return system_clock() if self.at is None else read_instant(self.at)

    def _layers(self, now: datetime) -> WeightLayers:
        """What the files hold."""
        return WeightLayers(
            hourly=ALWAYS_ALIKE if self.hours is None else read_hourly_speeds(self.hours),
            measured=() if self.measured is None else read_measured_speeds(self.measured),
            closures=() if self.closures is None else read_closures(self.closures, now=now),
        )


def read_closures(path: Path, *, now: datetime) -> tuple[Closure, ...]:
    """
    Read a file of closures and slow zones.

    Parameters
    ----------
    path
        GeoJSON FeatureCollection; the properties of a feature are the fields that
        ``POST /api/v1/closures`` takes, its geometry a polygon, or null where the properties
        name ways or edges.
    now
        When features begin that do not say.

    Returns
    -------
    closures
        One for each feature.

    Raises
    ------
    UnreadableFile
        There is no such file, or it is no FeatureCollection.
    BadValue
        A feature cannot be used; the sentence names it.
    """
    try:
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
        fields = [
            (feature.get("properties") or {}) | {"geometry": feature.get("geometry")}
            for feature in features
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnreadableFile(f"{path} is no GeoJSON FeatureCollection: {error}.") from error
    return tuple(_closure(path, number, given, now) for number, given in enumerate(fields, start=1))


def _closure(path: Path, number: int, given: dict[str, object], now: datetime) -> Closure:
    """Read one feature; whatever is wrong with it is told with its number."""
    try:
        return ClosureIn.model_validate(given).closure(now=now, name=str(number))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadValue(f"{path}, feature {number}: {where}: {first['msg']}.") from error
    except BadInput as error:
        raise BadValue(f"{path}, feature {number}: {error}") from error
