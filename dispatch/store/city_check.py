"""Checks of city contents: every code used once, every reference met, every zone manned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from dispatch.store import city_rows
from dispatch.store.authority_check import check_authority
from dispatch.store.city_contents import CityContents
from dispatch.store.duty_check import check_duty
from dispatch.store.run_card_check import check_run_cards
from dispatch.unit import BRIGADES, Unit, UnitKind, commanding_brigade
from geo.area import TIERS
from geo.finding import Finding
from geo.remark import Remark
from geo.road.speed_table import read_modes


def check(city: CityContents) -> list[Finding]:
    """
    Find what contradicts itself.

    Parameters
    ----------
    city
        Contents, each row sound by itself.

    Returns
    -------
    findings
        In the order of the files.
    """
    return [
        *_used_twice(city),
        *_areas(city),
        *_zones(city),
        *_grids(city),
        *_matters(city),
        *check_authority(city),
        *_units(city),
        *_officers(city),
        *_incidents(city),
        *_measured_speeds(city),
        *check_run_cards(city),
        *check_duty(city.duty, {row.officer.id for row in city.officers}, city.units),
    ]


def _used_twice(city: CityContents) -> Iterator[Finding]:
    tables: tuple[tuple[str, list[str]], ...] = (
        (city_rows.AREAS.file, [area.code for area in city.areas]),
        (city_rows.ZONES.file, [zone.code for zone in city.zones]),
        (city_rows.GRIDS.file, [grid.code for grid in city.grids]),
        (city_rows.DOMAINS.file, [domain.code for domain in city.domains]),
        (city_rows.MATTERS.file, [matter.code for matter in city.matters]),
        (city_rows.AUTHORITY.file, [row.id for row in city.authority]),
        (city_rows.PARTNERS.file, [partner.code for partner in city.partners]),
        (city_rows.NO_FLY.file, [one.code for one in city.no_fly]),
        (city_rows.PLACES.file, [one.code for one in city.places]),
        (city_rows.UNITS.file, [unit.code for unit in city.units]),
        (city_rows.OFFICERS.file, [row.officer.id for row in city.officers]),
        (city_rows.INCIDENTS.file, [str(incident.id) for incident in city.incidents]),
    )
    for where, codes in tables:
        for code in sorted(code for code, count in Counter(codes).items() if count > 1):
            remark = Remark("duplicate_code", "编码重复。", "The code is used more than once.")
            yield Finding(where, code, remark)


def _areas(city: CityContents) -> Iterator[Finding]:
    where = city_rows.AREAS.file
    tier_of = {area.code: area.tier for area in city.areas}
    for area in city.areas:
        if area.parent is None:
            continue
        yield from _unknown(where, area.code, "parent", [area.parent], tier_of)
        above = tier_of.get(area.parent)
        if above is not None and TIERS.index(above) >= TIERS.index(area.tier):
            remark = Remark(
                "parent_not_above",
                f"上级 {area.parent} 的层级不高于本级。",
                f"Its parent {area.parent} is not of a higher tier.",
            )
            yield Finding(where, area.code, remark)


def _zones(city: CityContents) -> Iterator[Finding]:
    where = city_rows.ZONES.file
    brigades = {unit.code for unit in city.units if unit.kind == UnitKind.GRID_BRIGADE}
    for zone in city.zones:
        if zone.brigade is None:
            remark = Remark(
                "zone_without_brigade", "责任区没有责任大队。", "The zone has no grid brigade."
            )
            yield Finding(where, zone.code, remark)
        else:
            yield from _unknown(where, zone.code, "brigade", [zone.brigade], brigades)


def _grids(city: CityContents) -> Iterator[Finding]:
    where = city_rows.GRIDS.file
    areas, zones = {area.code for area in city.areas}, {zone.code for zone in city.zones}
    for grid in city.grids:
        yield from _unknown(where, grid.code, "community", [grid.community], areas)
        if grid.zone is not None:
            yield from _unknown(where, grid.code, "zone", [grid.zone], zones)


def _matters(city: CityContents) -> Iterator[Finding]:
    domains = {domain.code for domain in city.domains}
    for matter in city.matters:
        where = city_rows.MATTERS.file
        yield from _unknown(where, matter.code, "domain", [matter.domain], domains)
    matters, areas = {matter.code for matter in city.matters}, {area.code for area in city.areas}
    leads = domains | {unit.code for unit in city.units if unit.kind in BRIGADES}
    for row in city.authority:
        where = city_rows.AUTHORITY.file
        yield from _unknown(where, row.id, "matter", [row.matter], matters)
        yield from _unknown(where, row.id, "area", [row.area], areas)
        yield from _unknown(where, row.id, "excluding", row.excluding, areas)
        if row.lead is not None:
            yield from _unknown(where, row.id, "lead", [row.lead], leads)


def _units(city: CityContents) -> Iterator[Finding]:
    where = city_rows.UNITS.file
    units, zones = {unit.code for unit in city.units}, {zone.code for zone in city.zones}
    by_code = {unit.code: unit for unit in city.units}
    domains = {domain.code for domain in city.domains}
    for unit in city.units:
        if unit.parent is not None:
            yield from _unknown(where, unit.code, "parent", [unit.parent], units)
        if unit.zone is not None:
            yield from _unknown(where, unit.code, "zone", [unit.zone], zones)
        yield from _unknown(where, unit.code, "domains", unit.domains, domains)
        yield from _not_a_drone(unit)
        if unit.kind != UnitKind.CREW:
            continue
        if unit.parent is None:
            remark = Remark(
                "crew_without_parent", "小组没有上级单位。", "The crew belongs to no unit."
            )
            yield Finding(where, unit.code, remark)
        elif unit.parent in units and commanding_brigade(unit, by_code) is None:
            remark = Remark(
                "crew_without_brigade",
                "小组的上级中没有网格大队或专业大队。",
                "No grid brigade or specialist squad stands above the crew.",
            )
            yield Finding(where, unit.code, remark)
        if unit.mode not in city.networks:
            remark = Remark(
                "crew_without_roads",
                f"小组的出行方式 {unit.mode} 没有对应路网。",
                f"The crew travels by {unit.mode}, for which there are no roads.",
            )
            yield Finding(where, unit.code, remark)


def _not_a_drone(unit: Unit) -> Iterator[Finding]:
    """Report how something flies that does not."""
    flight = (unit.air_speed_mps, unit.range_m, unit.launch_s)
    if unit.kind != UnitKind.DRONE and any(number is not None for number in flight):
        remark = Remark(
            "not_a_drone",
            "只有无人机才有飞行速度、航程和起飞时间。",
            "Only a drone has an air speed, a range and a launch time.",
        )
        yield Finding(city_rows.UNITS.file, unit.code, remark)


def _officers(city: CityContents) -> Iterator[Finding]:
    crews = {unit.code for unit in city.units if unit.kind == UnitKind.CREW}
    if city.units and not crews:
        crews = {""}  # units without one crew are known, and nobody can be in any
    for row in city.officers:
        where = city_rows.OFFICERS.file
        yield from _unknown(where, row.officer.id, "crew", [row.officer.crew], crews)


def _incidents(city: CityContents) -> Iterator[Finding]:
    matters = {matter.code for matter in city.matters}
    for incident in city.incidents:
        where = city_rows.INCIDENTS.file
        yield from _unknown(where, str(incident.id), "matters", incident.matters, matters)


def _measured_speeds(city: CityContents) -> Iterator[Finding]:
    where = city_rows.MEASURED_SPEEDS.file
    for line in city.measured_speeds:
        modes = [mode for mode in read_modes(line["mode"]) if mode in city.networks]
        networks = [city.networks[mode] for mode in modes]
        column = "edge" if line["edge"] else "way"
        number = int(line[column])
        if column == "edge":
            found = any(0 <= number < network.n_edges for network in networks)
        else:
            found = any((network.street_way_id == number).any() for network in networks)
        if not found:
            remark = Remark(
                "unknown_reference",
                f"路网中没有 {column} {number}。",
                f"The roads have no {column} {number}.",
            )
            yield Finding(where, line[column], remark)


def _unknown(
    where: str, feature: str, column: str, codes: Iterable[str], known: Collection[str]
) -> Iterator[Finding]:
    """Report references to what is not there; an empty table has a finding of its own."""
    if not known:
        return
    for code in codes:
        if code not in known:
            remark = Remark(
                "unknown_reference",
                f"{column} 引用的 {code} 不存在。",
                f"Its {column} {code} does not exist.",
            )
            yield Finding(where, feature, remark)
