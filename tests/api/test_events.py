"""The live stream of a served city: nothing committed is missed, by whichever process."""

from __future__ import annotations

import ast
import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from spec.served_town import (
    RIVER,
    SEVEN,
    MovedClock,
    asked,
    copy_town,
    reported,
    served,
    write_town,
)
from spec.sibling_towns import EAST_JUNCTION, WEST_JUNCTION, write_sibling_towns
from store_servers import load_city

from api.app import create_app
from api.earshot import HEARD_BY, Earshot
from api.event_feed import MOST_MISSED, opening_for
from api.live import Opening
from api.service import Service
from api.settings import Settings
from dispatch.access import Act, Person, Role
from dispatch.store import ledger
from dispatch.store.engine import open_store
from dispatch.store.events import drop_events, numbers_kept, read_told
from geo.position import Fix

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 20


@pytest.fixture(scope="module")
def town_folder(tmp_path_factory) -> Path:
    return write_town(tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="module")
def towns(tmp_path_factory) -> Iterator[TestClient]:
    """Two towns beside each other, served."""
    store = write_sibling_towns(tmp_path_factory.mktemp("towns"))
    with served(copy_town(store, tmp_path_factory.mktemp("served")), MovedClock()) as client:
        yield client


def test_every_kind_that_is_told_is_heard_by_somebody():
    """A kind that is missing in `HEARD_BY` would reach nobody."""
    kinds = set()
    for folder in ("api", "dispatch"):
        for path in (ROOT / folder).rglob("*.py"):
            if "node_modules" in path.parts:
                continue
            for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                named = isinstance(call, ast.Call) and len(call.args) > 1
                if named and ast.unparse(call.func).split(".")[-1] == "tell":
                    kinds |= {
                        arg.value
                        for arg in call.args[:2]
                        if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
                    }
    assert {"incident", "incident_gone", "assignment", "whistle", "closure", "resuggest"} <= kinds
    assert kinds <= HEARD_BY.keys()


def test_a_page_that_was_away_is_sent_what_it_missed_and_then_the_present(town_folder, tmp_path):
    async def scenario(url: str) -> None:
        async with served_together(url, 1) as (service,):
            numbers = [tell(service, number) for number in range(3)]
            first = await opening(service, None)
            assert kinds_of(first) == PRESENT
            assert first[0][1] == numbers[-1], "a page resumes even if it has heard nothing else"
            away = await opening(service, str(numbers[0]))
            assert [(kind, data) for kind, _, data in away[:2]] == [
                ("incident", 1),
                ("incident", 2),
            ]
            assert [number for _, number, _ in away][:4] == [numbers[1], numbers[2], numbers[2], 0]
            assert kinds_of(away[2:]) == PRESENT

    asyncio.run(scenario(embedded(town_folder, tmp_path)))


def test_whatever_a_door_changes_is_told_by_the_time_it_answers(towns):
    """The event is in the store when the answer is there, and what is refused is never told."""
    number = reported(towns, at=WEST_JUNCTION)
    assert told_since(towns) == [("incident", number)]
    path = f"/api/v1/incidents/{number}"
    towns.post(f"{path}/transitions", json={"to": "accepted"})
    assert told_since(towns) == [("incident", number)]
    assert towns.post(f"{path}/transitions", json={"to": "closed"}).status_code == 409
    assert told_since(towns) == []
    first = asked(towns, number)
    taken = {"suggestion": first["id"], "rank": 1, "kind": first["proposals"][0]["kind"]}
    made = towns.post("/api/v1/assignments", json=taken).json()["id"]
    assert told_since(towns) == [("assignment", made), ("incident", number)]
    assert towns.post("/api/v1/assignments", json=taken).status_code == 409
    assert told_since(towns) == []
    towns.post(f"/api/v1/assignments/{made}/arrival")
    assert told_since(towns) == [("assignment", made), ("incident", number)]
    towns.post(f"/api/v1/assignments/{made}/release", json={"outcome": "done"})
    assert told_since(towns) == [("assignment", made), ("incident", number)]
    assert towns.put("/api/v1/policies/centres/TW", json={"policy": "nearest"}).status_code == 200
    assert [kind for kind, _ in told_since(towns)] == ["policy"]


def test_after_a_refusal_pages_hear_who_goes_instead(towns):
    number = reported(towns, at=EAST_JUNCTION)
    first = asked(towns, number)
    taken = {"suggestion": first["id"], "rank": 1, "kind": first["proposals"][0]["kind"]}
    made = towns.post("/api/v1/assignments", json=taken).json()["id"]
    told_since(towns)
    towns.post(f"/api/v1/assignments/{made}/release", json={"outcome": "refused"})
    heard = told_since(towns)
    assert [kind for kind, _ in heard] == ["offer", "assignment", "incident"]
    assert heard[1:] == [("assignment", made), ("incident", number)]


