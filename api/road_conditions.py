"""Road conditions on the command line: files of closures and speeds, laid over a network."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import typer
from pydantic import ValidationError

from api.clock import system_clock
from api.errors import finding
from api.instant import read_instant
from api.schemas_closure import ClosureIn
from geo.errors import BadInput, BadValue, UnknownName, UnreadableFile
from geo.road.changing_weights import ChangingWeights
from geo.road.closure import Closure
from geo.road.footprint import Footprints
from geo.road.hourly_speed import ALWAYS_ALIKE, read_hourly_speeds
from geo.road.layered_weights import WeightLayers
from geo.road.measured_speed import read_measured_speeds
from geo.road.metric import Metric
from geo.road.travel_time import NetworkTravelTimes
from geo.road.week import CITY_TIME, HOURS_OF_WEEK, hour_of_week

MOST_NAMED = 5
"""Features named one by one; of more, only the number is said."""


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
        self._weights(times, now).apply(now)

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
        weights = self._weights(times, now)
        this_hour = now.astimezone(CITY_TIME).replace(minute=0, second=0, microsecond=0)
        begin = this_hour - timedelta(hours=hour_of_week(now))
        for hour in range(HOURS_OF_WEEK):
            weights.apply(begin + timedelta(hours=hour))
            yield hour, times.metric

    def _weights(self, times: NetworkTravelTimes, now: datetime) -> ChangingWeights:
        """Lay the files over an engine, and say on standard error what of them counts."""
        layers = self._layers(now)
        weights = ChangingWeights(times, layers)
        for closure in layers.closures:
            self._require(closure, weights.footprints)
        for sentence in said_of(layers, weights.footprints, now):
            typer.echo(sentence, err=True)
        return weights

    def _require(self, closure: Closure, footprints: Footprints) -> None:
        """Refuse edges that are not there."""
        try:
            if closure.concerns(footprints.network.mode):
                footprints.require(closure.extent)
        except UnknownName as error:
            raise UnknownName(f"{self.closures}, feature {closure.id}: {error}") from error

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


def said_of(layers: WeightLayers, footprints: Footprints, now: datetime) -> list[str]:
    """
    Say what of the layers counts on a network.

    Parameters
    ----------
    layers
        What the files hold.
    footprints
        Of the roads.
    now
        The instant.

    Returns
    -------
    sentences
        On closures and on measurements, where there are any.
    """
    said = [_said_of_closures(layers.closures, footprints, now)] if layers.closures else []
    if layers.measured:
        found = footprints.measured(layers.measured).n_lines
        said.append(
            f"{found} of {len(layers.measured)} measured speeds are of streets of the "
            f"{footprints.network.mode} network."
        )
    return said


def _said_of_closures(closures: Sequence[Closure], footprints: Footprints, now: datetime) -> str:
    """Say how many closures count, what they cover, and which cover nothing."""
    mode = footprints.network.mode
    concerned = [closure for closure in closures if closure.concerns(mode)]
    edges = {closure.id: footprints.of(closure.extent).edges.tolist() for closure in concerned}
    counting = [one.id for one in concerned if one.in_force(now) and edges[one.id]]
    covered = {edge for name in counting for edge in edges[name]}
    return (
        f"{len(counting)} of {len(closures)} closures count at {now.isoformat()}, covering "
        f"{len(covered)} edges of the {mode} network"
        f"{_beside([name for name in edges if not edges[name]])}."
    )


def _beside(names: Sequence[str]) -> str:
    """Name the features that lie beside every street."""
    if not names:
        return ""
    if len(names) == 1:
        return f"; feature {names[0]} covers no street"
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f"; features {', '.join(names[:MOST_NAMED])}{more} cover no street"


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
    features = _features(path)
    return tuple(_closure(path, number, one, now) for number, one in enumerate(features, start=1))


def _features(path: Path) -> list[object]:
    """Read the features of a file."""
    try:
        collection = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UnreadableFile(f"{path} cannot be read: {why}.") from error
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(f"{path} is no GeoJSON: it is not JSON at all.") from error
    features = collection.get("features") if isinstance(collection, dict) else None
    if not isinstance(features, list):
        raise UnreadableFile(f"{path} is no GeoJSON FeatureCollection: it has no list of features.")
    return features


def _closure(path: Path, number: int, feature: object, now: datetime) -> Closure:
    """Read one feature; whatever is wrong with it is told with its number."""
    fields = feature.get("properties") or {} if isinstance(feature, dict) else None
    if not isinstance(feature, dict) or not isinstance(fields, dict):
        raise BadValue(f"{path}, feature {number} is no GeoJSON feature with properties.")
    given = fields | {"geometry": feature.get("geometry")}
    try:
        return ClosureIn.model_validate(given).closure(now=now, name=str(number))
    except ValidationError as error:
        first = finding(error.errors()[0])
        sentence = f"{first['where']}: {first['message']}."
        raise BadValue(f"{path}, feature {number}: {sentence}") from error
    except BadInput as error:
        raise BadValue(f"{path}, feature {number}: {error}") from error
