"""
Bad layers of every format, by the thousand: read and checked, or refused in a sentence.

In process: each file goes through `read_layer_file`, `read_rows`, `check_file`, the report and the
packing of a draft in the process of the test, as through those of the service; only the reading of
its bytes is done elsewhere, as in the product, here by a `WarmReader` (which says how it differs).
GDAL, GEOS and osmium can crash as such and do: then their process dies, and that file is refused.

End to end: files over HTTP at the service on each store, which starts a walled process for each of
them, in a network of its own that counts packets (see `test_hostile_layers`).

A file that fails is drawn again by its format and number: ``bad_layer("GML", 17)``.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

import pyarrow as pa
import pytest
from faults.bad_layers import BadLayer, bad_layer
from faults.good_layers import FORMATS, ROWS, good, members_of
from faults.hostile_layers import HOSTILE
from faults.towns import embedded_copy
from faults.warm_reader import WarmReader
from store_servers import EMBEDDED_FIRST, TemporaryServer

from api.layer_reading import read_layer_file
from api.schemas_layer import LayerReportOut
from dispatch.layer.check import check_file
from dispatch.layer.kind import KindName
from dispatch.layer.kinds import KINDS
from dispatch.layer.packing import pack, unpack
from dispatch.layer.rows import SaidOfLayer, read_rows
from geo.errors import BadInput
from geo.layer_read import LayerNote

SENTENCES = "。.)"
"""What a message ends with."""

Read = tuple[pa.Table, LayerNote]


class Told(NamedTuple):
    """What became of a file: refused, with errors, or sound; and how many rows it has."""

    how: str
    rows: int = 0


@pytest.fixture(scope="module")
def reader() -> Iterator[WarmReader]:
    """One for all formats."""
    with WarmReader() as warm, patch("api.layer_reading.run_confined", warm.run):
        yield warm


@pytest.mark.parametrize("name", FORMATS)
def test_bad_layers_are_read_whole_or_refused_in_a_sentence(reader, tmp_path, name, count):
    times = count(reduced=12, full=2_000, long=77_000)
    assert_good(name, tmp_path)
    told = Counter(
        judged(bad, read, tmp_path).how
        for bad, read in read_ahead(name, times, tmp_path)
    )  # fmt: skip
    assert sum(told.values()) == times
    assert told["refused"], "nothing that was made was bad"
    assert reader.packets() == 0


def assert_good(name: str, folder: Path) -> None:
    """What bad files are made from is read whole, and nothing stands against it."""
    for kind in FORMATS[name].kinds:
        sound = BadLayer(name, -1, kind, "nothing", good(name, kind))
        assert checked(sound, *read_layer_file(laid_down(sound, folder / "0"))).rows >= ROWS - 1


def read_ahead(name: str, times: int, folder: Path) -> Iterator[tuple[BadLayer, Future[Read]]]:
    """Draw files, and have the next one read while the last one is judged."""
    with ThreadPoolExecutor(1) as reading:
        before: tuple[BadLayer, Future[Read]] | None = None
        for number in range(times):
            bad = bad_layer(name, number)
            path = laid_down(bad, folder / f"{number % 2}")
            now = bad, reading.submit(read_layer_file, path)
            if before is not None:
                yield before
            before = now
        assert before is not None
        yield before


def laid_down(bad: BadLayer, folder: Path) -> Path:
    """Write a file as its sender has it: a Shapefile as several."""
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    path = folder / f"rows{FORMATS[bad.format].ending}"
    if bad.format != "Shapefile" or not is_archive(bad.content):
        path.write_bytes(bad.content)
        return path
    for name, content in members_of(bad.content).items():
        (folder / name).write_bytes(content)
    return path


def is_archive(content: bytes) -> bool:
    """Whether it can be taken apart: archives are hurt as they are packed, too."""
    try:
        members_of(content)
    except Exception:  # noqa: BLE001 -- whatever is wrong with it
        return False
    return True


def judged(bad: BadLayer, read: Future[Read], folder: Path) -> Told:
    """Check what was read of a file; what is not as it must be fails with how to draw it again."""
    with named(bad):
        said = None
        try:
            told = checked(bad, *read.result())
        except BadInput as error:
            said = str(error)
        if said is not None:
            assert is_sentence(said), said
            assert str(folder) not in said
            return Told("refused")
        if bad.cut_short:
            assert told.how != "sound" or told.rows == ROWS, f"{told.rows} rows passed for all"
        return told


def checked(bad: BadLayer, table: pa.Table, note: LayerNote) -> Told:
    """Take a table up as the service does: rows, check, report, draft."""
    calls = {
        ours: it for ours, it in FORMATS[bad.format].columns.items() if it in table.schema.names
    }
    kind = KINDS[KindName(bad.kind)]
    rows = read_rows(kind, "rows", table, note, SaidOfLayer(columns=calls))
    assert len(rows) == len(table)
    found = check_file(rows)
    for finding in found.findings:
        assert is_sentence(finding.message.zh), finding
        assert is_sentence(finding.message.en), finding
    report = json.loads(LayerReportOut.of(found).model_dump_json())
    assert report["rows"] == len(rows)
    packed = pack(rows)
    assert pack(unpack(packed)) == packed
    return Told("sound" if found.may_be_published else "with errors", len(rows))


def is_sentence(text: str) -> bool:
    """Whether a text is one line that begins and ends as a sentence does."""
    return "\n" not in text and text[-1:] in SENTENCES and text[:1] not in SENTENCES


@contextmanager
def named(bad: BadLayer) -> Iterator[None]:
    """Say of whatever fails by which file."""
    try:
        yield
    except Exception as error:
        error.add_note(f'bad_layer("{bad.format}", {bad.number}): {bad.kind}, {bad.deed}')
        raise


def test_a_reader_without_walls_is_counted_and_one_that_dies_is_an_answer(tmp_path):
    """What the tests above rest on; the file that kills is one of `hostile_layers`."""
    deep = HOSTILE["well-known text nested too deep"]
    fetching = HOSTILE["a system that is fetched"]
    with WarmReader() as reader, patch("api.layer_reading.run_confined", reader.run):
        for one in (deep, fetching):
            (tmp_path / one.name).write_bytes(one.content(""))
        with pytest.raises(BadInput, match="fell over it"):
            read_layer_file(tmp_path / deep.name)
        assert reader.packets() == 0
        assert len(read_layer_file(tmp_path / fetching.name)[0]) == 1
        assert reader.packets() > 0


@pytest.fixture(params=EMBEDDED_FIRST)
def quiet_store_url(request: pytest.FixtureRequest, town_store: Path, tmp_path: Path) -> str:
    """A store of each kind that is reached without any network; embedded in `make test`."""
    if request.param == "embedded":
        return embedded_copy(town_store, tmp_path)
    url = str(request.getfixturevalue("server_url"))
    server: TemporaryServer = request.getfixturevalue("postgresql")
    return server.quiet_url(url.rpartition("/")[2])


def test_bad_layers_over_http_are_drafts_or_refused_and_the_city_is_as_it_was(
    told_by_hands, quiet_store_url, tmp_path, count
):
    """Nothing is kept of what is refused, everything of what is taken, and nothing is sent."""
    names = list(FORMATS)
    made = [bad_layer(names[at % len(names)], at) for at in range(count(reduced=2, full=200))]
    told = told_by_hands(quiet_store_url, [in_hand(bad, tmp_path) for bad in made])
    taken = [
        json.loads(one["said"].partition("\n")[0]) for one in told["answers"] if one["code"] == 201
    ]
    refused = [json.loads(one["said"]) for one in told["answers"] if one["code"] == 422]
    assert len(taken) + len(refused) == len(made), told["answers"]
    assert all(problem["zh"] and is_sentence(problem["detail"]) for problem in refused)
    assert {one["id"]: one["rows"] for one in told["drafts"]} == {
        one["id"]: one["rows"] for one in taken
    }
    assert told["packets"] == 0, "something was sent"
    assert told["packets_without_walls"] > 0, "the count sees nothing"
    assert told["after"] == told["before"]
    assert told["after"]["status"] == [200, 200]
    assert told["left"] == []


def in_hand(bad: BadLayer, folder: Path) -> dict[str, str]:
    """A file to be handed in over HTTP, which takes one: a Shapefile comes zipped."""
    ending = ".zip" if bad.format == "Shapefile" else FORMATS[bad.format].ending
    path = folder / f"{bad.number}{ending}"
    path.write_bytes(bad.content)
    return {"what": path.name, "way": "post", "kind": bad.kind, "file": str(path)}
