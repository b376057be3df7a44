"""What every verb of planning asks of a store: the setting that its options make."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from api.clock import system_clock
from api.instant import read_instant
from api.progress import Report
from api.settings import home_folder, store_url
from dispatch.planning.demand_file import read_demand
from dispatch.planning.incident_history import IncidentHistory
from dispatch.planning.plan_setting import PlanSetting, SettingChoice, read_plan_setting
from dispatch.store.cities import read_city
from dispatch.store.engine import Store, open_store
from dispatch.store.history_file import read_history
from dispatch.store.past_incidents import read_past_incidents
from geo.errors import BadValue

PUBLISHED = "published"
"""What the plan in force is called."""


@dataclass(frozen=True, slots=True)
class PlanQuestion:
    """
    What was asked for.

    Attributes
    ----------
    store
        URL, or None for the usual one.
    at
        Instant, or None for now.
    demand, history
        Files in the place of what the store keeps, or None.
    per_year
        Incidents a year, or None for as many as there were.
    """

    store: str | None = None
    at: str | None = None
    demand: Path | None = None
    history: Path | None = None
    per_year: float | None = None

    def setting(self, report: Report) -> PlanSetting:
        """
        Read all that the question needs.

        Parameters
        ----------
        report
            Told how far it is.

        Returns
        -------
        setting
            Its travel table is kept beside the store, or in the home folder of a store on a
            server.

        Raises
        ------
        UnreadableFile
            The store holds no city, or its roads are gone.
        BadValue
            Nothing tells how many incidents there are.
        """
        if self.demand is not None and (self.history or self.per_year):
            raise BadValue("--demand says all of it; leave out --history and --incidents-per-year.")
        with closing(open_store(store_url(self.store))) as store:
            report("reading the city", 0.0)
            city = read_city(store)
            stated = None
            if self.demand is not None:
                stated = read_demand(self.demand, sorted(grid.code for grid in city.grids))
            choice = SettingChoice(
                at=system_clock() if self.at is None else read_instant(self.at),
                cache=tables_folder(store),
                demand=stated,
                per_year=self.per_year,
                told=lambda share: report("travel times", share),
            )
            history = None if stated is not None else self._history(store, report)
            if history is None and stated is None and self.per_year is None:
                raise BadValue(
                    f"{city.name_en} keeps no past incidents to count demand by: give "
                    "--history FILE, --demand FILE or --incidents-per-year N."
                )
            return read_plan_setting(store, choice, history, city=city)

    def _history(self, store: Store, report: Report) -> IncidentHistory | None:
        """Past incidents, from the file or the store."""
        report("past incidents", 0.0)
        if self.history is not None:
            return read_history(self.history)
        with store.reading() as session:
            return read_past_incidents(session, told=lambda share: report("past incidents", share))


def tables_folder(store: Store) -> Path:
    """
    Say where the travel tables of a store are kept; what lies there may be deleted.

    Parameters
    ----------
    store
        The store.

    Returns
    -------
    folder
        Beside the file of an embedded store, else in the home folder.
    """
    if store.path is None:
        return home_folder() / "planning"
    return store.path.parent / f"{store.path.stem}-planning"
