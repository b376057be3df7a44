"""What every plan is drawn on: unit grids and their neighbours, and the plan that is published."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock

from dispatch.city import City
from dispatch.planning.grid_graph import GridGraph, grid_graph
from dispatch.planning.plan_content import PlanContent
from dispatch.planning.zone_plan import published_plan


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """
    What plans of one version of the city are drawn on.

    Attributes
    ----------
    city
        The city.
    graph
        Its unit grids and their neighbours.
    published
        The plan that is published.
    """

    city: City
    graph: GridGraph
    published: PlanContent


@dataclass(slots=True, eq=False)
class PlanningNow:
    """Keeps the ground of the version of the city that was asked for last."""

    _ground: Ground | None = None
    _making: Lock = field(default_factory=Lock)

    def ground(self, city: City) -> Ground:
        """
        Give the ground of a city.

        Parameters
        ----------
        city
            The city.

        Returns
        -------
        ground
            Laid out when a version is first asked for.

        Raises
        ------
        BadValue
            The city has no unit grids.
        """
        with self._making:
            if self._ground is None or self._ground.city.version != city.version:
                graph = grid_graph(city.grids, city.areas)
                self._ground = Ground(city, graph, PlanContent(published_plan(city, graph)))
            return self._ground
