"""The collections that a person may ask for; what is not granted is not even named."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from api.errors import NotFound
from api.ogc.city_collections import city_collections
from api.ogc.collection import Collection
from api.ogc.draft_collections import draft_collections
from api.ogc.live_collections import LIVE
from api.service import Service
from dispatch.access import Act, Person, acts_of
from dispatch.sight import sees_whole_city


def collections_of(service: Service, person: Person) -> Mapping[str, Collection]:
    """
    List the collections that a person may see.

    Parameters
    ----------
    service
        The service.
    person
        Who asks.

    Returns
    -------
    collections
        By name; first what is published, then what changes by itself, then drafts of layers.
    """
    granted = acts_of(person)
    offered = [*city_collections(service.city), *LIVE]
    if Act.LOAD_LAYERS in granted and sees_whole_city(person, service.city):
        offered += draft_collections(service)
    return MappingProxyType({one.name: one for one in offered if one.acts <= granted})


def collection_of(service: Service, person: Person, name: str) -> Collection:
    """
    Find a collection.

    Parameters
    ----------
    service
        The service.
    person
        Who asks.
    name
        Its name.

    Returns
    -------
    collection
        The collection.

    Raises
    ------
    NotFound
        There is none of this name, or none for this person.
    """
    known = collections_of(service, person)
    if name not in known:
        raise NotFound(f"There is no collection {name!r} for you; there are {', '.join(known)}.")
    return known[name]
