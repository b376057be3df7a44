"""Rows of a city folder's files, and the values that they become."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from dispatch.authority import DEADLINES, AuthorityRow
from dispatch.incident import Incident, IncidentKind
from dispatch.incident_state import State
from dispatch.matter import CaseScale, Domain, KeptAt, Matter, MatterKind, Triage
from dispatch.partner import PartnerCity
from dispatch.place_entry import PlaceEntry
from dispatch.store.cells import lon_lat_of, positive, read_day, read_instant, seconds, whole, yes
from dispatch.store.city_contents import Backdrop, PostedOfficer
from dispatch.store.column import split_codes
from dispatch.store.table_file import Row, polygon_of, read_layer, read_table, values
from dispatch.unit import DutyStatus, Officer, Unit, UnitKind
from geo.area import Area, Tier
from geo.finding import Finding
from geo.no_fly import NoFly
from geo.position import Fix
from geo.remark import Remark
from geo.road.hourly_speed import COLUMNS as HOURLY_COLUMNS
from geo.road.hourly_speed import hourly_rule
from geo.road.measured_speed import COLUMNS as MEASURED_COLUMNS
from geo.road.measured_speed import measured_speed
from geo.road.road_class import Mode
from geo.zone import UnitGrid, Zone

Value = TypeVar("Value")

EMPTY = Remark("empty_file", "文件没有任何行。", "The file has no rows.")

AIR = "air"
"""Mode of drones, which travel by no road."""


@dataclass(frozen=True, slots=True)
class Source(Generic[Value]):
    """
    One file of a city folder.

    Attributes
    ----------
    file
        Its name.
    columns
        Columns that it must have, with spaces between them.
    make
        Makes a value of a row.
    key
        Column that names a row.
    needed
        Whether a file without rows is a finding.
    optional
        Columns that it may have, with spaces between them; read as empty where missing.
    may_be_missing
        Whether a folder without the file is sound.
    """

    file: str
    columns: str
    make: Callable[[Row], Value]
    key: str = "code"
    needed: bool = True
    optional: str = ""
    may_be_missing: bool = False

    def read(self, folder: Path, findings: list[Finding]) -> tuple[Value, ...]:
        """
        Read the file.

        Parameters
        ----------
        folder
            Where it lies.
        findings
            What is wrong is added here.

        Returns
        -------
        values
            Of all rows that are sound.
        """
        path = folder / self.file
        if self.may_be_missing and not path.exists():
            return ()
        reads = read_table if path.suffix == ".csv" else read_layer
        rows = reads(path, self.columns.split(), findings)
        if rows == [] and self.needed:
            findings.append(Finding(self.file, None, EMPTY))
        spare = dict.fromkeys(self.optional.split(), "")
        full = None if rows is None else [spare | row for row in rows]
        return values(self.file, full, self.make, findings, key=self.key)


def _area(row: Row) -> Area:
    return Area(
        code=row["code"],
        name=row["name"],
        tier=Tier(row["tier"]),
        parent=row["parent"] or None,
        polygon=polygon_of(row),
        name_en=row["name_en"],
    )


def _zone(row: Row) -> Zone:
    return Zone(
        code=row["code"],
        name=row["name"],
        brigade=row["brigade"] or None,
        polygon=polygon_of(row),
        arrival_target_s=whole(row["arrival_target_s"], "arrival_target_s", least=1),
        name_en=row["name_en"],
        acknowledge_within_s=seconds(row["acknowledge_within_s"], "acknowledge_within_s"),
    )


def _grid(row: Row) -> UnitGrid:
    return UnitGrid(
        code=row["code"],
        community=row["community"],
        zone=row["zone"] or None,
        polygon=polygon_of(row),
        population=whole(row["population"], "population", least=0) if row["population"] else None,
    )


def _backdrop(row: Row) -> Backdrop:
    return Backdrop(row["kind"], row["name"], polygon_of(row))


def _domain(row: Row) -> Domain:
    kept_at = KeptAt(row["kept_at"]) if row["kept_at"] else None
    return Domain(row["code"], row["name"], row["name_en"], kept_at)


def _matter(row: Row) -> Matter:
    return Matter(
        code=row["code"],
        name=row["name"],
        name_en=row["name_en"],
        domain=row["domain"],
        kind=MatterKind(row["kind"]),
        gravity=whole(row["gravity"], "gravity", least=1),
        triage=Triage(row["triage"]),
    )


def _authority(row: Row) -> AuthorityRow:
    return AuthorityRow(
        id=row["id"],
        matter=row["matter"],
        area=row["area"],
        tier=Tier(row["tier"]),
        acting_body=row["acting_body"],
        lead=row["lead"] or None,
        assisting=split_codes(row["assisting"]),
        legal_basis=row["legal_basis"],
        valid_from=read_day(row["valid_from"]),
        valid_to=read_day(row["valid_to"]),
        min_certified=whole(row["min_certified"], "min_certified", least=1),
        skills=split_codes(row["skills"]),
        excluding=split_codes(row["excluding"]),
        scale=CaseScale(row["scale"]) if row["scale"] else None,
        triage=Triage(row["triage"]) if row["triage"] else None,
        equipment=split_codes(row["equipment"]),
        **{name: seconds(row[name], name) for name in DEADLINES},
    )


def _partner(row: Row) -> PartnerCity:
    return PartnerCity(
        code=row["code"],
        name=row["name"],
        name_en=row["name_en"],
        desk=row["desk"],
        phone=row["phone"],
        polygon=polygon_of(row),
    )


def _no_fly(row: Row) -> NoFly:
    return NoFly(row["code"], row["name"], polygon_of(row), row["name_en"])


def _place(row: Row) -> PlaceEntry:
    if not row["name"]:
        raise ValueError("the place has no name")
    return PlaceEntry(
        code=row["code"],
        name=row["name"],
        lon_lat=lon_lat_of(row),
        address=row["address"],
        kind=row["kind"],
        also=split_codes(row["also"]),
        name_en=row["name_en"],
    )


def _unit(row: Row) -> Unit:
    based = row["lon"] or row["lat"]
    return Unit(
        code=row["code"],
        name=row["name"],
        name_en=row["name_en"],
        kind=UnitKind(row["kind"]),
        parent=row["parent"] or None,
        zone=row["zone"] or None,
        domains=split_codes(row["domains"]),
        mode=None if row["mode"] in {"", AIR} else Mode(row["mode"]),
        lon_lat=lon_lat_of(row) if based else None,
        call_sign=row["call_sign"],
        phone=row["phone"],
        equipment=split_codes(row["equipment"]),
        air_speed_mps=positive(row["air_speed_mps"], "air_speed_mps"),
        range_m=positive(row["range_m"], "range_m"),
        launch_s=positive(row["launch_s"], "launch_s"),
    )


def _officer(row: Row) -> PostedOfficer:
    officer = Officer(
        id=row["id"],
        name=row["name"],
        crew=row["crew"],
        certified=yes(row["certified"], "certified"),
        skills=split_codes(row["skills"]),
        phone=row["phone"],
        equipment=split_codes(row["equipment"]),
    )
    located = row["lon"] or row["lat"]
    fix = Fix(officer.id, lon_lat_of(row), read_instant(row["fix_time"])) if located else None
    return PostedOfficer(officer, DutyStatus(row["status"]), fix)


def _hourly(row: Row) -> Row:
    hourly_rule(row)  # says what is wrong with it
    return row


def _measured(row: Row) -> Row:
    measured_speed(row)  # says what is wrong with it
    return row


def _incident(row: Row) -> Incident:
    if row["state"] != State.REPORTED:
        raise ValueError(f"state is {row['state']!r}; what comes with a city is reported, no more")
    return Incident(
        lon_lat=lon_lat_of(row),
        matters=split_codes(row["matters"]),
        reported_at=read_instant(row["reported_at"]),
        kind=IncidentKind(row["kind"]),
        text=row["text"],
        id=row["id"],
    )


AREAS = Source("areas.gpkg", "code name name_en tier parent", _area)
ZONES = Source(
    "zones.gpkg",
    "code name name_en brigade arrival_target_s",
    _zone,
    optional="acknowledge_within_s",
)
GRIDS = Source("grids.gpkg", "code community zone population", _grid, needed=False)
BACKDROP = Source("backdrop.gpkg", "kind name", _backdrop, key="name", needed=False)
DOMAINS = Source("domains.csv", "code name name_en", _domain, optional="kept_at")
MATTERS = Source("matters.csv", "code name name_en domain kind gravity triage", _matter)
AUTHORITY = Source(
    "authority.csv",
    "id matter area tier acting_body lead assisting legal_basis valid_from valid_to min_certified "
    "skills",
    _authority,
    key="id",
    optional=" ".join(("excluding", "scale", "triage", *DEADLINES, "equipment")),
)
PARTNERS = Source(
    "partners.gpkg",
    "code name name_en desk phone",
    _partner,
    needed=False,
    may_be_missing=True,
)
NO_FLY = Source("no-fly.gpkg", "code name name_en", _no_fly, needed=False, may_be_missing=True)
PLACES = Source(
    "places.csv",
    "code name lon lat",
    _place,
    needed=False,
    optional="name_en address kind also",
    may_be_missing=True,
)
UNITS = Source(
    "units.csv",
    "code name name_en kind parent zone domains mode lon lat call_sign phone",
    _unit,
    optional="equipment air_speed_mps range_m launch_s",
)
OFFICERS = Source(
    "officers.csv",
    "id name crew certified skills phone lon lat fix_time status",
    _officer,
    key="id",
    optional="equipment",
)
HOURLY_SPEEDS = Source(
    "hourly_speeds.csv",
    " ".join(HOURLY_COLUMNS),
    _hourly,
    key="class",
    needed=False,
    may_be_missing=True,
)
MEASURED_SPEEDS = Source(
    "measured_speeds.csv",
    " ".join(MEASURED_COLUMNS),
    _measured,
    key="way",
    needed=False,
    may_be_missing=True,
)
INCIDENTS = Source(
    "incidents.csv",
    "id lon lat matters kind text reported_at state",
    _incident,
    key="id",
    needed=False,
)
