"""What a layer refers to and isn't there, and what would refer to nothing once it is published."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from dispatch.layer.kind import Kind, KindName
from dispatch.layer.published import Published, contents_with
from dispatch.store.city_check import check
from dispatch.store.city_contents import CityContents
from geo.area import Tier
from geo.finding import Finding, Severity
from geo.remark import Remark

TOLD_ELSEWHERE = frozenset({"duplicate_code"})
"""What is said of the file by itself."""


def reference_findings(
    kind: Kind, file: str, values: Sequence[Any], published: Published
) -> Iterator[Finding]:
    """
    Hold a layer against the published city, by the check that city folders pass.

    Parameters
    ----------
    kind
        Kind of the layer.
    file
        Name of the file.
    values
        What its rows became.
    published
        What is published.

    Yields
    ------
    finding
        Errors of the layer; warnings of other layers, which another draft of the set may mend.
    """
    after = contents_with(published.contents, kind.name, values)
    for finding in new_findings(published.contents, after):
        if finding.code in TOLD_ELSEWHERE:
            continue
        if finding.layer == kind.source.file:
            yield replace(finding, layer=file)
        else:
            yield replace(finding, severity=Severity.WARNING)
    yield from _unit_without_zone(kind, file, values, published)


def new_findings(before: CityContents, after: CityContents) -> list[Finding]:
    """
    Find what a change of the city would break.

    Parameters
    ----------
    before, after
        The city without and with the change.

    Returns
    -------
    findings
        Those that the city does not have already.
    """
    told = set(map(_said, check(before)))
    return [finding for finding in check(after) if _said(finding) not in told]


def _said(finding: Finding) -> tuple[str, str | None, str]:
    return finding.layer, finding.feature, finding.message.en


def _unit_without_zone(
    kind: Kind, file: str, values: Sequence[Any], published: Published
) -> Iterator[Finding]:
    """Say which grid brigades no zone would have any more."""
    if kind.name is not KindName.ZONES:
        return
    had = {zone.brigade for zone in published.city.zones}
    kept = {zone.brigade for zone in values}
    for code in sorted(had - kept - {None}, key=str):
        remark = Remark(
            "brigade_without_zone",
            f"大队 {code} 不再负责任何责任区。",
            f"The brigade {code} would be responsible for no zone.",
        )
        yield Finding(file, code, remark, Severity.WARNING)


def one_boundary(kind: Kind, file: str, values: Sequence[Any]) -> Iterator[Finding]:
    """
    Check that a boundary is one.

    Parameters
    ----------
    kind
        Kind of the layer; of others nothing is said.
    file
        Name of the file.
    values
        What its rows became.

    Yields
    ------
    finding
        That there are several, if there are.
    """
    if kind.name is KindName.BOUNDARY and len(values) > 1:
        remark = Remark(
            "several_boundaries",
            f"市界应为一行，文件有 {len(values)} 行。",
            f"The border of a city is one row; the file has {len(values)}.",
        )
        yield Finding(file, None, remark)
    cities = [one.code for one in values if kind.name is KindName.AREAS and one.tier is Tier.CITY]
    if len(cities) > 1:
        remark = Remark(
            "several_cities",
            f"市级行政区应为一个，文件有 {len(cities)} 个。",
            f"There is one area of the city's tier; the file has {len(cities)}.",
        )
        yield Finding(file, cities[0], remark, Severity.WARNING, others=tuple(cities[1:]))
