"""
City folder: the files that make a city, read whole with every finding at once.

``city.json`` names the city; ``areas zones grids backdrop`` are GeoPackages in WGS-84,
``domains matters authority units officers incidents`` CSV files in UTF-8, and
``network-car network-ebike network-foot`` road network folders, of which one is enough.
``partners`` and ``no-fly``, GeoPackages, ``places``, ``hourly_speeds`` and ``measured_speeds``, CSV
files, and ``run_cards.toml`` may be missing, and so may the columns that `city_rows` calls
optional.
``history.parquet`` holds incidents of past years: arrivals are learnt from it, plans counted by it.
What is known of duty is in ``rosters calendars rest_rules special_days jobs``, CSV files, each of
which may be missing, too.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pyarrow as pa
from sqlalchemy.orm import Session

from dispatch.arrival_chance import ArrivalModel, prior
from dispatch.arrival_fit import fit
from dispatch.store import city_rows
from dispatch.store.arrival_history import read_arrivals
from dispatch.store.arrival_models import put_in_force
from dispatch.store.cities import holds_city
from dispatch.store.city_check import check
from dispatch.store.city_contents import CityContents, CityName
from dispatch.store.city_founding import write_city
from dispatch.store.duty_rows import read_duty_files
from dispatch.store.engine import file_of, name_of
from dispatch.store.history_file import NEEDED, history_of, read_history_table
from dispatch.store.past_incidents import keep_past_incidents
from dispatch.store.run_card_file import read_run_cards
from geo.errors import BadInput, BadValue, Conflict, FlawedData, UnreadableFile
from geo.finding import Finding
from geo.remark import Remark
from geo.road.network import RoadNetwork
from geo.road.road_class import Mode
from geo.road.storage import load_network, save_network

ABOUT = "city.json"
HISTORY = "history.parquet"


def load_city_folder(folder: Path, session: Session, *, keep_roads_in: Path | None = None) -> None:
    """
    Load a city folder into an empty store, whole or not at all.

    Parameters
    ----------
    folder
        The folder.
    session
        A session that may write; the caller commits.
    keep_roads_in
        Folder of this machine into which the road networks are copied; without it a folder
        beside the file of an embedded store.

    Raises
    ------
    UnreadableFile
        There is no such folder.
    FlawedData
        Anything is missing or contradicts something else; it holds every finding.
    Conflict
        The store holds a city already.
    BadValue
        The store is on a server, and no folder was named for the road networks.
    """
    contents = read_city_folder(folder)
    if holds_city(session):
        raise Conflict(f"The store {name_of(session)} holds a city already; load into a new one.")
    beside, roads_folder = _roads_folder(session, keep_roads_in)
    roads: dict[Mode, Path] = {}
    for mode, network in contents.networks.items():
        roads[mode] = roads_folder / f"{mode}-{network.version}"
        save_network(network, beside / roads[mode])
    write_city(session, contents, roads)
    put_in_force(session, contents.arrival_model)
    if contents.past_incidents is not None:
        keep_past_incidents(session, contents.past_incidents)


def read_city_folder(folder: Path) -> CityContents:
    """
    Read a city folder.

    Parameters
    ----------
    folder
        The folder.

    Returns
    -------
    contents
        Sound and consistent.

    Raises
    ------
    UnreadableFile
        There is no such folder.
    FlawedData
        Anything is missing or contradicts something else; it holds every finding.
    """
    if not folder.is_dir():
        raise UnreadableFile(f"There is no city folder {folder}.")
    findings: list[Finding] = []
    about = _about(folder / ABOUT, findings)
    contents = CityContents(
        about=about,
        areas=city_rows.AREAS.read(folder, findings),
        zones=city_rows.ZONES.read(folder, findings),
        grids=city_rows.GRIDS.read(folder, findings),
        backdrop=city_rows.BACKDROP.read(folder, findings),
        domains=city_rows.DOMAINS.read(folder, findings),
        matters=city_rows.MATTERS.read(folder, findings),
        authority=city_rows.AUTHORITY.read(folder, findings),
        units=city_rows.UNITS.read(folder, findings),
        officers=city_rows.OFFICERS.read(folder, findings),
        partners=city_rows.PARTNERS.read(folder, findings),
        no_fly=city_rows.NO_FLY.read(folder, findings),
        places=city_rows.PLACES.read(folder, findings),
        incidents=city_rows.INCIDENTS.read(folder, findings),
        networks=_networks(folder, findings),
        hourly_speeds=city_rows.HOURLY_SPEEDS.read(folder, findings),
        measured_speeds=city_rows.MEASURED_SPEEDS.read(folder, findings),
        run_cards=read_run_cards(folder, findings),
        duty=read_duty_files(folder, findings),
        arrival_model=_arrival_model(folder / HISTORY, findings),
        past_incidents=_past_incidents(folder / HISTORY, findings),
    )
    findings += check(contents)
    if findings:
        raise FlawedData(
            f"The city folder {folder} has {len(findings)} finding(s); nothing was loaded.",
            findings,
        )
    return contents


def _roads_folder(session: Session, named: Path | None) -> tuple[Path, Path]:
    """Where a store's folder of road networks starts from, and what the store calls it."""
    store = file_of(session)
    if named is not None:
        return Path("/"), named.absolute()
    if store is None:
        raise BadValue(
            f"The store {name_of(session)} is on a server: name a folder of this machine in which "
            "its road networks are to be kept."
        )
    return store.parent, Path(f"{store.stem}-roads")


