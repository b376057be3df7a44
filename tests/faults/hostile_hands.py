"""
The hands in which hostile layers are put: a process of its own in a network that leads nowhere.

Everything that it, or what it starts, sends to anybody goes by the loopback of its namespace, to
the far end of the Earth as well as to itself, and is counted there.  So the service is asked
in this process, without a port, and one packet is one too many.
"""

from __future__ import annotations

import io
import json
import re
import resource
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

from faults.hostile_files import Hostile
from faults.hostile_layers import HOSTILE
from faults.own_network import count_packets, lead_everywhere_to_oneself
from starlette.testclient import TestClient

from api.app import create_app
from api.cli import run
from api.confined import Limits, Walls, walls
from api.layer_reading import read_layer_file
from api.settings import Settings

MIB = 1 << 20
TIGHT = partial(Limits, memory_bytes=1536 * MIB, cpu_s=5, within_s=60, file_bytes=512 * MIB)
"""What a reader may use here; the usual is more of the same."""

GIS = {"authorization": "Bearer demo-gis"}
WAYS = ("check", "load", "post")
FETCHING = "a system that is fetched"


def main(arguments: Sequence[str]) -> None:
    """Hand layers in and write what came of it: store, and a folder with what by which way."""
    store, folder = arguments[0], Path(arguments[1])
    plan = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    lead_everywhere_to_oneself()
    with ExitStack() as stack:
        stack.enter_context(patch("api.confined.Limits", TIGHT))
        app = create_app(Settings(store=store))
        client = stack.enter_context(
            TestClient(
                app,
                base_url="http://127.0.0.1",
                client=("127.0.0.1", 50000),
                headers=GIS,
                raise_server_exceptions=False,
            )
        )
        told = {"before": _state(client), "walls": str(walls())}
        told["answers"] = [_hand_in(client, store, one) for one in plan]
        told |= {"after": _state(client), "packets": count_packets()}
        told["drafts"] = _drafts(client)
        told["left"] = [one.name for one in (folder / "tmp").iterdir()]
    told["memory_mib"] = {
        "service": _peak_mib(),
        "readers": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10,
    }
    told["packets_without_walls"] = _read_without_walls(folder, HOSTILE[FETCHING])
    (folder / "told.json").write_text(json.dumps(told), encoding="utf-8")


def _peak_mib() -> int:
    """Most memory that this program held; `getrusage` counts what its starter held, too."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    (peak_kib,) = re.findall(r"VmHWM:\s+(\d+) kB", status)
    return int(peak_kib) >> 10


def _state(client: TestClient) -> Mapping[str, Any]:
    """What must be as it was: version, what was ever published, and that the service answers."""
    city, versions = (client.get(f"/api/v1/city{path}") for path in ("", "/versions"))
    return {
        "status": [city.status_code, versions.status_code],
        "version": city.json()["city_version"],
        "published": versions.json()["items"],
    }


def _drafts(client: TestClient) -> list[Mapping[str, Any]]:
    """All drafts that were kept."""
    drafts, page = [], client.get("/api/v1/layers").json()
    while True:
        drafts += page["items"]
        if page["next"] is None:
            return drafts
        page = client.get(f"/api/v1/layers?cursor={page['next']}").json()


def _hand_in(client: TestClient, store: str, hand: Mapping[str, str]) -> Mapping[str, Any]:
    """Hand one layer in by one way."""
    what, way, kind, file = (hand[name] for name in ("what", "way", "kind", "file"))
    if way == "post":
        code, said = _posted(client, Path(file), kind)
    else:
        more = ["--json"] if way == "check" else []
        options = ["--kind", kind, "--store", store, *more]
        code, said = _asked(["layer", way, file, *options])
    return {"what": what, "way": way, "code": code, "said": said}


def _posted(client: TestClient, path: Path, kind: str) -> tuple[int, str]:
    """Status and answer, with the codes of the errors of what was taken."""
    with path.open("rb") as file:
        answer = client.post(
            "/api/v1/layers", data={"kind": kind}, files={"file": (path.name, file)}
        )
    if answer.status_code != 201:
        return answer.status_code, answer.text
    found = client.get(f"/api/v1/layers/{answer.json()['id']}/findings?severity=error")
    return answer.status_code, answer.text + "\n" + found.text


def _asked(arguments: list[str]) -> tuple[int, str]:
    """Exit code of a verb and what it wrote."""
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        code = run(arguments)
    return code, said.getvalue()


def _read_without_walls(folder: Path, hostile: Hostile) -> int:
    """Count what a reader sends around which no walls stand."""
    path, sent = folder / hostile.name, count_packets()
    path.write_bytes(hostile.content(""))
    with patch("api.confined.walls", lambda: Walls.LIMITS_ONLY):
        read_layer_file(path)
    return count_packets() - sent


if __name__ == "__main__":
    main(sys.argv[1:])