def test_of_a_neighbours_incident_and_crew_a_page_hears_nothing(towns):
    service = towns.app.state.service
    before = last_number(service)
    number = reported(towns, at=EAST_JUNCTION)
    first = asked(towns, number)
    taken = {"suggestion": first["id"], "rank": 1, "kind": first["proposals"][0]["kind"]}
    assert towns.post("/api/v1/assignments", json=taken).status_code == 201
    kinds = ["incident", "assignment", "incident"]
    assert kinds_of(missed(service, "TE", before)) == kinds
    assert kinds_of(missed(service, "C", before)) == kinds
    assert kinds_of(missed(service, "TW", before)) == []


def test_an_incident_that_is_corrected_over_the_border_is_gone_from_where_it_was(towns):
    service = towns.app.state.service
    number = reported(towns, at=EAST_JUNCTION)
    before = last_number(service)
    body = {"lon_lat": RIVER.lon_lat[WEST_JUNCTION], "reason": "mistaken"}
    headers = {"if-match": towns.get(f"/api/v1/incidents/{number}").headers["etag"]}
    corrected = towns.patch(f"/api/v1/incidents/{number}", json=body, headers=headers)
    assert corrected.status_code == 200, corrected.text
    [(kind, _, data)] = missed(service, "TE", before)
    assert (kind, data) == ("incident_gone", {"id": number})
    assert kinds_of(missed(service, "TW", before)) == ["incident"]
    assert kinds_of(missed(service, "C", before)) == ["incident_gone", "incident"]


def test_a_neighbour_whose_crew_helps_sees_the_incident_until_it_is_set_free(towns):
    service = towns.app.state.service
    number = reported(towns, at=EAST_JUNCTION)
    first = asked(towns, number)
    before = last_number(service)
    body = {"suggestion": first["id"], "unit": "KW", "reason": "other", "note": "it is near"}
    made = towns.post("/api/v1/assignments", json=body)
    assert made.status_code == 201, made.text
    assert kinds_of(missed(service, "TW", before)) == ["assignment", "incident"]
    before = last_number(service)
    towns.post(f"/api/v1/assignments/{made.json()['id']}/release", json={"outcome": "called_off"})
    assert kinds_of(missed(service, "TW", before)) == ["assignment", "incident_gone"]
    assert kinds_of(missed(service, "TE", before)) == ["assignment", "incident"]


@pytest.mark.parametrize("last_seen", ["0", "99999", "-1", "x", "9" * 30, ""])
def test_a_page_that_was_away_too_long_is_told_to_start_afresh(town_folder, tmp_path, last_seen):
    async def scenario(url: str) -> None:
        async with served_together(url, 1) as (service,):
            for number in range(3):
                tell(service, number)
            with service.store.session() as session:
                later = SEVEN + timedelta(hours=1)
                drop_events(session, before=later, now=later, by="retention")
                session.commit()
            assert kinds_of(await opening(service, last_seen)) == ["reset", *PRESENT]

    asyncio.run(scenario(embedded(town_folder, tmp_path)))


def test_a_page_that_missed_very_much_is_told_to_start_afresh(town_folder, tmp_path):
    async def scenario(url: str) -> None:
        async with served_together(url, 1) as (service,):
            first = tell(service, 0)
            with service.store.session() as session:
                for number in range(MOST_MISSED + 1):
                    ledger.tell(session, "incident", number, now=SEVEN)
                session.commit()
            assert kinds_of(await opening(service, str(first))) == ["reset", *PRESENT]
            away = await opening(service, str(first + 1))
            assert kinds_of(away) == ["incident"] * MOST_MISSED + PRESENT

    asyncio.run(scenario(embedded(town_folder, tmp_path)))


def test_processes_on_one_server_hear_each_others_events_and_positions(town_folder, database):
    """
    Two services on one PostgreSQL: what one commits, pages of the other hear, in its order.

    And neither leaves a connection behind when it closes.
    """
    with closing(open_store(database, create=True)) as store:
        load_city(town_folder.parent / "city", store)

    async def scenario() -> None:
        async with served_together(database, 2) as (here, there):
            page = there.stream.listen(EVERYTHING, lambda: opening_for(there, EVERYTHING, None))
            await heard(page, lambda kind, _: kind == "positions")
            told = [await asyncio.to_thread(tell, here, number) for number in range(5)]
            fix = Fix("K1a", RIVER.lon_lat["5"], SEVEN + timedelta(seconds=30))
            here.take_in([fix], now=SEVEN + timedelta(seconds=30))
            events: list[tuple[str, int, object]] = []
            moved = False
            while len(events) < len(told) or not moved:
                event = await asyncio.wait_for(next_event(page), PATIENCE_S)
                events += [event] * (event[0] == "incident")
                if event[0] == "positions":
                    items = {item["officer"]: item for item in event[2]["items"]}
                    moved |= items.get("K1a", {}).get("lon") == fix.lon_lat[0]
            assert [number for _, number, _ in events] == told
            assert there.live.present.positions.fixes["K1a"] == fix
            await page.aclose()

    asyncio.run(scenario())


