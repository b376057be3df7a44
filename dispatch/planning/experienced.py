"""Experienced coverage: what a simulation of a plan found, to stand beside what was computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dispatch.planning.publish_gate import ZoneShare
from geo.errors import BadValue

EVERYWHERE = ""
"""Name of the whole city among shares of zones."""


@dataclass(frozen=True, slots=True)
class Experienced:
    """
    Shares of incidents that were reached in time in simulated years.

    Attributes
    ----------
    plan
        Digest of the plan that was simulated.
    whole
        Of the whole city, with confidence limits.
    zones
        Of each zone that had incidents.
    by_hour
        Share in each hour of the day that had any, by hour 0 to 23.
    """

    plan: str
    whole: ZoneShare
    zones: tuple[ZoneShare, ...]
    by_hour: Mapping[int, float]


def experienced_of(report: Mapping[str, Any], plan: str) -> Experienced:
    """
    Read experienced coverage off the report of a simulated year.

    Parameters
    ----------
    report
        As `dispatch.planning.simulation.year_report.report_year` draws it up.
    plan
        Digest of the plan that was simulated.

    Returns
    -------
    experienced
        Grids in no zone count in the whole alone.

    Raises
    ------
    BadValue
        It is no such report, or nothing happened in it.
    """
    try:
        return Experienced(
            plan,
            _share(EVERYWHERE, report["in_time"]),
            tuple(_share(row["name"], row["in_time"]) for row in report["by_zone"] if row["name"]),
            {int(row["name"]): float(row["in_time"]["value"]) for row in report["by_hour"]},
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BadValue(
            "This is no report of a simulated year: it needs in_time, by_zone and by_hour, each "
            "with value, low and high."
        ) from error


def _share(zone: str, in_time: Mapping[str, Any]) -> ZoneShare:
    """A share with its limits."""
    return ZoneShare(zone, float(in_time["value"]), float(in_time["low"]), float(in_time["high"]))
