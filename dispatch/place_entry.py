"""Entries of the gazetteer (地名地址), and places where demand is stated."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlaceEntry:
    """
    A place or address by which people say where they are.

    Attributes
    ----------
    code
        Its code, unique in the gazetteer; several places may have one name.
    name
        What it is called.
    lon_lat
        Where it is, WGS-84 degrees.
    address
        In full, if it is known.
    kind
        What it is: a school, a market; in the words of the source.
    also
        What else people call it.
    name_en
        What it is called in English, or in pinyin.
    """

    code: str
    name: str
    lon_lat: tuple[float, float]
    address: str = ""
    kind: str = ""
    also: tuple[str, ...] = ()
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class StatedDemand:
    """
    A place at which so much demand is stated: people, visits, or incidents of a year.

    Attributes
    ----------
    id
        Its number.
    lon_lat
        Where it is, WGS-84 degrees.
    weight
        How much, in whatever the whole layer counts.
    """

    id: str
    lon_lat: tuple[float, float]
    weight: float
