"""A network on disk: a folder of plain arrays that several processes map and share."""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import fields
from pathlib import Path

import numpy as np

from geo.errors import BadValue, UnreadableFile
from geo.road.network import RoadNetwork
from geo.road.road_class import ROAD_CLASSES, Mode

FORMAT = 1
"""Raised whenever the arrays in a folder change their meaning."""

MANIFEST = "network.json"


def save_network(network: RoadNetwork, folder: Path) -> None:
    """
    Write a network, whole or not at all.

    Parameters
    ----------
    network
        What to write.
    folder
        Where to; an older network there is replaced.

    Raises
    ------
    BadValue
        The folder holds something that is not a network.
    """
    _refuse_foreign(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name, array in network.arrays().items():
            np.save(fresh / f"{name}.npy", array, allow_pickle=False)
        manifest = json.dumps(_manifest(network), ensure_ascii=False, indent=1)
        (fresh / MANIFEST).write_text(manifest, encoding="utf-8")
        fresh.chmod(0o755)  # mkdtemp makes it private; other processes must map it
        _swap(fresh, folder)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise


def load_network(folder: Path) -> RoadNetwork:
    """
    Open a network, its arrays mapped from disk and shared between processes.

    Parameters
    ----------
    folder
        A folder that `save_network` wrote.

    Returns
    -------
    network
        The roads.

    Raises
    ------
    UnreadableFile
        The folder is missing, damaged or of another format.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if manifest["format"] != FORMAT:
            raise UnreadableFile(
                f"{folder} was written by another version (format {manifest['format']}, this one "
                f"reads {FORMAT}); build it again with `grid-dispatch network build`."
            )
        arrays = {
            field.name: np.load(folder / f"{field.name}.npy", mmap_mode="r", allow_pickle=False)
            for field in fields(RoadNetwork)
            if field.name in manifest["arrays"]
        }
        network = RoadNetwork(
            mode=Mode(manifest["mode"]),
            names=tuple(manifest["names"]),
            source=manifest["source"],
            **arrays,
        )
    except (OSError, ValueError, KeyError, TypeError, EOFError) as error:
        raise UnreadableFile(
            f"{folder} is not a road network folder ({error}); "
            "make one with `grid-dispatch network build FILE --out FOLDER`."
        ) from error
    network.__dict__["version"] = manifest["version"]  # the digest, so that opening reads no array
    return network


def _manifest(network: RoadNetwork) -> dict[str, object]:
    """Describe a network: what a person may read, and what the arrays need."""
    return {
        "format": FORMAT,
        "mode": network.mode,
        "source": network.source,
        "version": network.version,
        "nodes": network.n_nodes,
        "edges": network.n_edges,
        "turn_rules": network.n_rules,
        "classes": list(ROAD_CLASSES),
        "arrays": sorted(network.arrays()),
        "names": network.names,
    }


def _refuse_foreign(folder: Path) -> None:
    """Never replace a folder or file that is not a network of ours."""
    if folder.is_dir() and not any(folder.iterdir()):
        return
    if folder.exists() and not (folder / MANIFEST).is_file():
        raise BadValue(
            f"{folder} exists and is not a road network; name another folder or remove it."
        )


def _swap(fresh: Path, folder: Path) -> None:
    """Put the fresh folder in the old one's place; processes that map the old keep it."""
    old = Path(tempfile.mkdtemp(prefix=f".{folder.name}-old-", dir=folder.parent))
    if folder.exists():
        folder.replace(old)
    fresh.replace(folder)
    shutil.rmtree(old)
