"""
A service killed while it publishes is wholly at one version of the city when it is back.

It dies in the transaction, between the commit and taking the city on, or with its roads open and
not yet in force.  Tables and roads are published together, so half of it would show; seen to fail
with the tables committed before the version that names them.

So it is where a zone plan is published, which also makes drafts of layers first: killed after
these are kept, the plan is open and is published when it is asked for once more.
"""

from __future__ import annotations

import os
import signal
from contextlib import closing, suppress
from functools import partial
from http.client import HTTPException
from itertools import cycle, islice

from faults.running_server import PATIENCE_S, RunningServer
from shapely import LineString
from spec.city_drafts import in_metres, load
from spec.city_files import EVERYWHERE
from spec.layer_table import BEIHAI, layer
from spec.served_town import RIVER

from api import plan_publishing, road_watch, service
from dispatch.store import city_versions
from dispatch.store.audit import find_break
from dispatch.store.cities import read_city
from dispatch.store.city_versions import list_versions
from dispatch.store.engine import open_store
from dispatch.store.layer_drafts import DraftState, get_draft
from dispatch.store.ledger import audit_head
from dispatch.store.road_folders import roads_published
from dispatch.store.zone_plans import get_zone_plan

IN_TRANSACTION, COMMITTED, ROADS_OPEN = "in the transaction", "committed", "roads open"
DRAFTS_KEPT = "drafts kept"
ANSWERED_FOR = {"why": "改划", "override": {"by": "王主任", "reason": "演练"}}


def test_a_service_killed_while_it_publishes_comes_back_at_one_version(store_url, tmp_path, count):
    at = city_of(store_url)
    moments = cycle((COMMITTED, IN_TRANSACTION, ROADS_OPEN))
    cycles = count(reduced=1, full=12, long=500)
    for turn, moment in enumerate(islice(moments, cycles)):
        drafts = drawn(store_url, turn)
        server = RunningServer(store_url, tmp_path / "server.log", weakened=partial(die, moment))
        server.start()
        assert served(server) == at
        ask_until_it_dies(server, "gis", "city/versions", {"drafts": drafts})
        before, at = at, city_of(store_url)
        kept = moment != IN_TRANSACTION
        assert [now != was for now, was in zip(at, before, strict=True)] == [kept, kept]
        with closing(open_store(store_url)) as store, store.reading() as session:
            states = {get_draft(session, draft).state for draft in drafts}
            assert states == {DraftState.PUBLISHED if kept else DraftState.DRAFT}
            assert find_break(session, audit_head(session)) is None
    last = drawn(store_url, cycles)
    server = RunningServer(store_url, tmp_path / "server.log")
    server.start()
    assert served(server) == at
    with server.caller("gis") as caller:
        assert caller.post("/api/v1/city/versions", {"drafts": last}).good
        assert served(server) == city_of(store_url)
    server.kill()


def test_a_service_killed_while_it_publishes_a_zone_plan_has_published_it_or_not(
    store_url, tmp_path, count
):
    moments = cycle((IN_TRANSACTION, COMMITTED, DRAFTS_KEPT))
    before = city_of(store_url)
    for turn, moment in enumerate(islice(moments, count(reduced=2, full=12, long=500))):
        server = RunningServer(store_url, tmp_path / "server.log", weakened=partial(die, moment))
        server.start()
        number = plan_drawn(server, f"Z{turn + 2}")
        ask_until_it_dies(server, "planner", f"plans/{number}/publications", ANSWERED_FOR)
        kept = moment == COMMITTED
        at = city_of(store_url)
        assert (at[0] != before[0], at[1]) == (kept, before[1])
        assert plan_and_zones(store_url, number) == ((kept, {f"Z{turn + 2}"} if kept else None))
        before = at
    server = RunningServer(store_url, tmp_path / "server.log")
    server.start()
    last = number if not kept else plan_drawn(server, "Z1")
    with server.caller("planner") as caller:
        answer = caller.post(f"/api/v1/plans/{last}/publications", ANSWERED_FOR)
        assert answer.good, answer
        assert served(server) == city_of(store_url) != before
    server.kill()


def plan_drawn(server: RunningServer, zone: str) -> str:
    """Begin a plan that puts every unit grid into a new zone."""
    with server.caller("planner") as caller:
        plan = caller.insist("/api/v1/plans", {"name": zone}).body
        terms = {zone: {"name": f"{zone}区", "brigade": "B1"}}
        body = {"name": zone, "from": "zone_of", "zone_of": dict.fromkeys(plan["zone_of"], zone)}
        return str(caller.insist("/api/v1/plans", body | {"terms": terms}).body["id"])


def plan_and_zones(url: str, number: str) -> tuple[bool, set[str | None] | None]:
    """Whether a plan stands as published, and if so the zones that unit grids are in."""
    with closing(open_store(url)) as store:
        with store.reading() as session:
            plan = get_zone_plan(session, number)
            assert find_break(session, audit_head(session)) is None
        zones = {grid.zone for grid in read_city(store).grids}
    assert plan.is_open or plan.state == "published"
    return not plan.is_open, None if plan.is_open else zones


def die(moment: str) -> None:
    """Let this process be killed at a moment of publishing."""

    def now(*_: object, **__: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    if moment == IN_TRANSACTION:
        city_versions.record = now
    elif moment == DRAFTS_KEPT:
        plan_publishing.draw_up = now
    elif moment == COMMITTED:
        service.Service.adopt_city = now
    else:
        road_watch.RoadWatch.take_on = now


def drawn(url: str, turn: int) -> list[str]:
    """Load drafts of a turn: the zone has its name, and the roads have its numbers."""
    lines = [LineString(BEIHAI.to_xy(RIVER.places(way))) for way in ("12", "23", "3xy", "y45")]
    roads = {"class": ["支路"] * 4, "id": [str(10 * turn + at) for at in range(4)]}
    zone = {"code": ["Z1"], "name": [f"第{turn}版"], "brigade": ["B1"]}
    layers = (layer("zones", zone, [in_metres(EVERYWHERE)]), layer("roads", roads, lines))
    with closing(open_store(url)) as store, store.session() as session:
        numbers = [load(session, rows) for rows in layers]
        session.commit()
    return numbers


def ask_until_it_dies(server: RunningServer, role: str, path: str, body: object) -> None:
    """Publish, and see the process die of it."""
    with suppress(OSError, HTTPException), server.caller(role) as caller:
        answer = caller.post(f"/api/v1/{path}", body)
        raise AssertionError(f"It was to be killed, and answered {answer}")
    assert server.process is not None
    server.process.join(PATIENCE_S)
    assert not server.alive
    server.kill()


def city_of(url: str) -> tuple[str, dict[str, str]]:
    """The city in a store: the version of its tables, and of its roads."""
    with closing(open_store(url)) as store:
        with store.reading() as session:
            roads = {str(mode): version for mode, version in roads_published(session).items()}
            versions = list_versions(session)
        city = read_city(store)
    assert not versions or versions[0].city == city.version
    return city.version, roads


def served(server: RunningServer) -> tuple[str, dict[str, str]]:
    """The city that a server answers by."""
    with server.caller() as caller:
        asked = {"lon_lat": RIVER.lon_lat["x"], "matters": ["H1"]}
        answer = caller.insist("/api/v1/suggestions", asked)
        assert answer.good, answer
    pairs = [part.split("=") for part in answer.body["weight_version"].split(",")]
    roads = {mode: version.partition("+")[0] for mode, version in pairs}
    return answer.body["city_version"], roads
