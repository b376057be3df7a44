"""Collections in words: what ``/ogc/collections`` says of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from api.ogc.collection import Collection
from api.ogc.links import Addresses, Link, collection_links
from api.service import Service
from dispatch.access import Person
from geo.registry_crs import CRS84_URI, RegistryCrs


def describe(  # noqa: PLR0913, PLR0917 -- a collection, who asks for it where, and its links
    collection: Collection,
    service: Service,
    person: Person,
    addresses: Addresses,
    systems: Sequence[RegistryCrs],
    links: Sequence[Link],
) -> dict[str, Any]:
    """
    Describe a collection.

    Parameters
    ----------
    collection
        The collection.
    service
        The service.
    person
        Who asks.
    addresses
        Addresses of the request.
    systems
        Systems in which its features are offered.
    links
        Of the description itself.

    Returns
    -------
    described
        As JSON has it; without an extent where only all features together would tell it.
    """
    described = {
        "id": collection.name,
        "title": collection.title,
        "description": collection.about,
        "itemType": "feature",
        "links": [*links, *collection_links(addresses, collection.name)],
        "crs": [system.uri for system in systems],
        "storageCrs": CRS84_URI,
    }
    extent: dict[str, Any] = {}
    bounds = None if collection.extent is None else collection.extent(service, person)
    if bounds is not None:
        extent["spatial"] = {"bbox": [[round(side, 9) for side in bounds]], "crs": CRS84_URI}
    if collection.times is not None:
        extent["temporal"] = {"interval": [[None, None]]}
    return described | ({"extent": extent} if extent else {})
