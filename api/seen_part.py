"""What is left of an answer for whoever sees a part of the city."""

from __future__ import annotations

from api.schemas_joint import JointOut
from api.schemas_replay import ReplayOut
from api.schemas_suggestion import SuggestionOut
from dispatch.access import Person
from dispatch.city import City
from dispatch.sight import sees_unit, sees_whole_city


def as_seen(out: SuggestionOut, person: Person, city: City) -> SuggestionOut:
    """
    Leave out of a suggestion where units stand that are not the person's.

    Parameters
    ----------
    out
        The suggestion.
    person
        Who asks.
    city
        The city.

    Returns
    -------
    out
        Of others' units, the unit, its status and its ETA alone.
    """
    proposals = [
        one
        if sees_unit(person, city, one.unit)
        else one.model_copy(update={"route": None, "position_age_s": None})
        for one in out.proposals
    ]
    return out.model_copy(update={"proposals": proposals})


def operation_as_seen(out: JointOut, person: Person, city: City) -> JointOut:
    """
    Leave out of a joint operation who comes from other areas, and what is left there.

    Parameters
    ----------
    out
        The plan.
    person
        Who asks.
    city
        The city.

    Returns
    -------
    out
        Of others' officers, the crew and the ETA; strengths of the person's own zones.
    """
    if sees_whole_city(person, city):
        return out
    parties = [
        party.model_copy(
            update={
                "officers": [
                    one
                    if sees_unit(person, city, one.unit)
                    else one.model_copy(update={"officer": None})
                    for one in party.officers
                ]
            }
        )
        for party in out.parties
    ]
    own = {zone.code for zone in city.zones if sees_unit(person, city, zone.brigade or "")}
    zones = [zone for zone in out.zones if zone.zone in own]
    return out.model_copy(update={"parties": parties, "zones": zones})


def without_values(out: ReplayOut, person: Person, city: City) -> ReplayOut:
    """
    Leave out of a replay what stood in it, for whoever sees a part of the city.

    Parameters
    ----------
    out
        The replay.
    person
        Who asks.
    city
        The city.

    Returns
    -------
    out
        Where it differs is still said.
    """
    if sees_whole_city(person, city):
        return out
    bare = [one.model_copy(update={"then": None, "again": None}) for one in out.differences]
    return out.model_copy(update={"differences": bare})
