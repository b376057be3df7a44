"""
OGC API – Features – Part 1 (17-069r4), conformance classes *GeoJSON*, *HTML* and *OpenAPI 3.0*.

Each test is called after the abstract test of annex A that it carries out.
"""

from __future__ import annotations

import json
from html.parser import HTMLParser

import numpy as np
import pytest
import shapely
from jsonschema_rs import Draft4Validator
from ogc.conftest import HOSTILE
from ogc.reader import GEOJSON, Content, Reader, linked
from schemathesis.specs.openapi.definitions import OPENAPI_30_VALIDATOR

RESOURCES = (
    "/", "/conformance", "/api", "/collections", "/collections/zones", "/collections/zones/items",
    "/collections/zones/items/Z1",
)  # fmt: skip
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize(
    "accept", [GEOJSON, "application/json", "*/*", f"text/html;q=0.1,{GEOJSON}"]
)
def test_geojson_definition(reader: Reader, accept):
    """Features can be had as GeoJSON, by header and by parameter."""
    for path in ("/collections/zones/items", "/collections/zones/items/Z1"):
        assert reader.ask(path, accept=accept).headers["content-type"] == GEOJSON
        assert reader.ask(path, accept=BROWSER, f="json").headers["content-type"] == GEOJSON


def test_geojson_content(reader: Reader):
    """What is there is GeoJSON that another program reads, with rings as RFC 7946 has them."""
    for name in reader.collections():
        answer = reader.ask(f"/collections/{name}/items", limit=1000)
        features = answer.json()["features"]
        assert len(features) == answer.json()["numberReturned"]
        shaped = [json.dumps(one) for one in features if one["geometry"] is not None]
        read = shapely.from_geojson(np.array(shaped, dtype=object))
        assert not shapely.is_empty(read).any()
        parts = shapely.get_parts(read)
        rings = [part.exterior for part in parts if isinstance(part, shapely.Polygon)]
        assert all(ring.is_ccw for ring in rings)


@pytest.mark.parametrize("path", RESOURCES)
def test_html_definition(reader: Reader, path):
    """Every resource is a page for whoever likes pages best."""
    for answer in (reader.ask(path, accept=BROWSER), reader.ask(path, f="html")):
        assert answer.headers["content-type"] == "text/html; charset=utf-8"


