"""
Hotline (12345 热线): work orders read by a mapping of columns, whole or with every finding at once.

Nothing is guessed: an address by which several places may be meant is a finding that names them.
A category that is no matter of ours is a warning, and the matter is left to a person.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from dispatch.address import Ambiguous, find_address
from dispatch.city import City
from dispatch.incident import Reporter
from geo.datum import to_wgs84
from geo.errors import GridDispatchError
from geo.finding import Finding, Severity
from geo.remark import Remark

FIELDS = ("number", "text", "matter", "lon", "lat", "address", "name", "phone")
"""What is read of an order."""

SENDER = "12345"
"""Whose numbers those of work orders are."""

LONGEST = {"number": 100, "text": 4000, "address": 200, "name": 100, "phone": 40}
"""Characters that are kept of each field; more is a finding."""

MOST_ORDERS = 2000
"""Orders of one file: more is cut into parts, so that nobody waits for the store meanwhile."""


@dataclass(frozen=True, slots=True)
class HotlineMapping:
    """
    What a hotline calls its columns.

    Attributes
    ----------
    name
        Under which it is chosen.
    title_zh, title_en
        What it is called.
    crs
        System of its coordinates.
    columns
        Names that a column of ours may have, the first that is there counts.
    matters
        Codes of our matters by the hotline's names.
    """

    name: str
    title_zh: str
    title_en: str
    crs: str
    columns: Mapping[str, tuple[str, ...]]
    matters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Order:
    """
    A work order that can be taken in.

    Attributes
    ----------
    number
        The hotline's own.
    text
        What was said.
    lon_lat
        Where, WGS-84 degrees.
    matters
        Codes; empty where the category is none of ours.
    address, address_code
        The place in words, and the entry of the gazetteer that was found by them.
    reporter
        Who called, or None.
    """

    number: str
    text: str
    lon_lat: tuple[float, float]
    matters: tuple[str, ...]
    address: str = ""
    address_code: str = ""
    reporter: Reporter | None = None


@dataclass(frozen=True, slots=True)
class OrdersRead:
    """
    What was read of a file or message.

    Attributes
    ----------
    orders
        Those that can be taken in; all of them, unless a finding is an error.
    findings
        What is wrong, and what is left to a person.
    """

    orders: tuple[Order, ...]
    findings: tuple[Finding, ...]


def read_orders(
    rows: Sequence[Mapping[str, str]], mapping: HotlineMapping, city: City, *, where: str
) -> OrdersRead:
    """
    Read work orders.

    Parameters
    ----------
    rows
        Cells by the names of their columns.
    mapping
        What those names mean.
    city
        The city.
    where
        What findings call the rows.

    Returns
    -------
    read
        Orders, and every finding at once, each with the number or the row that it is of.
    """
    findings: list[Finding] = []
    orders: list[Order] = []
    seen: set[str] = set()
    if len(rows) > MOST_ORDERS:
        return OrdersRead((), (Finding(where, None, _too_many(len(rows))),))
    for position, row in enumerate(rows, start=1):
        cells = _cells(row, mapping)
        feature = cells["number"] or f"row {position}"
        found = list(_flaws(cells, seen))
        seen.add(cells["number"])
        order = _order(cells, mapping, city, found)
        findings += [Finding(where, feature, said, weighs) for said, weighs in found]
        orders += [] if order is None else [order]
    return OrdersRead(tuple(orders), tuple(findings))


def _cells(row: Mapping[str, str], mapping: HotlineMapping) -> dict[str, str]:
    """Cells by our names; empty where the hotline has no such column."""
    return {
        name: next((row[one].strip() for one in mapping.columns.get(name, ()) if row.get(one)), "")
        for name in FIELDS
    }


def _flaws(cells: Mapping[str, str], seen: set[str]) -> Iterator[tuple[Remark, Severity]]:
    """What is wrong with the cells themselves."""
    if not cells["number"]:
        yield NO_NUMBER, Severity.ERROR
    elif cells["number"] in seen:
        yield TWICE, Severity.ERROR
    for name, most in LONGEST.items():
        if len(cells[name]) > most:
            yield _too_long(name, most), Severity.ERROR
    if not cells["text"] and not cells["matter"]:
        yield NOTHING_SAID, Severity.ERROR


def _order(
    cells: Mapping[str, str],
    mapping: HotlineMapping,
    city: City,
    found: list[tuple[Remark, Severity]],
) -> Order | None:
    """Make an order of cells; what is wrong with its place and matter is added to the findings."""
    matters = _matters(cells["matter"], mapping, city)
    if cells["matter"] and not matters:
        found.append((_other_matter(cells["matter"]), Severity.WARNING))
    placed = _place(cells, mapping, city)
    if isinstance(placed, Remark):
        found.append((placed, Severity.ERROR))
        return None
    lon_lat, code = placed
    if not city.place_index.locate(lon_lat).areas:
        found.append((OUTSIDE, Severity.ERROR))
    caller = Reporter(cells["name"], cells["phone"])
    return Order(
        number=cells["number"],
        text=cells["text"],
        lon_lat=lon_lat,
        matters=matters,
        address=cells["address"],
        address_code=code,
        reporter=caller if caller != Reporter() else None,
    )


def _matters(said: str, mapping: HotlineMapping, city: City) -> tuple[str, ...]:
    """Code of the matter that is meant by a name; none where it is none of ours."""
    code = mapping.matters.get(said, said)
    if code in city.matters:
        return (code,)
    named = [one.code for one in city.matters.values() if said and said == one.name]
    return (named[0],) if len(named) == 1 else ()


def _place(
    cells: Mapping[str, str], mapping: HotlineMapping, city: City
) -> tuple[tuple[float, float], str] | Remark:
    """Where it is, with the entry of the gazetteer that was meant; or why that is not known."""
    if cells["lon"] and cells["lat"]:
        try:
            given = np.array([[float(cells["lon"]), float(cells["lat"])]])
            lon, lat = to_wgs84(given, mapping.crs)[0].tolist()
        except (ValueError, GridDispatchError):
            return NO_PLACE
        return (lon, lat), ""
    if not cells["address"]:
        return NOWHERE
    found = find_address(city.gazetteer, cells["address"])
    return found.said if isinstance(found, Ambiguous) else (found.lon_lat, found.code)


NO_NUMBER = Remark("no_number", "缺少工单编号。", "The number of the order is missing.")
TWICE = Remark("number_twice", "工单编号重复。", "The number stands there twice.")
NOTHING_SAID = Remark("nothing_said", "没有诉求内容。", "Nothing is said of what is there.")
NO_PLACE = Remark("no_place", "坐标无效。", "Longitude and latitude are no place.")
NOWHERE = Remark("nowhere", "既无坐标也无地址。", "There are neither coordinates nor an address.")
OUTSIDE = Remark("outside", "位置不在本市范围内。", "The place lies outside the city.")


def _too_long(name: str, most: int) -> Remark:
    """A field has more characters than are kept."""
    return Remark(
        "too_long", f"{name} 超过 {most} 字。", f"{name} has more than {most} characters."
    )


def _too_many(rows: int) -> Remark:
    """A file has more orders than are taken in at once."""
    return Remark(
        "too_many",
        f"共 {rows} 条，一次最多 {MOST_ORDERS} 条，请分批导入。",
        f"There are {rows} orders, and {MOST_ORDERS} are taken at once: cut the file into parts.",
    )


def _other_matter(said: str) -> Remark:
    """A category is none of our matters."""
    return Remark(
        "other_matter",
        f"“{said}”不是权责清单中的事项，由人工确定。",
        f"“{said}” is no matter of the list of powers; a person names one.",
    )
