"""A city of two towns beside each other, each with a brigade; and a squad of the whole city."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from shapely import box
from spec.city_files import EVERYWHERE, TABLES, write_city, write_layer, write_table
from spec.served_town import RIVER, SEVEN

from dispatch.store.city_folder import load_city_folder
from dispatch.store.engine import open_store
from geo.road.road_class import Mode
from geo.road.storage import save_network

BETWEEN = 109.1083
"""The border runs between 3 and x."""

WEST_JUNCTION, EAST_JUNCTION = "2", "y"
CREWS = {"KW": ("BW", "1"), "KE": ("BE", "y"), "KF": ("BE", "5"), "KS": ("SQ", "3")}
"""Crews by code: who commands them, and where they stand."""

PHONE = "13987654321"
"""The number of whoever reports; wherever else it shows, it has leaked."""

_WEST, _SOUTH, _EAST, _NORTH = EVERYWHERE.bounds
_HALVES = [box(_WEST, _SOUTH, BETWEEN, _NORTH), box(BETWEEN, _SOUTH, _EAST, _NORTH)]


def write_sibling_towns(folder: Path, *, bases: bool = False) -> Path:
    """
    Load the city into a store; officers are called after their crew, with a and b behind.

    With bases, each crew sets out from where it stands.
    """
    city = write_city(folder / "city")
    authority = TABLES["authority.csv"][0] | {"assisting": "", "skills": "", "tier": "city"}
    write_table(city, "authority.csv", [authority | {"area": "C"}])
    write_table(city, "units.csv", _units(bases=bases))
    officers = []
    for crew, (_, place) in CREWS.items():
        lon, lat = RIVER.lon_lat[place]
        seen = {"lon": f"{lon}", "lat": f"{lat}", "fix_time": SEVEN.isoformat()}
        officers += [{"id": f"{crew}{one}", "crew": crew} | seen for one in "ab"]
    write_table(city, "officers.csv", officers)
    _write_layers(city)
    for mode in (Mode.CAR, Mode.FOOT):
        save_network(RIVER.network(mode=mode), city / f"network-{mode}")
    path = folder / "towns.gpkg"
    with closing(open_store(f"sqlite:///{path}", create=True)) as store, store.session() as session:
        load_city_folder(city, session)
        session.commit()
    return path


def _units(*, bases: bool) -> list[dict[str, str]]:
    phone = {"phone": "13700001111"}
    places = {crew: RIVER.lon_lat[place] for crew, (_, place) in CREWS.items() if bases}
    return [
        {"code": "BW", "kind": "grid_brigade", "zone": "ZW"},
        {"code": "BE", "kind": "grid_brigade", "zone": "ZE"},
        {"code": "SQ", "kind": "specialist_squad", "domains": "T"},
        *(
            {"code": crew, "kind": "crew", "mode": "car", "parent": parent}
            | phone
            | dict(zip(("lon", "lat"), map(str, places.get(crew, ())), strict=False))
            for crew, (parent, _) in CREWS.items()
        ),
    ]


def _write_layers(city: Path) -> None:
    """The areas C, TW and TE, and in each town a zone of one unit grid."""
    towns = [("TW", "西镇"), ("TE", "东镇")]
    areas = [{"code": "C", "name": "市", "name_en": "city", "tier": "city", "parent": ""}]
    areas += [
        {"code": code, "name": name, "name_en": code, "tier": "township", "parent": "C"}
        for code, name in towns
    ]
    zones = [
        {"code": f"Z{side}", "name": "区", "name_en": side, "brigade": f"B{side}"}
        | {"arrival_target_s": 900}
        for side in "WE"
    ]
    grids = [
        {"code": f"G{side}", "community": f"T{side}", "zone": f"Z{side}", "population": 100}
        for side in "WE"
    ]
    write_layer(city, "areas", areas, shapes=[EVERYWHERE, *_HALVES])
    write_layer(city, "zones", zones, shapes=_HALVES)
    write_layer(city, "grids", grids, shapes=_HALVES)
