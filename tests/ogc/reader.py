"""Somebody who reads OGC API: asks, expects a status, and follows links as they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response

ADMIN = {"authorization": "Bearer demo-admin"}
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
GEOJSON = "application/geo+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"

Content = dict[str, Any]
"""A JSON object."""


@dataclass(frozen=True)
class Reader:
    """Reads with the eyes of a role; addresses are below ``/ogc``, or whole ones from links."""

    client: TestClient
    role: str = "admin"

    def ask(self, path: str, status: int = 200, accept: str = "*/*", **query: object) -> Response:
        """Ask, and expect a status; a parameter with a hyphen is given with an underscore."""
        address = path if "://" in path else f"/ogc{path}"
        params = {name.replace("bbox_crs", "bbox-crs"): str(one) for name, one in query.items()}
        headers = {"authorization": f"Bearer demo-{self.role}", "accept": accept}
        answer = self.client.get(address, params=params or None, headers=headers)
        assert answer.status_code == status, (address, params, answer.text)
        return answer

    def json(self, path: str, status: int = 200, **query: object) -> Content:
        """Read JSON."""
        content: Content = self.ask(path, status, **query).json()
        return content

    def collections(self) -> dict[str, Content]:
        """What is said of every collection, by name."""
        return {one["id"]: one for one in self.json("/collections")["collections"]}

    def pages(self, path: str, **query: object) -> Iterator[Content]:
        """Every page of items, by the links that lead on."""
        page = self.json(path, **query)
        yield page
        while (onward := linked(page, "next")) is not None:
            page = self.json(onward["href"])
            yield page

    def features(self, name: str, **query: object) -> list[Content]:
        """All features of a collection, page by page."""
        pages = self.pages(f"/collections/{name}/items", **query)
        return [feature for page in pages for feature in page["features"]]

    def ids(self, name: str, **query: object) -> list[str]:
        """Ids of all features of a collection."""
        return [feature["id"] for feature in self.features(name, **query)]


def linked(content: Content, rel: str, media_type: str | None = None) -> Content | None:
    """Give the first link of a kind, or None."""
    links: list[Content] = content["links"]
    fits = (one for one in links if one["rel"] == rel and media_type in {None, one.get("type")})
    return next(fits, None)
