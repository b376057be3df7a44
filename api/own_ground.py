"""What a person may ask for by a body: their own places, areas, crews and parties."""

from __future__ import annotations

from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from api.errors import Forbidden
from api.named_thing import Thing, in_sight, speaks_for
from dispatch.access import Person, Role, areas_seen
from dispatch.assignment import Assignment
from dispatch.city import City
from dispatch.escalation import Says
from dispatch.sight import officers_seen, sees_place, sees_unit, sees_whole_city
from dispatch.store.whistles import list_calls
from geo.errors import UnknownName


def require_place(person: Person, city: City, lon_lat: tuple[float, float]) -> None:
    """
    Refuse a question about a place that is not the person's.

    Parameters
    ----------
    person
        Who asks.
    city
        The city.
    lon_lat
        The place.

    Raises
    ------
    Forbidden
        It lies in no area of theirs.
    """
    if not sees_place(person, city, lon_lat):
        raise Forbidden(f"This place lies in no area of {person.name}'s: its own room decides.")


def require_whole_city(person: Person, city: City) -> None:
    """
    Refuse whoever does not see the whole city.

    Parameters
    ----------
    person
        Who asks.
    city
        The city.

    Raises
    ------
    Forbidden
        The answer would tell of others' areas.
    """
    if not sees_whole_city(person, city):
        raise Forbidden(f"This tells of the whole city, and {person.name} sees a part of it.")


def require_area(person: Person, city: City, area: str | None) -> None:
    """
    Refuse whoever speaks for an area that is not theirs.

    Parameters
    ----------
    person
        Who asks.
    city
        The city.
    area
        Code of the area, or None.

    Raises
    ------
    Forbidden
        It is neither theirs nor below theirs.
    """
    known = area in city.area_of
    if known and area not in areas_seen(person, city):
        raise Forbidden(f"{person.name} does not speak for area {area}.")


def require_above(person: Person, city: City, area: str) -> None:
    """
    Refuse whoever would decide on something of an area for those above it.

    Parameters
    ----------
    person
        Who asks.
    city
        The city.
    area
        Code of the area.

    Raises
    ------
    Forbidden
        Neither the area next above nor the whole city is theirs.
    """
    known = city.area_of.get(area)
    above = None if known is None else known.parent
    if not sees_whole_city(person, city) and above not in areas_seen(person, city):
        raise Forbidden(f"{person.name} does not decide on what counts above area {area}, too.")


def require_streets(person: Person, city: City, polygon: BaseGeometry | None) -> None:
    """
    Refuse a closure of streets that are not the person's.

    Parameters
    ----------
    person
        Who closes or opens them.
    city
        The city.
    polygon
        What holds the streets; None where they are named, which the whole city's staff does.

    Raises
    ------
    Forbidden
        They lie in no area of theirs.
    """
    if polygon is None:
        require_whole_city(person, city)
        return
    middle = polygon.representative_point()
    require_place(person, city, (middle.x, middle.y))


def require_sight(session: Session, thing: Thing, number: str, person: Person, city: City) -> None:
    """
    Refuse a body that names what is not there or not within the person's sight.

    Parameters
    ----------
    session
        A session.
    thing, number
        What is named.
    person
        Who asks.
    city
        The city.

    Raises
    ------
    UnknownName
        Whoever may not see it does not learn whether it is there.
    """
    if sees_whole_city(person, city):
        return
    if not in_sight(thing, {"number": number}, session, person, city):
        raise UnknownName(f"There is no {thing} {number!r} in your areas.")


def require_party(person: Person, city: City, party: str) -> None:
    """
    Refuse an answer in the name of somebody else's unit.

    Parameters
    ----------
    person
        Who answers.
    city
        The city.
    party
        One of those who are called.

    Raises
    ------
    Forbidden
        Its own command room answers for it, or the one above.
    """
    if not speaks_for(person, city, party):
        raise Forbidden(f"{person.name} does not answer for {party}: its own room does.")


def require_own_officer(person: Person, officer: str) -> None:
    """
    Keep officers to their own shift.

    Parameters
    ----------
    person
        Who asks.
    officer
        Whose shift it is.

    Raises
    ------
    Forbidden
        An officer signs for a colleague.
    """
    if person.roles == {Role.OFFICER} and person.officer != officer:
        raise Forbidden(f"{person.name} signs on and off for nobody else.")


def officers_sent_for(person: Person, city: City) -> frozenset[str]:
    """
    List the officers whose position a person may send.

    Parameters
    ----------
    person
        Who sends.
    city
        The city.

    Returns
    -------
    officers
        An officer's own; for command rooms and gateways, all whom they see.
    """
    if person.roles == {Role.OFFICER}:
        return frozenset() if person.officer is None else frozenset({person.officer})
    return officers_seen(person, city)


def require_own_crew(session: Session, person: Person, city: City, made: Assignment) -> None:
    """
    Refuse to bind a crew that neither is the person's nor was promised to the incident.

    Parameters
    ----------
    session
        A session.
    person
        Who sends it.
    city
        The city.
    made
        The assignment, before it is committed.

    Raises
    ------
    Forbidden
        Its own command room, or the one above both, has to say yes.
    """
    if sees_unit(person, city, made.picked.unit):
        return
    chain = _chain(made.picked.unit, city)
    calls = list_calls(session, incident=made.incident, limit=None)
    coming = {one.party for call in calls for one in call.latest.values() if one.says == Says.COMES}
    if chain.isdisjoint(coming):
        raise Forbidden(
            f"Unit {made.picked.unit} is not commanded by {person.name}: whistle for it, "
            "or ask the command room above both."
        )


def _chain(unit: str, city: City) -> set[str]:
    """Codes of a unit and all that command it."""
    chain: set[str] = set()
    above: str | None = unit
    while above is not None and above not in chain and above in city.units:
        chain.add(above)
        above = city.units[above].parent
    return chain
