"""Checks of an authority list: references met, the law kept, no row against another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import combinations

from dispatch.authority import AuthorityRow, disagreement, index_rows
from dispatch.matter import Domain, Matter
from dispatch.power import FLAWS
from dispatch.power_rule import finding, ids
from dispatch.sieve import sift
from dispatch.store import city_rows
from dispatch.store.city_contents import CityContents
from geo.area import Area
from geo.finding import Finding
from geo.remark import Remark

WHERE = city_rows.AUTHORITY.file


def check_authority(city: CityContents) -> Iterator[Finding]:
    """
    Find what is wrong with an authority list.

    Parameters
    ----------
    city
        Contents, each row sound by itself.

    Yields
    ------
    finding
        On rows that the law bars, that claim more ground than their tier has, that stand
        against the tier of their domain, that leave out what is not theirs, and on pairs
        of rows that contradict each other.
    """
    areas = {area.code: area for area in city.areas}
    matters = {matter.code: matter for matter in city.matters}
    domains = {domain.code: domain for domain in city.domains}
    index = index_rows(city.authority)
    for row in city.authority:
        if row.matter in matters and row.area in areas:
            chain = _chain(row.area, areas)
            beside = [one for code in chain for one in index[row.matter].get(code, ())]
            yield from _flaws(row, beside, matters[row.matter], chain, domains)
            yield from _left_out(row, areas)
    yield from _contradictory(city.authority)


def _chain(code: str | None, areas: Mapping[str, Area]) -> dict[str, Area]:
    """An area and all above it; parents that are missing have a finding of their own."""
    chain: dict[str, Area] = {}
    while code is not None and code in areas and code not in chain:
        chain[code] = areas[code]
        code = areas[code].parent
    return chain


def _flaws(
    row: AuthorityRow,
    beside: list[AuthorityRow],
    matter: Matter,
    chain: Mapping[str, Area],
    domains: Mapping[str, Domain],
) -> Iterator[Finding]:
    """Say why a row never counts, whatever the day."""
    domain = domains.get(matter.domain)
    sieve = sift(beside, matter, chain, domain.kept_at if domain else None, day=date.min)
    area = chain[row.area]
    for barred, bar in sieve.barred:
        if barred is row and bar in FLAWS:
            remark = finding(FLAWS[bar], matter=matter.code, row=row, tier=row.tier, area=area)
            yield Finding(WHERE, row.id, remark)


def _left_out(row: AuthorityRow, areas: Mapping[str, Area]) -> Iterator[Finding]:
    """Say which areas a row leaves out that do not lie in its own."""
    for code in row.excluding:
        if code in areas and row.area not in _chain(code, areas):
            remark = Remark(
                "excludes_elsewhere",
                f"除外区域 {code} 不在该行的区域 {row.area} 之内。",
                f"It leaves out {code}, which does not lie in its area {row.area}.",
            )
            yield Finding(WHERE, row.id, remark)


def _contradictory(rows: tuple[AuthorityRow, ...]) -> Iterator[Finding]:
    """Say which rows give one body the same power on different terms."""
    same = defaultdict(list)
    for row in rows:
        same[row.matter, row.area, row.tier, row.acting_body].append(row)
    for group in same.values():
        for pair in combinations(sorted(group, key=lambda row: row.id), 2):
            columns = ", ".join(disagreement(pair))
            if columns and _meet(*pair):
                matter, row = pair[0].matter, pair[0]
                remark = finding(
                    "contradictory_rows", matter=matter, ids=ids(pair), row=row, columns=columns
                )
                yield Finding(WHERE, row.id, remark)


def _meet(one: AuthorityRow, other: AuthorityRow) -> bool:
    """Tell whether two rows hold the same cases on some day."""
    begins = max(one.valid_from or date.min, other.valid_from or date.min)
    ends = min(one.valid_to or date.max, other.valid_to or date.max)
    apart = one.scale is not None and other.scale is not None and one.scale != other.scale
    return begins < ends and not apart
