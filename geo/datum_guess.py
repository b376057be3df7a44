"""
In which datum a layer probably is: it is tried under each, against lines that are known.

A layer in an offset system lies 500 m or 1.1 to 1.4 km from where it belongs, and no header says
so.  But roads run where roads are, and zones border along them: read rightly, a layer lies
strikingly close to the published lines; read wrongly, no closer than it would lie anywhere else in
the same city.  What "anywhere else" means is measured, not assumed: the layer is laid down at
some scores of places round about, and each hypothesis is judged by how far it stands out from
these.  So a dense town, where everything is near some road, makes the answer less sure.

Nothing is moved here; the answer names a datum, the metres, and how sure it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.datum import LonLat, to_wgs84
from geo.plane import Plane

TRIED = ("wgs84", "gcj02", "bd09")
"""CGCS2000 agrees with WGS-84 within a metre: the two are one hypothesis."""

FEWEST_FEATURES = 5
"""Of fewer nothing is said: three points lie near some road wherever they are put."""

MOST_PLACES = 240
"""More don't make the answer surer, only slower."""

MOST_CORNERS = 5
"""Of a piece of a known line, when nearest ones are looked for."""

FAR_M = 60.0
"""Beyond the width of a wide street and the noise of digitising, far is far."""

ELSEWHERE = 64
"""How many times the layer is laid down elsewhere."""

ELSEWHERE_M = (150.0, 900.0)
"""How far: clear of the streets it lies on, within the same quarter."""

STANDS_OUT, STANDS_OUT_CLEARLY = 3.5, 5.0
"""How many deviations nearer than elsewhere a hypothesis must be, to be named and to be sure."""

LEADS, LEADS_CLEARLY = 2.0, 3.0
"""By how many deviations it must lead the next best."""


class Sureness(StrEnum):
    """How sure a guess is."""

    HIGH = "high"
    FAIR = "fair"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """
    A layer read under one datum.

    Attributes
    ----------
    datum
        ``wgs84``, ``gcj02`` or ``bd09``.
    distance_m
        Mean distance of its places from the nearest known line, no place counting for more
        than `FAR_M`.
    stands_out
        By how many deviations that is less than elsewhere in the same city.
    """

    datum: str
    distance_m: float
    stands_out: float


@dataclass(frozen=True, slots=True)
class DatumGuess:
    """
    Which datum a layer is probably in.

    Attributes
    ----------
    datum
        The likely one; None if none is.
    sureness
        How sure that is.
    shift_m
        How far the layer would move, read as that and not as WGS-84; 0 if it is WGS-84.
    features
        How many features were looked at.
    hypotheses
        Each datum that was tried, the likeliest first.
    """

    datum: str | None
    sureness: Sureness
    shift_m: float
    features: int
    hypotheses: tuple[Hypothesis, ...]


