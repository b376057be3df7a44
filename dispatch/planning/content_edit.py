"""Edits of what a plan says: by `plan_edit`, of locks, and of the terms of zones."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from dispatch.planning.contiguity import in_pieces, repair, zone_pieces
from dispatch.planning.edit_refused import EditRefused
from dispatch.planning.edit_script import Lock
from dispatch.planning.grid_ground import GridGround
from dispatch.planning.plan_content import PlanContent
from dispatch.planning.plan_edit import Edit, Edited, edit_plan
from dispatch.planning.plan_layers import ZoneTerms
from dispatch.planning.zone_plan import ZonePlan
from geo.errors import BadValue, UnknownName

MOST_NAMED = 5
"""Grids that a sentence names."""


def edited(
    content: PlanContent, ground: GridGround, edit: Edit, *, repaired: bool = False
) -> PlanContent:
    """
    Edit a plan.

    Parameters
    ----------
    content
        What the plan says.
    ground
        Unit grids.
    edit
        What is done to it.
    repaired
        Whether a repair that is offered is taken.

    Returns
    -------
    content
        What it says then.

    Raises
    ------
    EditRefused
        A lock would be broken, a zone be in pieces, or a line goes nowhere.
    UnknownName, BadValue
        What is named does not exist.
    """
    return _taken(content, edit_plan(ground, content.plan, edit, content.locks), repaired=repaired)


def with_zones(
    content: PlanContent,
    ground: GridGround,
    zone_of: Mapping[str, str | None],
    *,
    repaired: bool = False,
) -> PlanContent:
    """
    Put unit grids into zones; a zone that is not there yet appears.

    Parameters
    ----------
    content
        What the plan says.
    ground
        Unit grids.
    zone_of
        Code of the zone of some unit grids, None for no zone.
    repaired
        Whether a repair that is offered is taken.

    Returns
    -------
    content
        Zones that have no grid any more are gone.

    Raises
    ------
    UnknownName
        There is no such unit grid.
    EditRefused
        A lock would be broken, or a zone be in pieces that is not now.
    """
    require_grids(content, zone_of)
    before, graph = content.plan, ground.graph
    rows = zip(before.grids, before.zone_codes, strict=True)
    after = ZonePlan.of(before.grids, [zone_of.get(grid, zone) for grid, zone in rows])
    refused = content.locks.refusals(before, after)
    already = {stray for one in zone_pieces(graph, before) for stray in one.stray}
    broken = tuple(
        in_pieces(after, one.zone, stray)
        for one in zone_pieces(graph, after)
        for stray in one.stray
        if stray not in already
    )
    offered = None
    if broken and not refused:
        offered = repair(graph, after, content.locks, against=before)
    return _taken(content, Edited(before, after, refused, broken, offered), repaired=repaired)


def _taken(content: PlanContent, come_of_it: Edited, *, repaired: bool) -> PlanContent:
    plan = come_of_it.taken(repaired=repaired)
    if plan is None:
        raise EditRefused(come_of_it)
    return replace(content, plan=plan)


def with_locks(content: PlanContent, ground: GridGround, locks: Iterable[Lock]) -> PlanContent:
    """
    Put locks on a plan, or take them off.

    Parameters
    ----------
    content
        What the plan says.
    ground
        Unit grids.
    locks
        One after the other.

    Returns
    -------
    content
        With other locks.

    Raises
    ------
    UnknownName
        There is no such unit grid, or no such zone.
    """
    changed = content.locks
    for lock in locks:
        if lock.field == "zones":
            content.plan.zone_row(str(lock.what))
        else:
            for code in (lock.what,) if isinstance(lock.what, str) else lock.what:
                ground.graph.row(code)
        changed = lock.change(changed)
    return replace(content, locks=changed)


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
