"""Scene: where an incident lies, who has it, by when a crew is to be there, and the ways to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from dispatch.city import City
from dispatch.deadline import ClockKind
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
    handed_over = case.hand_off is not None and case.hand_off.partner is not None
    return Scene(
        place=place,
        case=case,
        targets_s=_targets_s(case, arrival_target_s),
        destination={} if handed_over else _join(city, incident.lon_lat),
    )


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
