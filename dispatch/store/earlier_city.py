"""The city as an earlier answer found it: with the weights and the model that the answer names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Table
from sqlalchemy.orm import Session

from dispatch.city import City
from dispatch.store.arrival_models import get_arrival_model
from dispatch.store.cities import city_in
from dispatch.store.city_versions import rows_of_version, version_of_city
from dispatch.store.road_folders import road_folder
from dispatch.store.weights import layers_of, state_named
from geo.errors import UnknownName
from geo.road.changing_weights import ChangingWeights
from geo.road.road_class import Mode
from geo.road.straight_line import straight_line
from geo.road.travel_time import NetworkTravelTimes, TravelTimes, open_travel_times


def city_of_then(session: Session, version: str, city: City) -> City | None:
    """
    Read the city as an earlier answer found it.

    Parameters
    ----------
    session
        A session of the store of the city.
    version
        Version of the city, as the answer names it.
    city
        The city as it is now; its road engines are those of the answer as well.

    Returns
    -------
    city
        The city itself, or of another version; None if no version that is kept is that city.
    """
    if city.version == version:
        return city
    kept = version_of_city(session, version)
    if kept is None:
        return None

    def rows(table: Table) -> list[Any]:
        return [SimpleNamespace(**row) for row in rows_of_version(session, table.name, kept.number)]

    then = replace(city_in(session, city.travel_times, rows), deadlines=city.deadlines)
    return then if then.version == version else None


def as_answered(
    session: Session, city: City, *, weight_version: str, arrival_model: str | None
) -> City:
    """
    Give a city the weights and the model of arrivals that an earlier answer names.

    Parameters
    ----------
    session
        A session of the store that numbered the weights.
    city
        The city at the version of the answer; what is in force on its roads stays in force.
    weight_version, arrival_model
        As the answer names them.

    Returns
    -------
    city
        Pinned to those weights.

    Raises
    ------
    UnknownName
        The roads are others by now, or the weights or the model are gone from the store.
    """
    named = _by_mode(weight_version)
    engines = {
        mode: _under(session, mode, times, named.get(mode, ""))
        for mode, times in city.travel_times.items()
    }
    known = city.arrival_model
    if arrival_model is None:
        return city.under(engines, None)
    if known is not None and known.version == arrival_model:
        return city.under(engines, known)
    return city.under(engines, get_arrival_model(session, arrival_model))


def _by_mode(weight_version: str) -> Mapping[str, str]:
    """Take a version apart, as `dispatch.city.City.weight_version` puts it together."""
    pairs = (part.partition("=") for part in weight_version.split(",") if part)
    return {mode: version for mode, _, version in pairs}


def _under(session: Session, mode: Mode, times: TravelTimes, version: str) -> TravelTimes:
    """The engine of one mode, pinned to an earlier version, or by air if it was so then."""
    for known in (times.pinned(), straight_line(mode)):
        if known.version == version:
            return known
    network = version.partition("+")[0]
    if not isinstance(times, NetworkTravelTimes) or network != times.network.version:
        times = _earlier_roads(session, mode, network)
    state = state_named(session, version)
    weights = ChangingWeights(times, layers_of(session, state))
    return times.under(weights.rebuild(state, version))


def _earlier_roads(session: Session, mode: Mode, network: str) -> NetworkTravelTimes:
    """The engine of a network that was published once and is kept."""
    folder = road_folder(session, mode, network)
    if folder is None:
        raise UnknownName(
            f"The roads for {mode} were those of version {network!r}, which are not kept here."
        )
    return open_travel_times(folder)
