"""Plane: metres east and north of a place, for questions that a city is small enough for."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from geo.road.snap import METRES_PER_DEGREE


@dataclass(frozen=True, slots=True)
class Plane:
    """
    A local plane: every degree is as long as it is at the centre.

    Lengths are out by a thousandth ten kilometres north or south of the centre at the latitude
    of Beijing, and by less nearer the equator.

    Attributes
    ----------
    centre
        Where it touches the Earth, WGS-84 degrees.
    """

    centre: tuple[float, float]
    _scale: tuple[float, float] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Work out how many metres a degree of longitude and of latitude has."""
        squeeze = math.cos(math.radians(self.centre[1]))
        object.__setattr__(self, "_scale", (METRES_PER_DEGREE * squeeze, METRES_PER_DEGREE))

    def point(self, lon_lat: tuple[float, float]) -> tuple[float, float]:
        """
        Turn one place into metres; quicker than an array of one.

        Parameters
        ----------
        lon_lat
            WGS-84 degrees.

        Returns
        -------
        xy_m
            Metres east and north of the centre.
        """
        east, north = self._scale
        return (lon_lat[0] - self.centre[0]) * east, (lon_lat[1] - self.centre[1]) * north

    def to_xy(self, lon_lat: NDArray[np.float64]) -> NDArray[np.float64]:
        """
        Turn degrees into metres.

        Parameters
        ----------
        lon_lat
            WGS-84 degrees, float64[..., 2].

        Returns
        -------
        xy_m
            Metres east and north of the centre, of the same shape.
        """
        xy_m: NDArray[np.float64] = (lon_lat - np.array(self.centre)) * np.array(self._scale)
        return xy_m

    def to_lon_lat(self, xy_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """
        Turn metres into degrees.

        Parameters
        ----------
        xy_m
            Metres east and north of the centre, float64[..., 2].

        Returns
        -------
        lon_lat
            WGS-84 degrees, of the same shape.
        """
        lon_lat: NDArray[np.float64] = xy_m / np.array(self._scale) + np.array(self.centre)
        return lon_lat
