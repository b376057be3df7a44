"""What plans are drawn on at the command line: the city of a store, or a layer of unit grids."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from api.layer_reading import read_layer_file
from api.settings import store_url
from dispatch.city import City
from dispatch.incident_state import ENDED
from dispatch.layer.check import check_file
from dispatch.layer.kind import KindName
from dispatch.layer.kinds import KINDS
from dispatch.layer.rows import LayerRows, SaidOfLayer, read_rows
from dispatch.planning.grid_ground import GridGround, grid_ground
from dispatch.planning.zone_plan import ZonePlan, published_plan, read_plan
from dispatch.store.cities import read_city
from dispatch.store.engine import open_store
from dispatch.store.incidents import list_incidents
from geo.errors import FlawedData
from geo.finding import Severity
from geo.zone import UnitGrid

GridsOption = Annotated[
    Path | None,
    typer.Option("--grids", help="Layer of unit grids, any format, in the place of a store."),
]
PlanOption = Annotated[
    Path | None, typer.Option("--plan", help="CSV grid,zone to begin with; the published one.")
]


@dataclass(frozen=True, slots=True, eq=False)
class PlanCity:
    """
    What plans are drawn on.

    Attributes
    ----------
    ground
        Unit grids with their shapes.
    grids
        The same as values.
    published
        The plan in force: the zones that the grids name.
    city
        The city; None where only a layer of grids is given.
    """

    ground: GridGround
    grids: tuple[UnitGrid, ...]
    published: ZonePlan
    city: City | None = None

    def plan(self, path: Path | None) -> ZonePlan:
        """
        Read a plan.

        Parameters
        ----------
        path
            Its file; None for the plan in force.

        Returns
        -------
        plan
            Over the unit grids.
        """
        return self.published if path is None else read_plan(path, self.ground.graph)

    @property
    def brigades(self) -> dict[str, str]:
        """Brigade of each zone that has one."""
        zones = () if self.city is None else self.city.zones
        return {zone.code: zone.brigade for zone in zones if zone.brigade is not None}


def read_plan_city(store: str | None, grids: Path | None) -> PlanCity:
    """
    Read what plans are drawn on.

    Parameters
    ----------
    store
        URL of a store; None for the usual one.
    grids
        A layer of unit grids, which is read instead.

    Returns
    -------
    city
        Grids, neighbours, the plan in force.

    Raises
    ------
    FlawedData
        The layer has errors.
    """
    if grids is None:
        with closing(open_store(store_url(store))) as opened:
            city = read_city(opened)
        ground = grid_ground(city.grids, city.areas)
        return PlanCity(ground, city.grids, published_plan(city, ground.graph), city)
    checked = check_file(read_layer(grids, KindName.GRIDS, SaidOfLayer()))
    errors = [one for one in checked.findings if one.severity is Severity.ERROR]
    if errors:
        raise FlawedData(f"The unit grids {grids} have {len(errors)} error(s).", errors)
    values = tuple(checked.values.values())
    ground = grid_ground(values)
    zone_of = {grid.code: grid.zone for grid in values}
    codes = ground.graph.codes
    return PlanCity(ground, values, ZonePlan.of(codes, [zone_of[code] for code in codes]))


def read_layer(
    path: Path, kind: KindName, said: SaidOfLayer, layer: str | None = None
) -> LayerRows:
    """
    Read a layer file as rows of a kind.

    Parameters
    ----------
    path
        The file.
    kind
        What its rows are.
    said
        What is said of its columns and coordinate system.
    layer
        Which layer, where the file has several.

    Returns
    -------
    rows
        Not judged yet.
    """
    table, note = read_layer_file(path, layer=layer)
    return read_rows(KINDS[kind], path.name, table, note, said)


def open_incidents(store: str | None, city: City) -> Mapping[str, tuple[str, ...]]:
    """
    Place the incidents that are open on unit grids.

    Parameters
    ----------
    store
        URL of the store; None for the usual one.
    city
        Its city.

    Returns
    -------
    incidents
        Their ids by code of the grid; those outside every grid are left out.
    """
    with closing(open_store(store_url(store))) as opened, opened.reading() as session:
        found = [one for one in list_incidents(session, limit=None) if one.state not in ENDED]
    placed: dict[str, list[str]] = {}
    for incident in found:
        grid = city.place_index.locate(incident.lon_lat).grid
        if grid is not None:
            placed.setdefault(grid.code, []).append(str(incident.id))
    return {code: tuple(ids) for code, ids in placed.items()}
