"""Base (驻地): a building from which units set out, and to which they return."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Base:
    """
    A base.

    Attributes
    ----------
    code
        Its code, unique in the city.
    name, name_en
        Its names; the English one may be empty.
    lon_lat
        Where it is, WGS-84 degrees.
    units
        Codes of the units that set out from it.
    """

    code: str
    name: str
    lon_lat: tuple[float, float]
    units: tuple[str, ...] = ()
    name_en: str = ""