def test_each_page_hears_what_is_covered_of_its_own_ground(tmp_path):
    """
    The towns lie out of reach; where no ground is seen, none is left uncovered.

    Seen to fail with one share for everybody.
    """

    async def scenario(url: str) -> None:
        async with served_together(url, 1) as (service,):
            for areas, share in ((frozenset({"C", "TW", "TE"}), 0.0), (frozenset(), 1.0)):
                earshot = Earshot(EVERYTHING.acts, areas)
                page = service.stream.listen(earshot, lambda: Opening((), 0))
                said = {}

                def wanted(kind: str, data: object, said: dict = said) -> bool:
                    said[kind] = data
                    return kind == "coverage"

                await heard(page, wanted)
                assert said["coverage"]["share"] == share
                await page.aclose()

    asyncio.run(scenario(f"sqlite:///{write_sibling_towns(tmp_path)}"))


PRESENT = ["beat", "weights", "positions"]
"""What every page is told when it connects; coverage once it has been counted."""

MOVED = {"incident", "incident_gone", "assignment", "offer", "policy"}
"""What doors tell; the service may suggest anew by itself meanwhile."""

EVERYTHING = Earshot(frozenset(Act), frozenset({"C", "D", "T"}))


def last_number(service: Service) -> int:
    with service.store.reading() as session:
        return numbers_kept(session)[1]


def missed(service: Service, area: str, since: int) -> list[tuple[str, int, object]]:
    """What a dispatcher of an area has missed of what doors told since some event."""
    earshot = Earshot.of(Person("p", frozenset({Role.DISPATCHER}), frozenset({area})), service.city)
    events = [read(frame) for frame in opening_for(service, earshot, str(since)).frames]
    return [event for event in events if event[0] in MOVED]


def told_since(client: TestClient) -> list[tuple[str, str | None]]:
    """Kind and id of what doors told since the last call."""
    service = client.app.state.service
    since, client.told_up_to = getattr(client, "told_up_to", 0), last_number(service)
    with service.store.reading() as session:
        told = read_told(session, after=since, limit=100)
    return [(one.kind, json.loads(one.payload).get("id")) for one in told if one.kind in MOVED]


def embedded(store: Path, folder: Path) -> str:
    return f"sqlite:///{copy_town(store, folder)}"


@asynccontextmanager
async def served_together(url: str, number: int) -> AsyncIterator[list[Service]]:
    """So many services on one store, in one event loop."""
    clock = MovedClock()
    async with AsyncExitStack() as stack:
        services = []
        for _ in range(number):
            app = create_app(Settings(store=url), clock=clock)
            await stack.enter_async_context(app.router.lifespan_context(app))
            services.append(app.state.service)
        yield services
        for service in services:
            service.stream.close()


def tell(service: Service, payload: object) -> int:
    with service.store.session() as session:
        number = ledger.tell(session, "incident", payload, now=SEVEN)
        session.commit()
    return number


async def opening(service: Service, last_seen: str | None) -> list[tuple[str, int, object]]:
    made = await asyncio.to_thread(opening_for, service, EVERYTHING, last_seen)
    return [read(frame) for frame in made.frames]


def kinds_of(events: list[tuple[str, int, object]]) -> list[str]:
    return [kind for kind, _, _ in events if kind != "coverage"]


async def heard(page: AsyncIterator[bytes], wanted: Callable[[str, object], bool]) -> None:
    """Listen until something is heard."""
    while True:
        kind, _, data = await asyncio.wait_for(next_event(page), PATIENCE_S)
        if wanted(kind, data):
            return


async def next_event(page: AsyncIterator[bytes]) -> tuple[str, int, object]:
    while True:
        frame = await anext(page)
        if b"data:" in frame:
            return read(frame)


def read(frame: bytes) -> tuple[str, int, object]:
    """Take an event apart: its name, its number or 0, what it says."""
    lines = dict(line.split(": ", 1) for line in frame.decode().strip().splitlines())
    return lines["event"], int(lines.get("id", 0)), json.loads(lines["data"])