class Elements(HTMLParser):
    """What a page consists of: its elements, what they load, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.loaded: list[str] = []
        self.links: list[str] = []
        self.cells: list[str] = []
        self.feed(page)
        assert not self.open, f"never closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        assert not any(name.startswith("on") for name in named)
        self.tags.add(tag)
        self.loaded += [str(named[name]) for name in ("src", "srcset", "data") if name in named]
        self.links += [str(named["href"])] if tag == "a" else []
        self.cells += [""] if tag == "td" else []
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "td" in self.open:
            self.cells[-1] += data


@pytest.mark.parametrize("path", RESOURCES)
def test_html_content(reader: Reader, path):
    """All that JSON says of a resource stands on its page, and all that it leads to."""
    content, page = reader.json(path, f="json"), Elements(reader.ask(path, f="html").text)
    told = {
        one["href"] for one in content.get("links", []) if one["rel"] not in {"self", "alternate"}
    }
    assert told <= set(page.links)
    for feature in features_of(content):
        assert feature["id"] in page.cells or path.endswith(feature["id"])
        assert {str(one) for one in feature["properties"].values() if one is not None} <= {
            *page.cells
        }


def features_of(content: Content) -> list[Content]:
    return content.get("features", [content] if content.get("type") == "Feature" else [])


@pytest.mark.parametrize("path", RESOURCES)
def test_pages_load_nothing_and_run_nothing(reader: Reader, path):
    answer = reader.ask(path, f="html")
    page = Elements(answer.text)
    assert not page.tags & {"script", "link", "img", "iframe", "object", "embed", "form", "base"}
    assert not page.loaded
    assert "url(" not in answer.text
    assert "@import" not in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none';")


def test_hostile_texts_are_texts_on_every_page(reader: Reader):
    """Names of features, and the name of the file that they come from."""
    [draft] = [name for name in reader.collections() if name.startswith("draft-")]
    items = f"/collections/{draft}/items"
    page = Elements(reader.ask(items, f="html").text)
    assert set(HOSTILE) <= set(page.cells)
    assert "script" not in page.tags
    for feature in reader.json(items)["features"]:
        alone = Elements(reader.ask(f"{items}/{feature['id']}", f="html").text)
        assert feature["properties"]["name"] in alone.cells
        assert "script" not in alone.tags
    for path in ("/collections", f"/collections/{draft}"):
        text = reader.ask(path, f="html").text
        assert "a&lt;b&gt;.geojson" in text
        assert "<b>" not in text


def test_what_is_asked_is_escaped_where_it_is_repeated(reader: Reader):
    text = reader.ask("/collections/places/items", f="html", name='"><script>').text
    assert "<script" not in text
    assert "script" not in Elements(text).tags


def test_oas30_completeness(reader: Reader):
    """All that there is below the landing page is defined, for each layer by itself."""
    paths = set(reader.json("/api", f="json")["paths"])
    every = {"/", "/conformance", "/api", "/collections"}
    for name in reader.collections():
        about = f"/collections/{name}"
        every |= {about, f"{about}/items", f"{about}/items/{{featureId}}"}
    assert every <= paths


def test_oas30_definition_1(reader: Reader):
    """The definition says by its media type what it is."""
    defined = linked(reader.json("/"), "service-desc")
    assert defined["type"] == "application/vnd.oai.openapi+json;version=3.0"
    assert reader.ask(defined["href"]).headers["content-type"] == defined["type"]


def test_oas30_definition_2(reader: Reader):
    """It is a document of OpenAPI 3.0, and no two operations have one name."""
    defined = reader.json("/api", f="json")
    OPENAPI_30_VALIDATOR.validate(defined)
    named = [one["get"]["operationId"] for one in defined["paths"].values()]
    assert len(named) == len(set(named))


def test_oas30_oas_impl(reader: Reader):
    """Every operation that is defined answers as it is defined, in each of its formats."""
    defined = reader.json("/api", f="json")
    for template, operations in defined["paths"].items():
        if "{tileCol}" in template:
            continue  # as test_tiles has it
        path = template.replace("{tileMatrixSetId}", "WebMercatorQuad")
        good = operations["get"]["responses"]["200"]["content"]
        filled = path.replace("{featureId}", "")
        if filled != path:
            [*found] = reader.ids(path.split("/")[2], limit=1000)[:1]
            if not found:
                continue
            filled += found[0]
        for written in ("json", "html"):
            answer = reader.ask(filled, f=written)
            media_type = answer.headers["content-type"].removesuffix("; charset=utf-8")
            assert media_type in good
            if written == "json":
                hold_to(defined, good[media_type]["schema"], answer.json())


def hold_to(defined: Content, schema: Content, content: Content) -> None:
    """Check JSON by a schema of the definition; what may be null is of no one type there."""
    whole = {"components": defined["components"], **schema}
    text = {**whole}
    del text["components"]
    Draft4Validator({**text, "components": nullable(defined["components"])}).validate(content)


def nullable(schema: object) -> object:
    """Write ``nullable`` as JSON Schema does."""
    if isinstance(schema, list):
        return [nullable(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {name: nullable(one) for name, one in schema.items() if name != "nullable"}
    return plain | ({"type": [plain["type"], "null"]} if schema.get("nullable") else {})


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("/collections/zones/items", {"limit": "none"}, 400),
        ("/collections/zones/items/none", {}, 404),
        ("/collections/none", {}, 404),
    ],
)
def test_oas30_exception_codes(reader: Reader, path, query, status):
    """What goes wrong is told by a status that is defined, with a body that is defined."""
    refused = reader.json(path, status, **query)
    defined = reader.json("/api", f="json")
    responses = defined["paths"]["/collections/zones/items"]["get"]["responses"]
    schema = responses[str(status)]["content"]["application/problem+json"]["schema"]
    hold_to(defined, schema, refused)


def test_oas30_security(reader: Reader):
    """How one signs in is defined, and without it nothing is told."""
    defined = reader.json("/api", f="json")
    assert set(defined["components"]["securitySchemes"]) == {"bearer", "cookie"}
    assert defined["security"] == [{"bearer": []}, {"cookie": []}]
    for path in RESOURCES:
        nobody = reader.client.get(f"/ogc{path}", headers={"authorization": "Bearer nobody"})
        assert nobody.status_code == 401
        assert nobody.headers["www-authenticate"] == "Bearer"
