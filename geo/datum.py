"""
Coordinate systems at the doors; inside there is only WGS-84 longitude and latitude.

Three kinds of words are understood:

``wgs84``, ``cgcs2000``
    True positions.  The two agree within a metre, and CGCS2000 is taken for WGS-84 on
    purpose: PROJ knows no better operation between them either.
``gcj02``, ``bd09``
    The offset systems of phone maps (and WeChat) and of Baidu, some 500 m and 1.1 to
    1.4 km away from true positions in China.
``EPSG:n``
    Anything PROJ can bring to WGS-84 by a real operation.  Beijing 54 and Xi'an 80 are
    refused: without the seven parameters of the surveying office they would pass through
    unmoved, tens of metres wrong.

References
----------
GCJ-02 and BD-09 are published nowhere; their formulas are known from reverse
engineering.  The figures below are the ones every phone map agrees with, and
`tests/geo/test_datum.py` holds them against an independent implementation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, dataclass
from functools import lru_cache

import numpy as np
import pyproj
from numpy.typing import NDArray
from pyproj.crs import BoundCRS
from pyproj.crs.coordinate_operation import ToWGS84Transformation
from pyproj.exceptions import CRSError, ProjError

from geo.errors import BadValue, UnknownCrs

LonLat = NDArray[np.float64]
"""Longitude and latitude in degrees, or easting and northing in metres, float64[n, 2]."""

OFFSET_WORDS = {"gcj02": "gcj02", "gcj-02": "gcj02", "bd09": "bd09", "bd-09": "bd09"}
IDENTITY_WORDS = {"wgs84": "wgs84", "wgs-84": "wgs84", "cgcs2000": "cgcs2000"}

IDENTITY_EPSG = {4326, 4490}
"""Geographic WGS-84 and CGCS2000 in two dimensions."""

REFUSED_DATUMS = {
    "beijing1954": "Beijing 54",
    "xian1980": "Xi'an 80",
    "newbeijing": "New Beijing",
}
"""Old Chinese datums, by what their datum names contain once blanks and marks are dropped."""

CHINA_LON = (72.004, 137.8347)
CHINA_LAT = (0.8293, 55.8271)
"""The offset systems move points inside this box only, its edges included.

