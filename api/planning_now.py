"""What every plan is drawn on: unit grids and their neighbours, and the plan that is published."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock

from api.plan_drags import PlanDrags
from api.plan_question import PlanQuestion
from dispatch.city import City
from dispatch.planning.grid_ground import GridGround, grid_ground
from dispatch.planning.plan_content import PlanContent
from dispatch.planning.plan_ground import PlanGround, plan_ground
from dispatch.planning.plan_setting import PlanSetting
from dispatch.planning.zone_plan import published_plan


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """
    What plans of one version of the city are drawn on.

    Attributes
    ----------
    city
        The city.
    grids
        Its unit grids with their neighbours and shapes.
    published
        The plan that is published.
    """

    city: City
    grids: GridGround
    published: PlanContent


@dataclass(frozen=True, slots=True, eq=False)
class Measure:
    """
    What plans of one version of the city are evaluated by.

    Attributes
    ----------
    setting
        Travel times, demand, crews.
    ground
        The same laid out for evaluating one plan after another.
    """

    setting: PlanSetting
    ground: PlanGround


@dataclass(slots=True, eq=False)
class PlanningNow:
    """
    Keeps ground and measure of the version of the city that was asked for last.

    Attributes
    ----------
    drags
        The drafts that were scored on it.
    """

    drags: PlanDrags = field(default_factory=PlanDrags)
    _ground: Ground | None = None
    _measure: Measure | None = None
    _making: Lock = field(default_factory=Lock)
    _measuring: Lock = field(default_factory=Lock)

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
                grids = grid_ground(city.grids, city.areas)
                published = PlanContent(published_plan(city, grids.graph))
                self._ground = Ground(city, grids, published)
            return self._ground

    def measure(self, city: City, store: str) -> Measure:
        """
        Give what plans of a city are evaluated by.

        Parameters
        ----------
        city
            The city.
        store
            URL of its store.

        Returns
        -------
        measure
            Read when a version is first asked for, which takes seconds; travel times are kept
            beside the store, so that they take none the next time.

        Raises
        ------
        BadValue
            Nothing tells how many incidents there are, or no crew has a base.
        """
        with self._measuring:
            if self._measure is None or self._measure.setting.city.version != city.version:
                setting = PlanQuestion(store).setting(_nobody)
                self._measure = Measure(setting, plan_ground(setting))
            return self._measure


def _nobody(what: str, share: float) -> None:
    """Tell nobody how far it is."""
