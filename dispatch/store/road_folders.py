"""
Folders of road networks beside a store: the store names one for each mode, and keeps the others.

A network lies in a folder that is named by its mode and version, and never changes there.  A
version of the city names networks, so a folder stays for as long as the store does.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.store.cities import ROADS
from dispatch.store.engine import file_of
from dispatch.store.tables import META
from dispatch.store.upsert import upsert
from geo.errors import BadValue, UnreadableFile
from geo.road.network import RoadNetwork
from geo.road.road_class import Mode
from geo.road.storage import MANIFEST, save_network

FOLDER: Final = "roads_folder"
"""Name of the entry that says where the first roads of a store on a server are to lie."""


def settle_roads(session: Session, folder: Path) -> None:
    """
    Say where the first roads of a store on a server are to lie.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    folder
        Whole path of a folder of this machine.
    """
    upsert(session, META, "name", [{"name": FOLDER, "value": folder.as_posix()}])


def roads_published(session: Session) -> Mapping[Mode, str]:
    """
    Tell which road networks are published.

    Parameters
    ----------
    session
        A session.

    Returns
    -------
    versions
        Version of the network by mode.
    """
    places = _places(session)
    return MappingProxyType(
        {mode: path.name.removeprefix(f"{mode}-") for mode, path in sorted(places.items())}
    )


def road_folder(session: Session, mode: Mode, version: str) -> Path | None:
    """
    Find a network, published or not.

    Parameters
    ----------
    session
        A session.
    mode
        How crews travel.
    version
        Version of the network.

    Returns
    -------
    folder
        Where it lies; None if it is not kept here.
    """
    folder = _beside(session) / _place(session, mode, version)
    return folder if (folder / MANIFEST).is_file() else None


def keep_roads(session: Session, network: RoadNetwork) -> None:
    """
    Write a network aside, beside the one that is published for its mode.

    Parameters
    ----------
    session
        A session; nothing of the store changes.
    network
        The network.
    """
    if road_folder(session, network.mode, network.version) is None:
        place = _place(session, network.mode, network.version)
        save_network(network, _beside(session) / place)


def publish_roads(session: Session, versions: Mapping[Mode, str]) -> None:
    """
    Publish networks in the place of those that are.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    versions
        Version of the network by mode; networks that are kept.

    Raises
    ------
    UnreadableFile
        The folder of one of them is gone.
    """
    for mode, version in versions.items():
        place = _place(session, mode, version)
        if road_folder(session, mode, version) is None:
            gone = _beside(session) / place
            raise UnreadableFile(
                f"The roads for {mode} of version {version} are gone: bring {gone} back."
            )
        upsert(session, META, "name", [{"name": f"{ROADS}{mode}", "value": place.as_posix()}])


def _place(session: Session, mode: Mode, version: str) -> Path:
    """Where a network lies, said as the store says it: beside those that are published."""
    published = _places(session)
    if published:
        folder = published[min(published)].parent
    else:
        store = file_of(session)
        folder = _first_folder(session) if store is None else Path(f"{store.stem}-roads")
    return folder / f"{mode}-{version}"


def _first_folder(session: Session) -> Path:
    """Folder for the first roads of a store on a server, which somebody has to say."""
    said = session.scalar(select(META.c.value).where(META.c.name == FOLDER))
    if said is None:
        raise BadValue("Nothing says where the roads of this store are to lie: serve it first.")
    return Path(said)


def _beside(session: Session) -> Path:
    """Where such places are counted from."""
    store = file_of(session)
    return Path("/") if store is None else store.parent


def _places(session: Session) -> dict[Mode, Path]:
    """Places of the published networks, as the store says them."""
    entries = select(META.c.name, META.c.value).where(META.c.name.startswith(ROADS))
    return {Mode(row.name.removeprefix(ROADS)): Path(row.value) for row in session.execute(entries)}