def _about(path: Path, findings: list[Finding]) -> CityName | None:
    """Read what the city is called."""
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
        lon, lat = about["lon_lat"]
        return CityName(
            code=str(about["code"]),
            name=str(about["name"]),
            name_en=str(about["name_en"]),
            lon_lat=(float(lon), float(lat)),
            invented=bool(about["invented"]),
            as_of=datetime.fromisoformat(about["as_of"]),
        )
    except FileNotFoundError:
        remark = Remark("missing_file", "文件不存在。", "The file is missing.")
    except KeyError as error:
        remark = Remark("missing_column", f"缺少键 {error}。", f"Key {error} is missing.")
    except (OSError, ValueError, TypeError) as error:
        remark = Remark("unreadable_file", f"无法读取：{error}", f"It cannot be read: {error}")
    findings.append(Finding(path.name, None, remark))
    return None


def _arrival_model(path: Path, findings: list[Finding]) -> ArrivalModel:
    """Fit the model of arrivals to the history, if there is one."""
    if not path.exists():
        return prior()
    try:
        return fit(read_arrivals(path))
    except BadInput as error:
        remark = Remark(error.code, f"无法读取到场历史：{error}", str(error))
        findings.append(Finding(path.name, None, remark))
        return prior()


def _past_incidents(path: Path, findings: list[Finding]) -> pa.Table | None:
    """Read the incidents of past years, if the history tells where and when they were reported."""
    if not path.exists():
        return None
    try:
        incidents = read_history_table(path)
        if not set(NEEDED) <= set(incidents.column_names):
            return None  # of arrivals alone
        history_of(incidents, path.name)
    except BadInput as error:
        if not any(finding.layer == path.name for finding in findings):  # the arrivals said so
            remark = Remark(error.code, f"无法读取历史事件：{error}", str(error))
            findings.append(Finding(path.name, None, remark))
        return None
    return incidents


def _networks(folder: Path, findings: list[Finding]) -> dict[Mode, RoadNetwork]:
    """Open the road networks that are there."""
    networks: dict[Mode, RoadNetwork] = {}
    for mode in Mode:
        path = folder / f"network-{mode}"
        if not path.exists():
            continue
        try:
            networks[mode] = load_network(path)
        except UnreadableFile as error:
            remark = Remark("unreadable_file", f"无法读取：{error}", str(error))
            findings.append(Finding(path.name, None, remark))
    if not networks:
        remark = Remark("missing_file", "没有任何路网目录。", "There is no road network folder.")
        findings.append(Finding("network-car", None, remark))
    return networks
