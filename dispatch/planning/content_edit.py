"""Edits of what a plan says: grids into a zone, zones into one, locks, terms; each another plan."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from dispatch.planning.plan_content import PlanContent
from dispatch.planning.plan_layers import ZoneTerms
from dispatch.planning.zone_plan import ZonePlan
from geo.errors import BadValue, Conflict, UnknownName

MOST_NAMED = 5
"""Grids that a sentence names."""


def with_zones(content: PlanContent, zone_of: Mapping[str, str | None]) -> PlanContent:
    """
    Put unit grids into zones.

    Parameters
    ----------
    content
        What the plan says.
    zone_of
        Code of the zone of some unit grids, None for no zone; a zone that is not there yet appears.

    Returns
    -------
    content
        Zones that have no grid any more are gone.

    Raises
    ------
    UnknownName
        There is no such unit grid.
    Conflict
        One of them is locked and would be moved.
    """
    require_grids(content, zone_of)
    rows = zip(content.plan.grids, content.plan.zone_codes, strict=True)
    held = sorted(
        grid for grid, zone in rows if grid in content.locked and zone_of.get(grid, zone) != zone
    )
    if held:
        raise Conflict(f"{_named(held)} is locked and stays where it is; unlock it first.")
    zones = [
        zone_of.get(grid, zone)
        for grid, zone in zip(content.plan.grids, content.plan.zone_codes, strict=True)
    ]
    return replace(content, plan=ZonePlan.of(content.plan.grids, zones))


def merged(content: PlanContent, zones: Collection[str], into: str) -> PlanContent:
    """
    Make one zone of several.

    Parameters
    ----------
    content
        What the plan says.
    zones
        Codes of zones.
    into
        Code of the zone that they become.

    Returns
    -------
    content
        With that zone in the place of all of them.

    Raises
    ------
    UnknownName
        There is no such zone.
    Conflict
        A grid of theirs is locked.
    """
    gone = {content.plan.zones[content.plan.zone_row(zone)] for zone in zones}
    rows = zip(content.plan.grids, content.plan.zone_codes, strict=True)
    return with_zones(content, {grid: into for grid, zone in rows if zone in gone})


def with_locks(content: PlanContent, grids: Collection[str], *, locked: bool) -> PlanContent:
    """
    Lock unit grids where they are, or unlock them.

    Parameters
    ----------
    content
        What the plan says.
    grids
        Their codes.
    locked
        Whether they are locked.

    Returns
    -------
    content
        With other locks.

    Raises
    ------
    UnknownName
        There is no such unit grid.
    """
    require_grids(content, grids)
    held = content.locked | set(grids) if locked else content.locked - set(grids)
    return replace(content, locked=frozenset(held))


def with_terms(content: PlanContent, terms: Mapping[str, ZoneTerms]) -> PlanContent:
    """
    Say something of zones beside their grids.

    Parameters
    ----------
    content
        What the plan says.
    terms
        By code of the zone; what is None stays as it was said before.

    Returns
    -------
    content
        With other terms.

    Raises
    ------
    UnknownName
        The plan has no such zone.
    """
    for zone in terms:
        content.plan.zone_row(zone)
    said = {zone: _over(content.terms.get(zone, ZoneTerms()), one) for zone, one in terms.items()}
    return replace(content, terms={**content.terms, **said})


def content_of(
    published: PlanContent, zone_of: Mapping[str, str | None], terms: Mapping[str, ZoneTerms]
) -> PlanContent:
    """
    Make a plan of a table that names the zone of every unit grid.

    Parameters
    ----------
    published
        The plan that is published, which knows the unit grids.
    zone_of
        Code of the zone of each, None for no zone.
    terms
        What is said of zones, by code.

    Returns
    -------
    content
        The plan.

    Raises
    ------
    UnknownName
        There is no such unit grid, or no such zone.
    BadValue
        A unit grid is missing from the table.
    """
    require_grids(published, zone_of)
    missing = [grid for grid in published.plan.grids if grid not in zone_of]
    if missing:
        raise BadValue(
            f"The plan says nothing of {len(missing)} unit grid(s): {_named(missing)}. Each has a "
            "row; leave the zone empty for a grid in none."
        )
    plan = ZonePlan.of(published.plan.grids, [zone_of[grid] for grid in published.plan.grids])
    return with_terms(PlanContent(plan), terms)


def require_grids(content: PlanContent, grids: Collection[str]) -> None:
    """
    Refuse unit grids that a plan has not.

    Parameters
    ----------
    content
        What the plan says.
    grids
        Their codes.

    Raises
    ------
    UnknownName
        There is no such unit grid; the sentence names some.
    """
    strange = sorted(grid for grid in grids if grid not in content.plan.row_of)
    if strange:
        raise UnknownName(
            f"The city has no unit grid {_named(strange)}; it has {len(content.plan)} others."
        )


def _over(before: ZoneTerms, terms: ZoneTerms) -> ZoneTerms:
    """Terms with what was said before where nothing is said now."""
    return ZoneTerms(
        name=before.name if terms.name is None else terms.name,
        name_en=before.name_en if terms.name_en is None else terms.name_en,
        brigade=before.brigade if terms.brigade is None else terms.brigade,
        arrival_target_s=(
            before.arrival_target_s if terms.arrival_target_s is None else terms.arrival_target_s
        ),
    )


def _named(grids: Collection[str]) -> str:
    shown = ", ".join(list(grids)[:MOST_NAMED])
    return f"{shown} and {len(grids) - MOST_NAMED} more" if len(grids) > MOST_NAMED else shown
