"""
Cities published and taken back while others read: whoever reads has one version, whole.

Each version writes its own word into all that it publishes: codes, names and targets of zones, unit
grids, units and places.  So an answer put together from two of them shows it.  Seen to fail where a
process reads units in another transaction than zones.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from threading import Event
from urllib.parse import quote

import numpy as np
import pytest
from faults.running_server import PATIENCE_S, Caller, RunningServer, running
from shapely import Point, Polygon
from spec.city_files import EVERYWHERE, SHAPES
from spec.layer_table import BEIHAI, layer
from spec.served_town import CREWS, RIVER

from api.clock import system_clock
from dispatch.layer.check import check_file
from dispatch.layer.rows import LayerRows
from dispatch.store.engine import open_store
from dispatch.store.layer_drafts import add_draft

WORDS = ("11", "22", "33")
PUBLISHED_ANEW = 5
"""Every so often a set is published again; between, versions are gone back to."""

PACE_S = 0.01
"""Readers breathe between two questions: they share their cores with whoever publishes."""

WORD_AT = re.compile(r"第(\d\d)版")
QUESTION = {"lon_lat": RIVER.lon_lat["x"], "matters": ["H1"]}


def set_of(word: str) -> list[LayerRows]:
    """Layers that belong together, each full of the word of its version."""
    zone, name = f"Z{word}", f"第{word}版"
    brigades = [("B1", "网格大队", zone), ("SQ", "专业大队", "")]
    units = [*brigades, *((crew, "小组", "") for crew in CREWS)]
    codes, kinds, zones = (list(column) for column in zip(*units, strict=True))
    return [
        layer(
            "zones",
            {"code": [zone], "name": [name], "brigade": ["B1"], "arrival_target_s": [f"9{word}"]},
            [in_metres(EVERYWHERE)],
        ),
        layer(
            "grids",
            {"code": [f"G{word}-1", f"G{word}-2"], "community": ["T", "T"]},
            [in_metres(shape) for shape in SHAPES["grids"]],
        ),
        layer("units", {"code": codes, "name": [name] * 7, "kind": kinds, "zone": zones}),
        layer("places", {"code": ["P1"], "name": [f"{name}小学"]}, [Point(10, 20)]),
    ]


def in_metres(shape: Polygon) -> Polygon:
    """A shape as a table of layers has it."""
    return Polygon(BEIHAI.to_xy(np.array(shape.exterior.coords)))


def load_sets(url: str) -> dict[str, list[str]]:
    """Keep a set of drafts for each word; answers their numbers."""
    with closing(open_store(url)) as store, store.session() as session:
        drafts = {
            word: [
                add_draft(
                    session,
                    check_file(rows),
                    source="测绘院",
                    against=None,
                    now=system_clock(),
                    by="demo-gis",
                ).id
                for rows in set_of(word)
            ]
            for word in WORDS
        }
        session.commit()
    return drafts


@dataclass
class Seen:
    """Words of the versions that answers were made from, and what else the answers were."""

    versions: dict[str, str] = field(default_factory=dict)
    said: set[tuple[str, str]] = field(default_factory=set)
    words: set[tuple[str, str]] = field(default_factory=set)
    mixed: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    done: Event = field(default_factory=Event)

    def read_on(self, server: RunningServer, name: str) -> None:
        """Ask one question again and again, and note what answered it."""
        method, path, body, words_of = READS[name]
        with server.caller("gis" if method == "GET" else "dispatcher") as caller:
            while not self.done.wait(PACE_S):
                answer = caller.ask(method, path, body)
                if answer.status != 200:
                    self.refused.append(f"{name}: {answer.status} {answer.body}")
                    continue
                words = words_of(answer.body)
                if len(words) != 1:
                    self.mixed.append(f"{name}: {sorted(words)}")
                    continue
                self.words.add((name, *words))
                if "city_version" in answer.body:
                    self.said.add((answer.body["city_version"], *words))


def named(body: Mapping[str, object]) -> set[str]:
    """The words of all that is named in an answer."""
    return set(WORD_AT.findall(str(body)))


def numbered(body: Mapping[str, Sequence[Mapping[str, Mapping[str, object]]]]) -> set[str]:
    """The words of unit grids, which have codes and zones, and no names."""
    rows = [feature["properties"] for feature in body["features"]]
    return {word for row in rows for word in (str(row["code"])[1:3], str(row["zone"])[1:])}


def suggested(body: Mapping[str, object]) -> set[str]:
    """The words of where a suggestion has the place, and of how soon it wants somebody there."""
    zone, grid, target = body["zone"], body["grid"], body["arrival_target_s"]
    return {str(zone)[1:], str(grid)[1:3], f"{target:.0f}"[1:]}


READS: Mapping[str, tuple[str, str, object, Callable[..., set[str]]]] = {
    "zones": ("GET", "/api/v1/layers/zones/published", None, named),
    "grids": ("GET", "/api/v1/layers/grids/published", None, numbered),
    "units": ("GET", "/api/v1/units?limit=100", None, named),
    "places": ("GET", f"/api/v1/places?q={quote('小学')}", None, named),
    "collection": ("GET", "/ogc/collections/zones/items?f=json", None, named),
    "suggestions": ("POST", "/api/v1/suggestions", QUESTION, suggested),
}
"""What is asked: verb, address, body, and the words of an answer."""


def publish(caller: Caller, drafts: Sequence[str]) -> int:
    """Publish a set; answers the number of the version."""
    answer = caller.post("/api/v1/city/versions", {"drafts": list(drafts)})
    assert answer.status == 201, answer.body
    return int(answer.body["number"])


def changes(times: int) -> Iterator[tuple[bool, str]]:
    """What is done one after the other: whether published anew, and the word."""
    for turn in range(times):
        yield turn % PUBLISHED_ANEW == 0, WORDS[turn % len(WORDS)]


def publish_under_readers(
    servers: Sequence[RunningServer], drafts: Mapping[str, Sequence[str]], times: int
) -> Seen:
    """Publish and go back so many times at the first server, while readers ask at every one."""
    seen = Seen()
    with servers[0].caller("gis") as writer, ThreadPoolExecutor(12) as readers:
        versions = {word: publish(writer, numbers) for word, numbers in drafts.items()}
        wait_until_all_serve(servers)
        reading = [
            readers.submit(seen.read_on, server, name) for server in servers for name in READS
        ]
        try:
            for anew, word in changes(times):
                if anew:
                    versions[word] = publish(writer, drafts[word])
                else:
                    back = {"to": versions[word]}
                    assert writer.post("/api/v1/city/versions/rollback", back).status == 201
                version = writer.get("/api/v1/city").body["city_version"]
                assert seen.versions.setdefault(version, word) == word
        finally:
            seen.done.set()
        for one in reading:
            one.result()
    return seen


def wait_until_all_serve(servers: Sequence[RunningServer]) -> None:
    """Wait until every process has a version with a word."""
    for server in servers:
        with server.caller("gis") as caller:
            until = time.monotonic() + PATIENCE_S
            while not named(caller.get("/api/v1/units?limit=100").body):
                assert time.monotonic() < until, f"It serves no version:\n{server.said()}"


def assert_whole(seen: Seen) -> None:
    """Nobody was refused, nobody saw a mixture, and everybody saw versions come and go."""
    assert not seen.refused
    assert not seen.mixed
    assert seen.said <= set(seen.versions.items()), "an answer names another version than its own"
    for name in READS:
        assert len({word for read, word in seen.words if read == name}) > 1, name


def test_a_process_publishes_and_goes_back_and_every_answer_is_of_one_version(
    embedded_url, tmp_path, count
):
    drafts = load_sets(embedded_url)
    with running(embedded_url, tmp_path) as server:
        assert_whole(publish_under_readers([server], drafts, count(reduced=8, full=500)))


@pytest.mark.verify
def test_two_processes_serve_whole_versions_that_one_of_them_publishes(server_url, tmp_path, count):
    drafts = load_sets(server_url)
    folders = [tmp_path / name for name in ("first", "second")]
    with ExitStack() as stack:
        servers = []
        for folder in folders:
            folder.mkdir()
            servers.append(stack.enter_context(running(server_url, folder)))
        seen = publish_under_readers(servers, drafts, count(reduced=8, full=500))
    assert_whole(seen)
