"""A base map of one's own network lies where the city lies, in whichever system it was drawn."""

from __future__ import annotations

import gzip
import math
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from urllib.parse import urlsplit

import numpy as np
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page, Route

from geo.datum import from_wgs84

Settled = Callable[[Page], None]

pytestmark = [pytest.mark.browser, pytest.mark.verify]

PLACE = (109.1153, 21.4853)
TILE_PX, DOT_PX, ZOOM = 256, 9, 15
AROUND = 4
"""Tiles about the place, each way, that a file holds."""

BENEATH = "/base/"
RED = (255, 0, 0)
HIDE = ("officers", "incidents", "zones")


@dataclass
class Tiles:
    """Tiles with a red dot at one place, one by one or in a file, under the service's address."""

    place: tuple[float, float] = PLACE
    file: bytes = b""
    ranges: list[str] = field(default_factory=list)

    def answer(self, route: Route) -> None:
        """Answer a tile, or the range that is asked for."""
        path = urlsplit(route.request.url).path.removeprefix(BENEATH)
        if not path.endswith(".pmtiles"):
            route.fulfill(content_type="image/png", body=self.drawn(*map(int, path.split("/"))))
            return
        asked = route.request.headers["range"]
        self.ranges.append(asked)
        first, last = map(int, asked.removeprefix("bytes=").split("-"))
        route.fulfill(status=206, body=self.file[first : last + 1])

    def drawn(self, zoom: int, column: int, row: int) -> bytes:
        """Draw the dot as far as it lies on a tile."""
        tile = Image.new("RGB", (TILE_PX, TILE_PX), (235, 235, 235))
        across, down = pixel_of(self.place, zoom)
        x, y = across - column * TILE_PX, down - row * TILE_PX
        ImageDraw.Draw(tile).ellipse((x - DOT_PX, y - DOT_PX, x + DOT_PX, y + DOT_PX), fill=RED)
        body = BytesIO()
        tile.save(body, "PNG")
        return body.getvalue()


def pixel_of(lon_lat: tuple[float, float], zoom: int) -> tuple[float, float]:
    """A place in pixels of the world in Web Mercator."""
    world, sine = TILE_PX * 2**zoom, math.sin(math.radians(lon_lat[1]))
    down = 0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)
    return (lon_lat[0] / 360 + 0.5) * world, down * world


@pytest.mark.parametrize("crs", ["wgs84", "gcj02"])
@pytest.mark.parametrize("packed", [False, True], ids=["by address", "in one file"])
def test_a_dot_of_the_base_map_lies_at_its_place(
    open_view,
    settled: Settled,
    crs: str,
    packed: bool,  # noqa: FBT001 -- a parameter of the test
):
    lon, lat = from_wgs84(np.array([PLACE]), crs)[0]
    tiles = Tiles((float(lon), float(lat)))
    tiles.file = archive(tiles)
    where = BENEATH + ("city.pmtiles" if packed else "{z}/{x}/{y}")
    basemap = {"tiles": where, "crs": crs, "attribution": "图"}
    page: Page = open_view("/sign-in")
    page.route(
        "**/api/v1/city",
        lambda route: route.fulfill(json=route.fetch().json() | {"basemap": basemap}),
    )
    page.route(f"**{BENEATH}**", tiles.answer)
    page.goto(page.url.replace("/sign-in", "/"))
    page.wait_for_selector("[data-testid=stream].stream-live")
    page.get_by_test_id("base-switch").check()
    for layer in HIDE:
        page.get_by_test_id(f"layer-{layer}").uncheck()
    page.evaluate(f"() => gridDispatchMap.jumpTo({{ center: {[*PLACE]}, zoom: {ZOOM} - 1 }})")
    settled(page)
    shot = Image.open(BytesIO(page.get_by_test_id("map").screenshot())).convert("RGB")
    red, green, blue = shot.getpixel((shot.width // 2, shot.height // 2))
    assert red > 200
    assert max(green, blue) < 60
    assert bool(tiles.ranges) == packed


def archive(tiles: Tiles) -> bytes:
    """
    Write a PMTiles file of the tiles about the place: a root, one directory below, the pictures.

    Every other picture is said to lie right after the one before; the first tile of all is one
    that stands for a run of three at a far place.
    """
    across, down = (int(one // TILE_PX) for one in pixel_of(tiles.place, ZOOM))
    about = range(-AROUND, AROUND + 1)
    named = {
        curve_place(ZOOM, across + x, down + y): tiles.drawn(ZOOM, across + x, down + y)
        for x in about
        for y in about
    }
    ids, data, entries = sorted(named), b"", []
    for one in ids:
        entries.append((one, 1, len(named[one]), len(data)))
        data += named[one]
    far = (0, 3, len(named[ids[0]]), 0)
    leaf = gzip.compress(directory(entries))
    root = gzip.compress(directory([far, (ids[0], 0, len(leaf), 0)]))
    at_leaf = 127 + len(root)
    at_data = at_leaf + len(leaf)
    places = (127, len(root), at_leaf, 0, at_leaf, len(leaf), at_data, len(data))
    header = b"PMTiles\x03" + struct.pack("<8Q", *places)
    header += struct.pack("<3Q", len(ids), len(ids) + 1, len(ids))
    header += bytes([1, 2, 1, 2, 0, ZOOM])  # clustered, gzip, tiles as they are, PNG, zooms
    header += struct.pack("<4i", -1_800_000_000, -850_000_000, 1_800_000_000, 850_000_000)
    header += bytes([ZOOM]) + struct.pack("<2i", 0, 0)
    return header + root + leaf + data


def directory(entries: list[tuple[int, int, int, int]]) -> bytes:
    """Columns of a directory: differences of tiles, runs, lengths, places."""
    tiles, runs, lengths, places = zip(*entries, strict=True)
    before = (0, *tiles[:-1])
    told = [len(entries), *(one - other for one, other in zip(tiles, before, strict=True))]
    told += [*runs, *lengths]
    for row, place in enumerate(places):
        follows = row > 0 and place == places[row - 1] + lengths[row - 1]
        told.append(0 if follows and row % 2 else place + 1)
    return b"".join(map(varint, told))


def varint(number: int) -> bytes:
    """Seven bits a byte, the lowest first."""
    low, rest = number & 127, number >> 7
    return bytes([low | 128]) + varint(rest) if rest else bytes([low])


def curve_place(zoom: int, x: int, y: int) -> int:
    """Place on the Hilbert curve, quarter by quarter, after all tiles of the zooms before."""
    if zoom == 0:
        return 0
    half = 2 ** (zoom - 1)
    right, below = x >= half, y >= half
    quarter = {(False, False): 0, (False, True): 1, (True, True): 2, (True, False): 3}
    inner_x, inner_y = x % half, y % half
    if not below:
        if right:
            inner_x, inner_y = half - 1 - inner_x, half - 1 - inner_y
        inner_x, inner_y = inner_y, inner_x
    before = (4 ** (zoom - 1) - 1) // 3
    inner = curve_place(zoom - 1, inner_x, inner_y) - before
    return (4**zoom - 1) // 3 + quarter[right, below] * half * half + inner
