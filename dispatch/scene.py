"""Scene: where an incident lies, who has it, by when a crew is to be there, and the ways to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from dispatch.city import City
from dispatch.deadline import ClockKind
from dispatch.destination import join_places
from dispatch.incident import Incident
from dispatch.jurisdiction import Jurisdiction, decide
from geo.errors import OutsideNetwork
from geo.place_index import Place
from geo.road.road_class import Mode
from geo.road.snap import Joins
from geo.zone import ARRIVAL_TARGET_S


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """
    All that is said of an incident before any crew is looked at.

    Attributes
    ----------
    place
        Areas, zone and unit grid.
    case
        Who has the case, and what a crew must bring.
    targets_s
        Arrival targets of the case and of securing the place.
    destination
        The place as it joins the roads of each mode that reaches it; empty if it is handed over.
    """

    place: Place
    case: Jurisdiction
    targets_s: Mapping[ClockKind, float]
    destination: Mapping[Mode, Joins]


def look_at(
    incident: Incident, city: City, *, now: datetime, arrival_target_s: float | None = None
) -> Scene:
    """
    Say where an incident lies and who has it.

    Parameters
    ----------
    incident
        What is reported, and where.
    city
        The city.
    now
        The present, with offset.
    arrival_target_s
        Seconds within which a crew should be there, or None for what rows and zone say.

    Returns
    -------
    scene
        The same for every policy.

    Raises
    ------
    BadValue
        The place is no place on Earth.
    OutsideNetwork
        The place is too far from the roads of every mode.
    """
    place = city.place_index.locate(incident.lon_lat)
    case = decide(incident, place, city, now=now)
    return Scene(
        place=place,
        case=case,
        targets_s=_targets_s(case, arrival_target_s),
        destination={} if _handed_over(case) else _join(city, incident.lon_lat),
    )


def look_at_all(
    incidents: Sequence[Incident], city: City, *, now: datetime
) -> tuple[tuple[Scene, ...], dict[Mode, Joins]]:
    """
    Say of many incidents where they lie and who has them, joining all to the roads at once.

    Parameters
    ----------
    incidents
        What is reported, and where.
    city
        The city.
    now
        The present, with offset.

    Returns
    -------
    scenes
        What `look_at` says of each, by the modes that officers travel in.
    joins
        All places by mode, one for each incident; NaN where no road of the mode is near.

    Raises
    ------
    BadValue
        A place is no place on Earth.
    OutsideNetwork
        A place is too far from the roads of every mode.
    """
    lon_lat = np.array([incident.lon_lat for incident in incidents], dtype=np.float64)
    joins = join_places(city, lon_lat.reshape(-1, 2))
    near = {mode: ~np.isnan(places.lon_lat[:, 0]) for mode, places in joins.items()}
    scenes = []
    for row, incident in enumerate(incidents):
        place = city.place_index.locate(incident.lon_lat)
        case = decide(incident, place, city, now=now)
        here = {mode: joins[mode].take(slice(row, row + 1)) for mode in joins if near[mode][row]}
        if not here and not _handed_over(case):
            here = _join(city, incident.lon_lat)  # says which roads it is too far from
        scenes.append(Scene(place, case, _targets_s(case, None), here))
    return tuple(scenes), joins


def _handed_over(case: Jurisdiction) -> bool:
    """Whether a partner city takes the case."""
    return case.hand_off is not None and case.hand_off.partner is not None


def _targets_s(case: Jurisdiction, asked_s: float | None) -> dict[ClockKind, float]:
    """Arrival targets of the case and of securing the place; one that is asked for wins."""
    stated = {clock.kind: clock.within_s for clock in case.clocks}
    return {
        kind: stated.get(kind, ARRIVAL_TARGET_S) if asked_s is None else asked_s
        for kind in (ClockKind.ARRIVE, ClockKind.SECURE)
    }


def _join(city: City, lon_lat: tuple[float, float]) -> dict[Mode, Joins]:
    """Join the place to the roads of every mode that reaches it."""
    point = np.array([lon_lat], dtype=np.float64)
    joins: dict[Mode, Joins] = {}
    refusal: OutsideNetwork | None = None
    for mode, engine in sorted(city.travel_times.items()):
        try:
            joins[mode] = engine.join(point)
        except OutsideNetwork as error:
            refusal = refusal or error
    if refusal is not None and not joins:
        raise refusal
    return joins
