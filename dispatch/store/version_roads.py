"""Road networks of the versions of a city, in the folders where they lie."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.orm import Session

from dispatch.store.city_versions import get_version, list_versions, roads_of
from dispatch.store.road_folders import road_folder, roads_published
from geo.errors import UnreadableFile
from geo.road.network import RoadNetwork
from geo.road.road_class import Mode
from geo.road.storage import load_network


def published_networks(session: Session, number: int | None) -> dict[Mode, RoadNetwork]:
    """
    Open the road networks of a version, mapped from disk.

    Parameters
    ----------
    session
        A session.
    number
        The version; None for the networks that are published now.

    Returns
    -------
    networks
        By mode; none of a city without roads.

    Raises
    ------
    UnknownName
        There is no such version.
    UnreadableFile
        The folder of one of them is gone or damaged.
    """
    if number is None:
        named = dict(roads_published(session))
    else:
        named = roads_of(session, get_version(session, number))
    networks = {}
    for mode, version in named.items():
        folder = road_folder(session, mode, version)
        if folder is None:
            raise UnreadableFile(f"The roads for {mode} of version {version} are gone.")
        networks[mode] = load_network(folder)
    return networks


def kept_roads(session: Session) -> list[Path]:
    """
    List the folders of the road networks that versions of the city have.

    Parameters
    ----------
    session
        A session.

    Returns
    -------
    folders
        Each once; those that are gone are left out.
    """
    versions = list_versions(session)
    named = {one for version in versions for one in roads_of(session, version).items()}
    found = [road_folder(session, mode, network) for mode, network in sorted(named)]
    return [folder for folder in found if folder is not None]
