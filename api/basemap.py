"""The base map of one's own network: where its tiles are, and the one origin that pages may ask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from api.settings import Settings
from geo.errors import BadValue

TileCrs = Literal["wgs84", "cgcs2000", "gcj02"]

PLACES = ("{z}", "{x}", "{y}")


@dataclass(frozen=True, slots=True)
class Basemap:
    """
    Tiles of a base map, in Web Mercator.

    Attributes
    ----------
    tiles
        Address of a tile with ``{z}``, ``{x}`` and ``{y}``: XYZ, or WMTS with these as
        ``TileMatrix``, ``TileCol`` and ``TileRow``; or of a PMTiles file with pictures.
    crs
        System in which the tiles were drawn; ``gcj02`` is shifted into place by the page.
    attribution
        Whose map it is, shown on it.
    """

    tiles: str
    crs: TileCrs
    attribution: str

    @property
    def origin(self) -> str | None:
        """Scheme, host and port of the tiles; None where they come from this service's own."""
        parts = urlsplit(self.tiles)
        return f"{parts.scheme}://{parts.netloc}" if parts.netloc else None


def basemap_of(settings: Settings) -> Basemap | None:
    """
    Read the base map that an operator has set.

    Parameters
    ----------
    settings
        The settings.

    Returns
    -------
    basemap
        None where none is set: the map is drawn from the city's own roads.

    Raises
    ------
    BadValue
        The address is none of a tile.
    """
    url = settings.basemap_url
    if url is None:
        return None
    parts = urlsplit(url)
    here = url.startswith("/") and not url.startswith("//")
    there = parts.scheme in {"http", "https"} and parts.hostname is not None
    plain = not set(" ;,'\"\\") & set(parts.netloc) and parts.username is None
    placed = parts.path.endswith(".pmtiles") or all(place in url for place in PLACES)
    if not (here or (there and plain)) or not placed:
        raise BadValue(
            "GRID_DISPATCH_BASEMAP_URL is the address of a tile, http(s)://… or /…, with {z}, {x} "
            "and {y} in it, or of a file *.pmtiles, and without a user's name."
        )
    if any(place in parts.netloc for place in PLACES):
        raise BadValue("GRID_DISPATCH_BASEMAP_URL names one host: {z}, {x} and {y} stand after it.")
    return Basemap(url, settings.basemap_crs, settings.basemap_attribution)
