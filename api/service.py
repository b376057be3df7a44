"""The running service: what the composition root puts together and every route reads."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING, Annotated, cast

from fastapi import Depends, Request
from sqlalchemy.orm import Session

from api.case_books import CaseBooks
from api.clock import Clock
from api.coverage_now import CoverageNow, coverage_said
from api.draft_checks import DraftChecks
from api.duty_now import DutyNow
from api.freezer import Freezer
from api.intake import PositionIntake
from api.layers import Layers
from api.live import Stream
from api.notifier import LogNotifier
from api.ogc.kept_tables import KeptTables
from api.oidc import Provider
from api.packed_stream import Packing
from api.planning_now import PlanningNow
from api.positions_now import PositionsNow
from api.road_watch import RoadWatch
from api.settings import Settings
from api.simulation_watch import SimulationWatch
from api.store_watch import StoreWatch
from api.tile import RoadTiles, TileShelf
from api.trackers_now import TrackersNow
from api.underway import Underway
from api.weights_in_force import WeightsInForce
from dispatch.automation import Automation
from dispatch.automation_file import standard_automation
from dispatch.centre_policy import policy_of_centre
from dispatch.city import City
from dispatch.city_coverage import CityCoverage
from dispatch.contact import ChannelKind
from dispatch.live import LiveWhereabouts
from dispatch.notify import PHONE, Notifier
from dispatch.policy import Policy, policy_named
from dispatch.policy_file import standard_policies
from dispatch.report_rules import ReportRules, standard_rules
from dispatch.seen_coverage import share_seen
from dispatch.store.centre_policies import read_centre_policies
from dispatch.store.cities import read_city
from dispatch.store.city_versions import latest_version
from dispatch.store.engine import Store
from dispatch.store.outbox import Outbox
from dispatch.unit import DutyStatus
from geo.position import Fix, FixResult
from geo.road.engine_failure import EngineFailed
from geo.road.road_class import Mode
from geo.road.travel_time import TravelTimes

if TYPE_CHECKING:
    from api.channels import Channels  # which imports all of apprise

logger = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class Service:
    """
    One city being served.

    Attributes
    ----------
    settings
        What the operator set.
    clock
        Tells the present.
    store
        Where everything durable is.
    city
        The published city.
    weights
        Keeps its roads at the weights of the present.
    live
        Where everybody is.
    duty
        Keeps rosters, jobs and statuses at the present.
    coverage
        What is covered now.
    freezer
        Freezes where everybody is when a suggestion is made.
    policies
        The rankings that are known, by name.
    automation
        The rules by which reports are dispatched without a person.
    stream
        Open pages.
    packing
        Packs what they are sent, once for all.
    positions_now
        What they are told of positions.
    layers
        The map layers as GeoJSON.
    draft_checks
        What was found of the drafts of layers that were looked at last.
    planning
        What zone plans are drawn on.
    case_books
        The cases that reports count.
    report_rules
        What reports say, how they score, and when they are made.
    feature_tables
        Layers as programs read them feature by feature.
    tile_shelf
        Their vector tiles, for as long as they are kept.
    tiles
        The road tiles, or None for a city without a road network.
    notifier
        Hands messages to the outside.
    channels
        Sends letters to people, or None where nobody is told but by the notifier.
    outbox
        How much waits to be sent, as this process saw it last.
    store_watch
        Knows since when the store has been down.
    road_watch
        Knows which road engines fail, and has arrivals by air meanwhile.
    simulations
        Runs simulations in a process beside this one.
    intake
        Judges the positions that come in.
    trackers
        Knows whose devices they come from, and counts what cannot be used.
    provider
        Identity provider by which people may sign in, or None.
    underway
        Requests with an idempotency key that are in hand.
    warm
        Whether the kernels are compiled and the first answer will be quick.
    stopping
        Whether the process has been told to stop; it answers on what is open, and takes no more.
    """

    settings: Settings
    clock: Clock
    store: Store
    city: City
    weights: WeightsInForce
    live: LiveWhereabouts
    duty: DutyNow
    layers: Layers
    tiles: RoadTiles | None
    draft_checks: DraftChecks = field(default_factory=DraftChecks)
    planning: PlanningNow = field(default_factory=PlanningNow)
    case_books: CaseBooks = field(default_factory=CaseBooks)
    report_rules: ReportRules = field(default_factory=standard_rules)
    feature_tables: KeptTables = field(default_factory=KeptTables)
    tile_shelf: TileShelf = field(default_factory=TileShelf)
    coverage: CoverageNow = field(default_factory=CoverageNow)
    freezer: Freezer = field(default_factory=Freezer)
    policies: Mapping[str, Policy] = field(default_factory=standard_policies)
    automation: Automation = field(default_factory=standard_automation)
    stream: Stream = field(default_factory=Stream)
    packing: Packing = field(default_factory=Packing)
    positions_now: PositionsNow = field(default_factory=PositionsNow)
    provider: Provider | None = None
    underway: Underway = field(default_factory=Underway)
    notifier: Notifier = field(default_factory=LogNotifier)
    channels: Channels | None = None
    outbox: Outbox = field(default_factory=Outbox)
    warm: bool = False
    stopping: bool = False
    intake: PositionIntake = field(init=False)
    trackers: TrackersNow = field(init=False)
    store_watch: StoreWatch = field(init=False)
    road_watch: RoadWatch = field(init=False)
    simulations: SimulationWatch = field(init=False)
    _loop: asyncio.AbstractEventLoop | None = None
    _moved: set[str] = field(default_factory=set)
    _unsaved: set[str] = field(default_factory=set)
    _unshared: set[str] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)
    _adopting: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        """Lay the intake out; it begins when the application starts."""
        self.store_watch = StoreWatch(self.store, self.clock)
        self.road_watch = RoadWatch(self)
        self.simulations = SimulationWatch(self)
        self.trackers = TrackersNow(self.store)
        self.intake = PositionIntake(lambda fixes: self.take_in(fixes, now=self.clock()))

    @property
    def kinds(self) -> Mapping[str, ChannelKind]:
        """Kinds of the channels by which people are told, by name."""
        return {PHONE: ChannelKind.PHONE} if self.channels is None else self.channels.kinds

    def go_live(self) -> None:
        """Remember the event loop on which the stream is published; call it there."""
        self._loop = asyncio.get_running_loop()

    def hang_up(self) -> None:
        """Be ready no more and let every open page go, from whatever thread: about to stop."""
        self.stopping = True
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self.stream.close)

    def announce_beat(self) -> None:
        """Tell every open page what time it is, from whatever thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self.stream.beat, self.beat())

    def announce_moved(self) -> None:
        """Tell every open page who moved since the last call, as far as it sees them."""
        officers, earshots = self.take_moved(), self.stream.earshots("positions")
        texts = self.positions_now.moved(self.live.present, officers, earshots)
        if texts and self._loop is not None:
            self._loop.call_soon_threadsafe(self.stream.publish_seen, "positions", texts)

    def beat(self) -> dict[str, str | None]:
        """
        Say what time it is, which city is served, and since when the store has been down.

        Returns
        -------
        beat
            What a ``beat`` event carries.
        """
        down = self.store_watch.down_since
        return {
            "now": self.clock().isoformat(),
            "city_version": self.city.version,
            "stale_since": None if down is None else down.isoformat(),
        }

    def present(self, areas: frozenset[str]) -> dict[str, dict[str, str | float]]:
        """
        Say how it stands in this process: what no store has, so that no page resumes it.

        Parameters
        ----------
        areas
            Codes of all areas that somebody sees.

        Returns
        -------
        present
            What events carry by kind: ``weights``, and ``coverage`` of their own ground once it
            has been counted.
        """
        said = {"weights": self._weights_said()}
        covered = self.coverage.latest(self.live.present)
        if covered is not None:
            said["coverage"] = coverage_said(covered, share_seen(covered, areas))
        return said

    def keep_weights(self) -> None:
        """Put in force what has begun and lift what has ended; open pages hear of a change."""
        self._tell_weights(self.weights.apply(self.clock()))

    def change_weights(self) -> None:
        """Put in force what has just been entered or lifted; open pages hear of a change."""
        self._tell_weights(self.weights.read_again(self.clock()))

    def adopt_city(self) -> None:
        """Go on with the city as it is published now; who was asked before answers by the old."""
        with self._adopting:
            present = self.city
            tables, roads = self._read_published()
            if roads or tables.version != present.version:
                rules = replace(tables, deadlines=present.deadlines, notices=present.notices)
                self.road_watch.take_on(rules, roads)
                self.layers = self.layers.of(self.city)
                logger.info("The city is now at version %s", self.city.version)
        self.keep_duty()
        self.change_weights()  # closures may have come with it

    def _read_published(self) -> tuple[City, dict[Mode, TravelTimes]]:
        """Read the city, and the roads that are new with it, both of one version."""
        engines, version = self.city.travel_times, self._version_published()
        while True:
            tables = read_city(self.store, or_none_yet=True, travel_times=engines)
            roads = self.road_watch.open_published()
            before, version = version, self._version_published()
            if version == before:
                return tables, roads

    def _version_published(self) -> int:
        with self.store.reading() as session:
            latest = latest_version(session)
        return 0 if latest is None else latest.number

    def keep_duty(self) -> None:
        """Put in force who is on duty now; open pages hear whose status has changed."""
        changed = self.duty.apply(self.clock())
        with self._lock:
            self._moved |= set(changed) & self.live.present.positions.fixes.keys()

    def note_bound(self, officers: Iterable[str]) -> None:
        """
        Know of officers who were just bound, before the beat of duty reads of them.

        Parameters
        ----------
        officers
            Ids of officers.
        """
        busy = dict.fromkeys(officers, DutyStatus.BUSY)
        self.live.set_status(busy)
        with self._lock:
            self._moved |= busy.keys() & self.live.present.positions.fixes.keys()

    def keep_coverage(self) -> None:
        """Count what is covered; open pages hear if the share of what they see has changed."""
        covered = self.coverage.keep(self.live.present, now=self.clock())
        if covered is not None:
            self._tell_coverage(covered)

    def _tell_coverage(self, covered: CityCoverage) -> None:
        """Say what share is covered, once for each set of areas that pages see."""
        earshots = self.stream.earshots("coverage")
        news = self.coverage.news(covered, {one.areas for one in earshots})
        said = {areas: coverage_said(covered, share) for areas, share in news.items()}
        texts = {areas: json.dumps(one, separators=(",", ":")) for areas, one in said.items()}
        heard = {one: texts[one.areas] for one in earshots if one.areas in texts}
        if heard and self._loop is not None:
            self._loop.call_soon_threadsafe(self.stream.publish_seen, "coverage", heard)

    def _weights_said(self) -> dict[str, str | float]:
        """What an event says of the weights in force."""
        return {"weight_version": self.city.weight_version, "now": self.clock().isoformat()}

    def _tell_weights(self, changed: bool) -> None:  # noqa: FBT001 -- passed straight on
        """Say which weights are in force now, if that is news."""
        if changed and self._loop is not None:
            said = self._weights_said()
            self._loop.call_soon_threadsafe(self.stream.publish, "weights", said)

    def policy(self, session: Session, named: str | None, asked_by: str | None) -> Policy:
        """
        Find the ranking for a request.

        Parameters
        ----------
        session
            A session of the store.
        named
            Name that the request gives, or None.
        asked_by
            Area of the command room that asks, or None.

        Returns
        -------
        policy
            The one named, else what the command room has chosen, else what the operator set.

        Raises
        ------
        UnknownName
            There is no such policy, or no such area.
        """
        if named is None:
            chosen = read_centre_policies(session)
            named = policy_of_centre(asked_by, self.city, chosen, self.settings.policy)
        return policy_named(named, self.policies)

    def take_in(self, fixes: Iterable[Fix], *, now: datetime) -> tuple[FixResult, ...]:
        """
        Take in fixes and remember who moved, for the next beat of the stream.

        Parameters
        ----------
        fixes
            One or many.
        now
            The present.

        Returns
        -------
        results
            What became of each.
        """
        results = self._judge(fixes, now=now)
        moved = {result.fix.officer for result in results if result.accepted}
        with self._lock:
            self._moved |= moved
            self._unsaved |= moved
            if self.store.path is None:
                self._unshared |= moved
        return results

    def take_over(self, fixes: Iterable[Fix], *, now: datetime) -> None:
        """
        Take over fixes that another process has believed, saves and shares.

        Parameters
        ----------
        fixes
            One or many.
        now
            The present.
        """
        results = self._judge(fixes, now=now)
        with self._lock:
            self._moved |= {result.fix.officer for result in results if result.accepted}

    def _judge(self, fixes: Iterable[Fix], *, now: datetime) -> tuple[FixResult, ...]:
        """Take fixes into the snapshot, by air if the roads fail."""
        given = list(fixes)
        while True:
            try:
                return self.live.take_in(given, now=now)
            except EngineFailed as error:  # at most once for each mode
                self.road_watch.note_failed(error.mode)

    def take_unshared(self) -> list[str]:
        """
        Hand over whose position other processes do not have yet.

        Returns
        -------
        officers
            Their ids, sorted.
        """
        with self._lock:
            unshared, self._unshared = self._unshared, set()
        return sorted(unshared)

    def take_moved(self) -> list[str]:
        """
        Hand over who moved since the last call.

        Returns
        -------
        officers
            Their ids, sorted.
        """
        with self._lock:
            moved, self._moved = self._moved, set()
        return sorted(moved)

    def take_unsaved(self) -> list[str]:
        """
        Hand over whose position the store does not have yet.

        Returns
        -------
        officers
            Their ids, sorted.
        """
        with self._lock:
            unsaved, self._unsaved = self._unsaved, set()
        return sorted(unsaved)

    @property
    def unsaved(self) -> int:
        """Number of officers whose position the store does not have yet."""
        return len(self._unsaved)

    def give_back_unsaved(self, officers: Iterable[str]) -> None:
        """
        Remember again whose position the store does not have: saving has failed.

        Parameters
        ----------
        officers
            Their ids.
        """
        with self._lock:
            self._unsaved |= set(officers)


def service_of(request: Request) -> Service:
    """
    Find the service that a request came to.

    Parameters
    ----------
    request
        The request.

    Returns
    -------
    service
        The service.
    """
    return cast("Service", request.app.state.service)


async def _service(request: Request) -> Service:
    """Find the service without a thread, of which there are few."""
    return service_of(request)


ServiceDep = Annotated[Service, Depends(_service)]
