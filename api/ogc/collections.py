"""The collections that a person may ask for; what is not granted is not even named."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from api.errors import NotFound
from api.ogc.city_collections import city_collections
from api.ogc.collection import Collection
from api.ogc.draft_collections import draft_collection, draft_collections
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
    drafts = draft_collections(service) if _sees_drafts(service, person) else ()
    return MappingProxyType({**city_of(service, person), **{one.name: one for one in drafts}})


def city_of(service: Service, person: Person) -> Mapping[str, Collection]:
    """
    List the collections that a person may see, but for drafts, which are asked of the store.

    Parameters
    ----------
    service
        The service.
    person
        Who asks.

    Returns
    -------
    collections
        By name; first what is published, then what changes by itself.
    """
    granted = acts_of(person)
    offered = (*city_collections(service.city), *LIVE)
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
    found = city_of(service, person).get(name)
    if found is None and _sees_drafts(service, person):
        found = draft_collection(service, name)
    if found is None:
        known = ", ".join(collections_of(service, person))
        raise NotFound(f"There is no collection {name!r} for you; there are {known}.")
    return found


def _sees_drafts(service: Service, person: Person) -> bool:
    return Act.LOAD_LAYERS in acts_of(person) and sees_whole_city(person, service.city)