It is the box the phone maps themselves use.  A point is judged where it is given; so on
the box's outer 1.5 km, all of it abroad or at sea, there and back may not cancel out.
"""

KRASOVSKY_RADIUS_M = 6_378_245.0
KRASOVSKY_ECCENTRICITY_SQ = 0.00669342162296594323

INVERSE_TOLERANCE_DEG = 1e-10
"""The inverse stops when no point moves by more than this, a hundredth of a millimetre."""

MOST_ITERATIONS = 30


@dataclass(frozen=True, slots=True)
class Crs:
    """
    A coordinate system we can take in and give out.

    Attributes
    ----------
    name
        ``wgs84``, ``cgcs2000``, ``gcj02``, ``bd09``, or the name PROJ has for it.
    definition
        Well-known text for PROJ; empty for the four that need none.
    """

    name: str
    definition: str = ""


WGS84 = Crs("wgs84")


@dataclass(frozen=True, slots=True)
class SevenParameters:
    """
    How a surveying office brings an old datum to CGCS2000 (布尔莎模型).

    Attributes
    ----------
    dx_m, dy_m, dz_m
        Shift of the centre.
    rx_s, ry_s, rz_s
        Rotations of the position vector in seconds of arc.
    scale_ppm
        Change of scale in millionths.
    """

    dx_m: float
    dy_m: float
    dz_m: float
    rx_s: float
    ry_s: float
    rz_s: float
    scale_ppm: float

    @classmethod
    def parse(cls, text: str) -> SevenParameters:
        """
        Read them from a text.

        Parameters
        ----------
        text
            Seven numbers with commas between: shifts, rotations, scale.

        Returns
        -------
        seven
            The parameters.

        Raises
        ------
        BadValue
            They are not seven numbers, or so large that they move nothing on Earth.
        """
        try:
            figures = [float(figure) for figure in text.split(",")]
        except ValueError:
            figures = []
        if len(figures) != 7 or not np.isfinite(figures).all():
            raise BadValue(
                f"{_short(text)!r} is not seven numbers: dx,dy,dz in metres, rx,ry,rz in seconds "
                "of arc, and the scale in millionths, with commas between."
            )
        return cls(*figures)


@lru_cache(maxsize=64)
def parse_crs(text: str, seven: SevenParameters | None = None) -> Crs:
    """
    Understand the name of a coordinate system.

    Parameters
    ----------
    text
        ``wgs84``, ``cgcs2000``, ``gcj02``, ``bd09``, ``EPSG:n``, or well-known text as
        layer files carry it; case and surrounding blanks do not matter.
    seven
        How to bring it to CGCS2000, for an old datum that nothing else brings there.

    Returns
    -------
    crs
        The system.

    Raises
    ------
    UnknownCrs
        No such system, or one that cannot be brought to WGS-84 without parameters.
    """
    word = text.strip().lower().replace("_", "-")
    if word in OFFSET_WORDS or word in IDENTITY_WORDS:
        return Crs(OFFSET_WORDS.get(word) or IDENTITY_WORDS[word])
    try:
        system = pyproj.CRS.from_user_input(text.strip())
    except CRSError:
        raise UnknownCrs(
            f"There is no coordinate system {_short(text)!r}; "
            "give wgs84, cgcs2000, gcj02, bd09 or EPSG:n."
        ) from None
    if seven is not None:
        return _by_seven(system, seven)
    _refuse_old_datum(system)
    if system.is_geographic and system.to_epsg() in IDENTITY_EPSG:
        return Crs("wgs84" if system.to_epsg() == 4326 else "cgcs2000")
    crs = Crs(system.name, system.to_wkt())
    _transformer(crs, inverse=False)
    return crs


def to_wgs84(lon_lat: LonLat, crs: Crs | str) -> LonLat:
    """
    Bring positions to WGS-84.

    Parameters
    ----------
    lon_lat
        Positions in the system, longitude or easting first, float64[n, 2].
    crs
        The system or its name.

    Returns
    -------
    lon_lat
        WGS-84 degrees, float64[n, 2]; offset systems are undone to 0.1 mm.

    Raises
    ------
    UnknownCrs
        The name is not understood.
    BadValue
        A position lies outside the system's range; the sentence names the first.
    """
    given = _pairs(lon_lat)
    return _in_degrees(to_wgs84_or_nowhere(given, crs), said=given)


def to_wgs84_or_nowhere(lon_lat: LonLat, crs: Crs | str) -> LonLat:
    """
    Bring positions to WGS-84, those that can be; the others are nowhere.

    Parameters
    ----------
    lon_lat
        Positions in the system, longitude or easting first, float64[n, 2].
    crs
        The system or its name.

    Returns
    -------
    lon_lat
        WGS-84 degrees, float64[n, 2]; NaN where a position is outside the system's range.

    Raises
    ------
    UnknownCrs
        The name is not understood.
    """
    crs, given = _parsed(crs), _pairs(lon_lat)
    usable = np.isfinite(given).all(axis=1) if crs.definition else _on_earth(given)
    found = np.full_like(given, np.nan)
    if crs.name == "gcj02":
        found[usable] = _undo(_gcj02_from_wgs84, given[usable])
    elif crs.name == "bd09":
        found[usable] = _undo(_bd09_from_wgs84, given[usable])
    elif crs.definition:
        found[usable] = _project(given[usable], crs, inverse=False)
    else:
        found[usable] = given[usable]
    found[~_on_earth(found)] = np.nan
    return found


def from_wgs84(lon_lat: LonLat, crs: Crs | str) -> LonLat:
    """
    Take positions from WGS-84 to another system.

    Parameters
    ----------
    lon_lat
        WGS-84 degrees, float64[n, 2].
    crs
        The system or its name.

    Returns
    -------
    lon_lat
        Positions in the system, longitude or easting first, float64[n, 2].

    Raises
    ------
    UnknownCrs
        The name is not understood.
    BadValue
        A position is no longitude and latitude; the sentence names the first.
    """
    crs, given = _parsed(crs), _in_degrees(_pairs(lon_lat))
    if crs.name == "gcj02":
        return _gcj02_from_wgs84(given)
    if crs.name == "bd09":
        return _bd09_from_wgs84(given)
    return _project(given, crs, inverse=True) if crs.definition else given


def _gcj02_from_wgs84(lon_lat: LonLat) -> LonLat:
    """Shift by a polynomial and four sine waves about (105° E, 35° N), inside China."""
    east, north = lon_lat[:, 0] - 105.0, lon_lat[:, 1] - 35.0
    both = np.sin(6 * np.pi * east) + np.sin(2 * np.pi * east)
    shift_north_m = (
        -100 + 2 * east + 3 * north + 0.2 * north**2 + 0.1 * east * north
        + 0.2 * np.sqrt(np.abs(east)) + 40 / 3 * both
        + 40 / 3 * (np.sin(np.pi * north) + 2 * np.sin(np.pi * north / 3))
        + 320 / 3 * (np.sin(np.pi * north / 12) + 2 * np.sin(np.pi * north / 30))
    )  # fmt: skip
    shift_east_m = (
        300 + east + 2 * north + 0.1 * east**2 + 0.1 * east * north
        + 0.1 * np.sqrt(np.abs(east)) + 40 / 3 * both
        + 40 / 3 * (np.sin(np.pi * east) + 2 * np.sin(np.pi * east / 3))
        + 100 * (np.sin(np.pi * east / 12) + 2 * np.sin(np.pi * east / 30))
    )  # fmt: skip
    latitude = np.radians(lon_lat[:, 1])
    flattened = 1 - KRASOVSKY_ECCENTRICITY_SQ * np.sin(latitude) ** 2
    meridian_m = KRASOVSKY_RADIUS_M * (1 - KRASOVSKY_ECCENTRICITY_SQ) / flattened**1.5
    parallel_m = KRASOVSKY_RADIUS_M * np.cos(latitude) / np.sqrt(flattened)
    shift = np.stack([shift_east_m / parallel_m, shift_north_m / meridian_m], axis=1)
    return lon_lat + np.where(_in_china(lon_lat)[:, None], np.degrees(shift), 0.0)


def _bd09_from_wgs84(lon_lat: LonLat) -> LonLat:
    """Shift GCJ-02 once more: a wave in radius and angle, then a constant."""
    lon, lat = _gcj02_from_wgs84(lon_lat).T
    radius = np.hypot(lon, lat) + 2e-5 * np.sin(np.radians(3000 * lat))
    angle = np.arctan2(lat, lon) + 3e-6 * np.cos(np.radians(3000 * lon))
    moved = np.stack([radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006], axis=1)
    return np.where(_in_china(lon_lat)[:, None], moved, lon_lat)


def _undo(shift: Callable[[LonLat], LonLat], shifted: LonLat) -> LonLat:
    """Find what ``shift`` would move to the given place, by fixed-point iteration."""
    inside = _in_china(shifted)
    wanted = shifted[inside]
    guess = wanted.copy()
    for _ in range(MOST_ITERATIONS):
        step = wanted - shift(guess)
        guess += step
        if not step.size or np.abs(step).max() < INVERSE_TOLERANCE_DEG:
            break
    found = shifted.copy()
    found[inside] = guess
    return found


def _in_china(lon_lat: LonLat) -> NDArray[np.bool_]:
    """Tell where the offset systems apply."""
    lon, lat = lon_lat.T
    inside_lon = (lon >= CHINA_LON[0]) & (lon <= CHINA_LON[1])
    inside_lat = (lat >= CHINA_LAT[0]) & (lat <= CHINA_LAT[1])
    result: NDArray[np.bool_] = inside_lon & inside_lat
    return result


def _project(lon_lat: LonLat, crs: Crs, *, inverse: bool) -> LonLat:
    """Let PROJ transform; what it cannot place becomes infinite."""
    x, y = _transformer(crs, inverse=inverse).transform(lon_lat[:, 0], lon_lat[:, 1])
    return np.stack([np.asarray(x), np.asarray(y)], axis=1)


@lru_cache(maxsize=64)
def _transformer(crs: Crs, *, inverse: bool) -> pyproj.Transformer:
    """Prepare PROJ; only CGCS2000 may pass by the operation PROJ calls ballpark."""
    system = pyproj.CRS.from_wkt(crs.definition)
    source, target = (4326, system) if inverse else (system, 4326)
    is_cgcs2000 = "china2000" in _datum_name(system)
    try:
        transformer = pyproj.Transformer.from_crs(
            source, target, always_xy=True, allow_ballpark=is_cgcs2000
        )
        transformer.transform(0.0, 0.0)
    except ProjError:
        raise UnknownCrs(
            f"No operation leads from {crs.name} to WGS-84; "
            "convert the data to EPSG:4490 or EPSG:4326 first."
        ) from None
    return transformer


def _by_seven(system: pyproj.CRS, seven: SevenParameters) -> Crs:
    """Bind an old datum to WGS-84 by its parameters."""
    if not any(mark in _datum_name(system) for mark in REFUSED_DATUMS):
        raise BadValue(f"{system.name} needs no seven parameters; only Beijing 54 and Xi'an 80 do.")
    shift = ToWGS84Transformation(system.geodetic_crs, *astuple(seven))
    bound = BoundCRS(system, 4326, shift)
    return Crs(system.name, bound.to_wkt())


def _refuse_old_datum(system: pyproj.CRS) -> None:
    """Refuse the two old Chinese datums, which PROJ would pass through unmoved."""
    for mark, name in REFUSED_DATUMS.items():
        if mark in _datum_name(system):
            raise UnknownCrs(
                f"{system.name} is on {name}, tens of metres from WGS-84 by amounts that only "
                "the surveying office's seven parameters know; give these, or convert the data to "
                "CGCS2000 (EPSG:4490) with them first."
            )


def _datum_name(system: pyproj.CRS) -> str:
    """Name of the datum in lower-case letters and digits only."""
    datum = system.datum or (system.geodetic_crs.datum if system.geodetic_crs else None)
    return "".join(filter(str.isalnum, datum.name.lower())) if datum else ""


def _parsed(crs: Crs | str) -> Crs:
    """Take a system or its name."""
    return parse_crs(crs) if isinstance(crs, str) else crs


def _pairs(lon_lat: LonLat) -> LonLat:
    """Take any n × 2 numbers as float64."""
    pairs = np.asarray(lon_lat, dtype=np.float64)
    if pairs.ndim != 2 or pairs.shape[1] != 2:
        raise BadValue(f"Positions come as n rows of two numbers, not in the shape {pairs.shape}.")
    return pairs


def _on_earth(lon_lat: LonLat) -> NDArray[np.bool_]:
    """Which are longitudes and latitudes."""
    in_reach: NDArray[np.bool_] = np.abs(lon_lat) <= np.array([180.0, 90.0])
    return in_reach[:, 0] & in_reach[:, 1]


def _in_degrees(lon_lat: LonLat, *, said: LonLat | None = None) -> LonLat:
    """Refuse what is no longitude and latitude, quoting what was said."""
    wrong = np.flatnonzero(~_on_earth(lon_lat))
    if not len(wrong):
        return lon_lat
    first = int(wrong[0])
    lon, lat = (lon_lat if said is None else said)[first]
    swapped = abs(lon) <= 90.0 < abs(lat) <= 180.0
    hint = "longitude comes first" if swapped else "check its coordinate system"
    raise BadValue(f"Position {first + 1} ({lon:g}, {lat:g}) is no longitude and latitude; {hint}.")


def _short(text: str) -> str:
    """Quote at most forty characters."""
    return text if len(text) <= 40 else f"{text[:40]}…"
