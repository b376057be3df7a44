"""Links between the resources of OGC API: whole addresses, which programs follow as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from fastapi import Request

from api.ogc.geojson import MEDIA_TYPE as GEOJSON

JSON, HTML = "application/json", "text/html"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"

OGC_REL = "http://www.opengis.net/def/rel/ogc/1.0"
TILESETS_VECTOR, TILING_SCHEMES = f"{OGC_REL}/tilesets-vector", f"{OGC_REL}/tiling-schemes"
TILESETS_NAME, SCHEMES_NAME = "矢量切片 Vector tiles", "切片方案 Tile matrix sets"

Link = dict[str, str]


@dataclass(frozen=True, slots=True)
class Addresses:
    """
    Addresses below ``/ogc``, as whoever asks reaches them.

    Attributes
    ----------
    root
        Address of the landing page, without a slash at its end.
    """

    root: str

    @classmethod
    def of(cls, request: Request) -> Addresses:
        """
        Find the addresses of a request.

        Parameters
        ----------
        request
            The request.

        Returns
        -------
        addresses
            Of the same host.
        """
        return cls(f"{request.base_url}ogc")

    def collection(self, name: str) -> str:
        """
        Address a collection.

        Parameters
        ----------
        name
            Its name.

        Returns
        -------
        address
            Of what is known of it.
        """
        return f"{self.root}/collections/{quote(name, safe='')}"

    def items(self, name: str, query: Sequence[tuple[str, str]] = ()) -> str:
        """
        Address the items of a collection.

        Parameters
        ----------
        name
            Name of the collection.
        query
            Names and values of parameters.

        Returns
        -------
        address
            Of a page of features.
        """
        asked = f"?{urlencode(query)}" if query else ""
        return f"{self.collection(name)}/items{asked}"

    def feature(self, name: str, feature: str) -> str:
        """
        Address a feature.

        Parameters
        ----------
        name
            Name of the collection.
        feature
            Id of the feature.

        Returns
        -------
        address
            Of that feature.
        """
        return f"{self.items(name)}/{quote(feature, safe='')}"


def link(href: str, rel: str, media_type: str, title: str) -> Link:
    """
    Make a link.

    Parameters
    ----------
    href
        Where it leads.
    rel
        What that is to the resource that the link stands on.
    media_type
        How it is written there.
    title
        What it is, in both languages.

    Returns
    -------
    link
        As JSON has it.
    """
    return {"href": href, "rel": rel, "type": media_type, "title": title}


def with_format(address: str, query: Sequence[tuple[str, str]], written: str) -> str:
    """
    Address a resource in one of its formats.

    Parameters
    ----------
    address
        Of the resource.
    query
        Parameters, without the format.
    written
        ``json`` or ``html``.

    Returns
    -------
    address
        With all of them.
    """
    kept = [(name, value) for name, value in query if name != "f"]
    return f"{address}?{urlencode([*kept, ('f', written)])}"


def self_and_alternate(
    address: str, query: Sequence[tuple[str, str]], shown: str, media_type: str = JSON
) -> list[Link]:
    """
    Link a resource to itself and to its other format.

    Parameters
    ----------
    address
        Of the resource.
    query
        Parameters with which it was asked for.
    shown
        The format that is answered: ``json`` or ``html``.
    media_type
        How the JSON is called.

    Returns
    -------
    links
        ``self`` and ``alternate``.
    """
    types: Mapping[str, tuple[str, str]] = {
        "json": (media_type, "本页的 JSON 格式 This page as JSON"),
        "html": (HTML, "本页的网页格式 This page as HTML"),
    }
    other = "html" if shown == "json" else "json"
    return [
        link(with_format(address, query, written), rel, *types[written])
        for rel, written in (("self", shown), ("alternate", other))
    ]


def collection_links(addresses: Addresses, name: str) -> list[Link]:
    """
    Link a collection to what can be asked of it.

    Parameters
    ----------
    addresses
        Addresses of the request.
    name
        Name of the collection.

    Returns
    -------
    links
        Its items, in each format, and its tilesets.
    """
    items = addresses.items(name)
    tiles = f"{addresses.collection(name)}/tiles"
    return [
        link(with_format(items, (), "json"), "items", GEOJSON, "要素 Features"),
        link(with_format(items, (), "html"), "items", HTML, "要素网页 Features as a page"),
        link(with_format(tiles, (), "json"), TILESETS_VECTOR, JSON, TILESETS_NAME),
    ]
