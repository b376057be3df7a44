"""Use cases of GIS staff: what is published, layers held against it, and published together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from dispatch.city import City
from dispatch.incident_state import ENDED, State
from dispatch.layer.check import CheckedLayer, check_together
from dispatch.layer.closure_findings import new_closures
from dispatch.layer.kind import KindName
from dispatch.layer.published import Published, contents_after
from dispatch.layer.reference_findings import new_findings
from dispatch.layer.road_build import build_roads
from dispatch.layer.rows import LayerRows
from dispatch.store.accounts import give_areas
from dispatch.store.cities import city_in, read_city
from dispatch.store.city_contents import CityContents
from dispatch.store.city_founding import found_city
from dispatch.store.city_versions import CityVersion, Publishing, latest_version, publish_values
from dispatch.store.closures import ClosureRecord, add_closure, closures_at
from dispatch.store.duty import read_duty
from dispatch.store.duty_tables import CALENDARS, ROSTERS
from dispatch.store.engine import Store
from dispatch.store.incidents import list_incidents
from dispatch.store.layer_drafts import get_draft, note_published, read_draft_rows
from dispatch.store.ledger import take_turn
from dispatch.store.road_folders import keep_roads
from dispatch.store.table_content import take_content
from geo.errors import BadValue, FlawedData
from geo.finding import Finding, blocks
from geo.road.closure import Closure
from geo.road.network import RoadNetwork
from geo.road.road_class import Mode

MOST_INCIDENTS = 20_000
"""Open incidents that are looked at; the newest, where there are more."""


def read_published(store: Store, *, now: datetime) -> Published:
    """
    Read what is published.

    Parameters
    ----------
    store
        The store of the city.
    now
        The present, with offset.

    Returns
    -------
    published
        The city, its rosters and calendars, and where its open incidents are.

    Raises
    ------
    UnreadableFile
        No city has been loaded.
    """
    city = read_city(store, or_by_air=True, or_none_yet=True)
    with store.reading() as session:
        return published_in(session, city, now=now)


def published_in(session: Session, city: City, *, now: datetime) -> Published:
    """
    Read what is published beside a city that is read already.

    Parameters
    ----------
    session
        A session.
    city
        The city.
    now
        The present, with offset.

    Returns
    -------
    published
        The city, its rosters and calendars, and where its open incidents are.
    """
    still_open = [state for state in State if state not in ENDED]
    incidents = list_incidents(session, states=still_open, limit=MOST_INCIDENTS)
    places = {str(incident.id): incident.lon_lat for incident in incidents}
    return Published(
        city, read_duty(session, now=now), places, closures=closures_at(session, now), now=now
    )


@dataclass(frozen=True, slots=True, eq=False)
class DrawnUp:
    """
    What a set of drafts would make of the city.

    Attributes
    ----------
    checked
        What was found of each draft: no errors.
    values
        What each table that would change would hold, by its name.
    closures
        Closures that would be entered.
    networks
        Road networks that would be published, by mode.
    basis
        What it was drawn up from, as `_basis` has it.
    """

    checked: tuple[CheckedLayer, ...]
    values: Mapping[str, Sequence[Any]]
    closures: tuple[Closure, ...]
    networks: Mapping[Mode, RoadNetwork]
    basis: Sequence[object]


@dataclass(frozen=True, slots=True, eq=False)
class PublishedSet:
    """
    What was published.

    Attributes
    ----------
    version
        The new version.
    checked
        What was found of each draft: no errors.
    closures
        Closures that were entered with it; they are no part of the version, and stay when it goes.
    """

    version: CityVersion
    checked: tuple[CheckedLayer, ...]
    closures: tuple[ClosureRecord, ...]


def publish_drafts(
    session: Session, city: City, publishing: Publishing, drawn: DrawnUp | None = None
) -> PublishedSet:
    """
    Publish drafts that belong together as one version of the city, all of them or none.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    city
        The city as it was read; its road engines are used, its tables are read anew.
    publishing
        Which drafts, who, when and why.
    drawn
        What `draw_up` made of the same drafts while others could still write; where anything that
        it rests on has changed since, they are drawn up anew.

    Returns
    -------
    published
        The new version, and what came with it.

    Raises
    ------
    BadValue
        No draft is named, or two are of one kind.
    UnknownName, Conflict
        There is no such draft, or it was dropped.
    FlawedData
        An error stands against one of them; it holds every finding of all.
    Conflict
        Officers are left out of whom one is bound to an incident.
    """
    take_turn(session)
    if drawn is None or drawn.basis != _basis(session, publishing):
        drawn = draw_up(session, city, publishing)
    for network in drawn.networks.values():
        keep_roads(session, network)
    roads = {mode: network.version for mode, network in drawn.networks.items()}
    version = publish_values(session, drawn.values, publishing, roads)
    now, by = publishing.now, publishing.by
    if found_city(session, drawn.values.get("areas", ()), now=now):
        give_areas(session, city_in(session, {}).roots, now=now)
    closures = [add_closure(session, one, now=now, by=by) for one in drawn.closures]
    note_published(session, publishing.drafts)
    return PublishedSet(version, drawn.checked, tuple(closures))


def draw_up(session: Session, city: City, publishing: Publishing) -> DrawnUp:
    """
    Find out what drafts would change, without changing anything.

    Parameters
    ----------
    session
        A session.
    city
        The city as it was read; its road engines are used, its tables are read anew.
    publishing
        Which drafts, who, when and why.

    Returns
    -------
    drawn
        What would be published.

    Raises
    ------
    BadValue, UnknownName, Conflict, FlawedData
        As of `publish_drafts`.
    """
    layers = [read_draft_rows(session, number) for number in publishing.drafts]
    _require_set(layers)
    city = city_in(session, city.travel_times)  # another process may have published since
    published = published_in(session, city, now=publishing.now)
    checked = check_together(layers, published)
    _refuse_flaws([finding for one in checked for finding in one.findings])
    made = {one.rows.kind.name: list(one.values.values()) for one in checked}
    after = contents_after(published, made)
    networks = {}
    for one in checked:
        if one.rows.kind.name is KindName.ROADS:
            networks = build_roads(one, city.travel_times or FIRST_MODES)
            after = replace(after, networks=networks)
    before = published.contents
    _refuse_flaws(new_findings(before, after))
    values = {
        table: value_of(after)
        for table, value_of in VALUES.items()
        if value_of(after) != value_of(before)
    }
    closures = new_closures(made.get(KindName.CLOSURES, []), published)
    return DrawnUp(tuple(checked), values, closures, networks, _basis(session, publishing))


FIRST_MODES = tuple(Mode)
"""Modes that the first roads of a city are built for: its crews are published after them."""

VALUES: Mapping[str, Callable[[CityContents], Sequence[Any]]] = {
    "areas": lambda contents: contents.areas,
    "zones": lambda contents: contents.zones,
    "domains": lambda contents: contents.domains,
    "grids": lambda contents: contents.grids,
    "units": lambda contents: contents.units,
    "officers": lambda contents: [posted.officer for posted in contents.officers],
    "matters": lambda contents: contents.matters,
    "authority": lambda contents: contents.authority,
    "no_fly": lambda contents: contents.no_fly,
    "demand": lambda contents: contents.demand,
    "places": lambda contents: contents.places,
    "rosters": lambda contents: contents.duty.shifts,
    "calendars": lambda contents: contents.duty.calendar,
}
"""What each table of the city is written from."""


def _basis(session: Session, publishing: Publishing) -> Sequence[object]:
    """All that decides what a set of drafts makes of the city, but who is at work."""
    drafts = [get_draft(session, number) for number in publishing.drafts]
    latest = latest_version(session)
    return [
        *((draft.id, draft.version, draft.state) for draft in drafts),
        None if latest is None else latest.number,
        *(one.id for one in closures_at(session, publishing.now)),
        *(take_content(session, table) for table in (ROSTERS, CALENDARS)),
    ]


def _refuse_flaws(findings: Sequence[Finding]) -> None:
    """Refuse to publish what an error stands against."""
    if blocks(findings):
        raise FlawedData(
            f"{len(findings)} finding(s) stand against these drafts, errors among them; nothing "
            "was published.",
            findings,
        )


def _require_set(layers: Sequence[LayerRows]) -> None:
    """Refuse what can't be published together."""
    kinds = [rows.kind.name for rows in layers]
    if not kinds:
        raise BadValue("Name the drafts that are to be published together.")
    twice = [kind for kind in set(kinds) if kinds.count(kind) > 1]
    if twice:
        raise BadValue(f"Two of these drafts are {twice[0]}; a version of the city has one.")
