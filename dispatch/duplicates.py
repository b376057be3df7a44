"""
Duplicates: reports nearby that may be of the same thing, by place, time and matter.

How near and how recent is data.  What is found is said as kind, distance and age; whether it is the
same thing a person says.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from functools import cache
from importlib.resources import files

from dispatch.incident import Incident, IncidentKind
from dispatch.incident_state import ENDED
from dispatch.matter import Matter
from dispatch.toml_keys import is_number
from geo.errors import BadValue
from geo.plane import Plane


class Alike(StrEnum):
    """How the matters of two reports compare, the likest first."""

    SAME_MATTER = "same_matter"
    SAME_DOMAIN = "same_domain"
    UNNAMED = "unnamed"


@dataclass(frozen=True, slots=True)
class Near:
    """
    How near and how recent a report has to be.

    Attributes
    ----------
    radius_m
        Metres, straight.
    within_s
        Seconds since it came in.
    """

    radius_m: float
    within_s: float


@dataclass(frozen=True, slots=True)
class Shown:
    """
    How much is told.

    Attributes
    ----------
    most
        Reports shown at most.
    looked_at
        How many of the newest reports are looked at.
    rounded_to_m
        Distances are rounded up to a multiple of this.
    """

    most: int
    looked_at: int
    rounded_to_m: float


@dataclass(frozen=True, slots=True)
class DuplicateRule:
    """
    When a report may be of the same thing.

    Attributes
    ----------
    same_matter, same_domain, unnamed
        How near and how recent, by how the matters compare.
    shown
        How much is told.
    """

    same_matter: Near
    same_domain: Near
    unnamed: Near
    shown: Shown

    def near(self, alike: Alike) -> Near:
        """
        Look up what counts.

        Parameters
        ----------
        alike
            How the matters compare.

        Returns
        -------
        near
            How near and how recent.
        """
        return {
            Alike.SAME_MATTER: self.same_matter,
            Alike.SAME_DOMAIN: self.same_domain,
            Alike.UNNAMED: self.unnamed,
        }[alike]


@dataclass(frozen=True, slots=True)
class Duplicate:
    """
    A report that may be of the same thing.

    Attributes
    ----------
    incident
        The incident.
    alike
        How the matters compare.
    distance_m
        Metres away, rounded up as the rule says.
    age_s
        Seconds since it came in.
    """

    incident: Incident
    alike: Alike
    distance_m: float
    age_s: float


def find_duplicates(  # noqa: PLR0913 -- among which, of what, when, by which rule, as keywords
    among: Iterable[Incident],
    *,
    lon_lat: tuple[float, float],
    matters: Collection[str],
    known: Mapping[str, Matter],
    now: datetime,
    rule: DuplicateRule,
) -> tuple[Duplicate, ...]:
    """
    Find reports that may be of the same thing.

    Parameters
    ----------
    among
        Incidents on record; visits that were planned and cases that have ended are none.
    lon_lat
        Where something is reported, WGS-84 degrees.
    matters
        Codes of its matters; empty while nobody has named one.
    known
        The list of powers, by code.
    now
        The present, with offset.
    rule
        What counts.

    Returns
    -------
    duplicates
        The likest first, then the nearest, then the newest.
    """
    plane, wanted = Plane(lon_lat), frozenset(matters)
    domains = _domains(wanted, known)
    found = []
    for incident in among:
        alike = _compare(incident, wanted, domains, known)
        if alike is None or incident.kind != IncidentKind.REPORT or incident.state in ENDED:
            continue
        near = rule.near(alike)
        away_m = math.hypot(*plane.point(incident.lon_lat))
        age_s = (now - incident.reported_at).total_seconds()
        if away_m <= near.radius_m and age_s <= near.within_s:
            found.append((alike, away_m, Duplicate(incident, alike, away_m, max(0.0, age_s))))
    order = list(Alike)
    found.sort(key=lambda one: (order.index(one[0]), one[1], one[2].age_s, one[2].incident.id))
    return tuple(_rounded(one, rule.shown) for *_, one in found[: rule.shown.most])


@cache
def standard_rule() -> DuplicateRule:
    """
    Read the rule that comes with the program.

    Returns
    -------
    rule
        What counts.
    """
    return read_rule(files("dispatch").joinpath("duplicates.toml").read_text("utf-8"))


def read_rule(text: str) -> DuplicateRule:
    """
    Read a rule for duplicates.

    Parameters
    ----------
    text
        TOML with a table for each attribute of `DuplicateRule`.

    Returns
    -------
    rule
        What counts.

    Raises
    ------
    BadValue
        It is no TOML, or a figure is missing or makes no sense.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadValue(f"The rule for duplicates is no TOML: {error}.") from error
    near = {alike: Near(**_figures(data, alike.value, Near)) for alike in Alike}
    shown = _figures(data, "shown", Shown)
    return DuplicateRule(
        same_matter=near[Alike.SAME_MATTER],
        same_domain=near[Alike.SAME_DOMAIN],
        unnamed=near[Alike.UNNAMED],
        shown=Shown(int(shown["most"]), int(shown["looked_at"]), shown["rounded_to_m"]),
    )


def _figures(data: Mapping[str, object], table: str, of: type[Near | Shown]) -> dict[str, float]:
    """Read the figures of one table, none of them missing and all above nothing."""
    given = data.get(table)
    figures = given if isinstance(given, dict) else {}
    wanted = [field.name for field in fields(of)]
    for name in wanted:
        value = figures.get(name, 0)
        if not is_number(value) or value <= 0:
            raise BadValue(f"The rule for duplicates needs [{table}] {name} above 0.")
    return {name: float(figures[name]) for name in wanted}


def _compare(
    incident: Incident,
    wanted: frozenset[str],
    domains: frozenset[str],
    known: Mapping[str, Matter],
) -> Alike | None:
    """How the matters compare; None for matters of other domains."""
    if not wanted or not incident.matters:
        return Alike.UNNAMED
    if not wanted.isdisjoint(incident.matters):
        return Alike.SAME_MATTER
    same = not domains.isdisjoint(_domains(incident.matters, known))
    return Alike.SAME_DOMAIN if same else None


def _domains(matters: Iterable[str], known: Mapping[str, Matter]) -> frozenset[str]:
    """Domains of matters; those that are no longer in the list have none."""
    return frozenset(known[code].domain for code in matters if code in known)


def _rounded(found: Duplicate, shown: Shown) -> Duplicate:
    """The same with a distance that tells nobody where exactly somebody stood."""
    step = shown.rounded_to_m
    away_m = max(step, math.ceil(found.distance_m / step) * step)
    return Duplicate(found.incident, found.alike, away_m, found.age_s)
