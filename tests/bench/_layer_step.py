"""
One file of the benchmark of layer files, handled in a process of its own, for its memory counts.

``python -m tests.bench._layer_step check FILE KIND`` reads and checks it;
``… draft FILE KIND STORE`` holds it against a city and keeps it as a draft, too;
``… export FILE ROWS`` writes so many places.  Each prints JSON: seconds, megabytes, findings.
"""

from __future__ import annotations

import json
import re
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import shapely

from api.layer_export import pieces
from api.layer_file import write_layer_file
from api.layer_reading import read_layer_file
from dispatch.atlas import read_published
from dispatch.layer.check import check_against, check_file
from dispatch.layer.kind import KindName
from dispatch.layer.kinds import KINDS
from dispatch.layer.rows import LayerRows, read_rows
from dispatch.store.city_versions import CITY_TABLES
from dispatch.store.engine import open_store
from dispatch.store.layer_drafts import add_draft

KILOBYTE, MEGABYTE = 1024, 1e6
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def check(file: Path, kind: str) -> int:
    """Check a file by itself; says how many findings there are."""
    return len(check_file(read(file, kind)).findings)


def draft(file: Path, kind: str, store: str) -> int:
    """Check a file against a city and keep it as a draft; says how many findings there are."""
    with closing(open_store(store)) as opened:
        checked = check_against(read(file, kind), read_published(opened, now=NOW))
        with opened.session() as session:
            add_draft(session, checked, source="bench", against=None, now=NOW, by="bench")
            session.commit()
    return len(checked.findings)


def export(file: Path, rows: str) -> int:
    """Write so many places to a file."""
    return write_layer_file(pieces(KindName.PLACES, places(int(rows)), {}), file)


def places(count: int) -> Iterator[dict[str, object]]:
    """Places one after the other, none of them held."""
    names = [column.name for column in CITY_TABLES["places"].c]
    for row in range(count):
        at = shapely.Point(108.9 + row % 997 * 4e-4, 21.4 + row % 991 * 3e-4)
        yield dict.fromkeys(names, f"地名{row}号") | {"place": at, "also": ()}


def read(file: Path, kind: str) -> LayerRows:
    """Read a file as the doors do."""
    table, note = read_layer_file(file, layer=None)
    return read_rows(KINDS[KindName(kind)], file.name, table, note)


def held_megabytes() -> float:
    """Most that this process has held; what the kernel counts for it begins with its parent's."""
    (line,) = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text("ascii"))
    return int(line) * KILOBYTE / MEGABYTE


def main(step: str, file: str, *more: str) -> None:
    """Do one step and print what it took."""
    start = time.perf_counter()
    said = {"check": check, "draft": draft, "export": export}[step](Path(file), *more)
    read_in = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * KILOBYTE / MEGABYTE
    seconds = time.perf_counter() - start
    print(
        json.dumps({"seconds": seconds, "megabytes": max(read_in, held_megabytes()), "said": said})
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