class KnownLines:
    """
    Lines of which the place is known: published roads, or borders.

    Parameters
    ----------
    lines
        In WGS-84 degrees; polygons count by their borders.
    """

    def __init__(self, lines: Sequence[BaseGeometry]) -> None:
        drawn = _as_lines(np.asarray(lines, dtype=object))
        west, south, east, north = shapely.total_bounds(drawn)
        self.plane = Plane(((west + east) / 2, (south + north) / 2))
        self._tree = shapely.STRtree(_cut_short(shapely.transform(drawn, self.plane.to_xy)))

    def distances_m(self, places_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """
        Measure how far places are from the nearest line.

        Parameters
        ----------
        places_m
            Metres on `plane`, float64[n, 2].

        Returns
        -------
        distances_m
            No more than `FAR_M`, float64[n].
        """
        (found, _), distances = self._tree.query_nearest(
            shapely.points(places_m), max_distance=FAR_M, return_distance=True, all_matches=False
        )
        near = np.full(len(places_m), FAR_M)
        near[found] = distances
        return near


def guess_datum(
    features: Sequence[BaseGeometry], known: KnownLines, *, seed: int = 0
) -> DatumGuess:
    """
    Guess the datum of a layer that doesn't say, or says it wrongly.

    Parameters
    ----------
    features
        Points, lines or polygons in degrees of that datum; polygons count by their borders.
    known
        Lines on or along which they should lie.
    seed
        Draws the places looked at and where else the layer is laid down.

    Returns
    -------
    guess
        Undecided for fewer than five features, and where none lies strikingly well.

    Raises
    ------
    BadValue
        A position is no longitude and latitude.
    """
    generator = np.random.default_rng(seed)
    places = _places(features, generator)
    if len(features) < FEWEST_FEATURES:
        return DatumGuess(None, Sureness.UNDECIDED, 0.0, len(features), ())
    read = {datum: to_wgs84(places, datum) for datum in TRIED}
    elsewhere = _elsewhere_m(known, read["gcj02"], generator)
    hypotheses = sorted(
        (_judged(datum, known, at, elsewhere) for datum, at in read.items()),
        key=lambda one: -one.stands_out,
    )
    sureness = _sureness(hypotheses)
    likely = None if sureness is Sureness.UNDECIDED else hypotheses[0].datum
    shift_m = 0.0 if likely is None else shift_m_of(places, likely)
    return DatumGuess(likely, sureness, shift_m, len(features), tuple(hypotheses))


def shift_m_of(places: LonLat, datum: str, own: str = "wgs84") -> float:
    """
    Tell how far positions move when they are read as one datum and not as another.

    Parameters
    ----------
    places
        Degrees, float64[n, 2].
    datum, own
        As `parse_crs` understands it: what they are read as, and what they were read as before.

    Returns
    -------
    shift_m
        The median of them.
    """
    plane = Plane((float(np.median(places[:, 0])), float(np.median(places[:, 1]))))
    moved = plane.to_xy(to_wgs84(places, datum)) - plane.to_xy(to_wgs84(places, own))
    return float(np.median(np.hypot(*moved.T)))


def _judged(
    datum: str, known: KnownLines, at: LonLat, elsewhere_m: NDArray[np.float64]
) -> Hypothesis:
    """Hold a layer, read under a datum, against itself laid down elsewhere."""
    distance_m = float(known.distances_m(known.plane.to_xy(at)).mean())
    usual_m = float(np.median(elsewhere_m))
    # One of the places elsewhere may be where the layer belongs: the median doesn't mind.
    spread_m = 1.4826 * float(np.median(np.abs(elsewhere_m - usual_m)))
    return Hypothesis(datum, distance_m, (usual_m - distance_m) / max(spread_m, 1e-9))


def _elsewhere_m(
    known: KnownLines, middle: LonLat, generator: np.random.Generator
) -> NDArray[np.float64]:
    """Lay the layer down round about; how near the lines it lies there, float64[ELSEWHERE]."""
    angles = generator.uniform(0.0, 2 * np.pi, ELSEWHERE)
    away_m = generator.uniform(*ELSEWHERE_M, ELSEWHERE)
    offsets = np.stack([np.cos(angles), np.sin(angles)], axis=1) * away_m[:, None]
    places = known.plane.to_xy(middle)[None] + offsets[:, None]
    near = known.distances_m(places.reshape(-1, 2)).reshape(ELSEWHERE, -1)
    mean_m: NDArray[np.float64] = near.mean(axis=1)
    return mean_m


def _sureness(hypotheses: Sequence[Hypothesis]) -> Sureness:
    """Sure is what stands out, and leads."""
    best, second = hypotheses[0].stands_out, hypotheses[1].stands_out
    if best >= STANDS_OUT_CLEARLY and best - second >= LEADS_CLEARLY:
        return Sureness.HIGH
    if best >= STANDS_OUT and best - second >= LEADS:
        return Sureness.FAIR
    return Sureness.UNDECIDED


def _places(features: Sequence[BaseGeometry], generator: np.random.Generator) -> LonLat:
    """Draw places on features, evenly over them, float64[≤ MOST_PLACES, 2]."""
    drawn = _as_lines(np.asarray(features, dtype=object))
    drawn = drawn[generator.permutation(len(drawn))[:MOST_PLACES]]
    times = max(1, MOST_PLACES // (4 * max(1, len(drawn))))
    places = [_on(drawn, generator) for _ in range(times)]
    return np.concatenate(places) if places else np.empty((0, 2))


def _on(drawn: NDArray[np.object_], generator: np.random.Generator) -> LonLat:
    """One place on each: a point itself, or somewhere along a line."""
    is_line = shapely.get_dimensions(drawn) == 1
    along = shapely.line_interpolate_point(
        drawn[is_line], generator.random(int(is_line.sum())), normalized=True
    )
    points = drawn.copy()
    points[is_line] = along
    return shapely.get_coordinates(points)


def _cut_short(lines: NDArray[np.object_]) -> NDArray[np.object_]:
    """Cut long lines up: to the nearest of short ones a tree leads ten times sooner."""
    long = shapely.get_num_coordinates(lines) > MOST_CORNERS
    pieces = []
    for line in lines[long]:
        corners = shapely.get_coordinates(line)
        starts = range(0, len(corners) - 1, MOST_CORNERS - 1)
        pieces += [shapely.linestrings(corners[at : at + MOST_CORNERS]) for at in starts]
    return np.concatenate([lines[~long], np.array(pieces, dtype=object)])


def _as_lines(geometries: NDArray[np.object_]) -> NDArray[np.object_]:
    """Take multiparts apart and polygons by their borders; empty ones are dropped."""
    parts = shapely.get_parts(shapely.force_2d(geometries))
    is_polygon = shapely.get_dimensions(parts) == 2
    borders = shapely.get_parts(shapely.boundary(parts[is_polygon]))
    lines: NDArray[np.object_] = np.concatenate([parts[~is_polygon], borders])
    return lines[~shapely.is_empty(lines)]
