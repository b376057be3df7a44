"""What somebody should look at in a plan that was put on another base: zones that came or went."""

from __future__ import annotations

from collections.abc import Iterator

from dispatch.planning.plan_content import PlanContent
from dispatch.planning.plan_faults import LAYER, MOST_NAMED
from geo.finding import Finding, Severity
from geo.remark import Remark


def rebase_findings(
    base: PlanContent, mine: PlanContent, theirs: PlanContent, after: PlanContent
) -> tuple[Finding, ...]:
    """
    Find zones that two plans mean differently.

    Parameters
    ----------
    base
        What both began from.
    mine, theirs
        What the plan said, and what is published by now.
    after
        What the plan says since it was put on what is published.

    Returns
    -------
    findings
        Warnings: a zone that the published plan dissolved and this one goes on with, one that
        this plan dissolved and that has grids again, and a code that both gave to a new zone.
        Zones by code, ascending.
    """
    was, own = _members(base), _members(mine)
    published, now = _members(theirs), _members(after)
    return (
        *_gone_there(was, published, now),
        *_gone_here(was, own, published, now),
        *_both_new(was, own, published, now),
    )


def _gone_there(
    was: dict[str, list[str]], published: dict[str, list[str]], now: dict[str, list[str]]
) -> Iterator[Finding]:
    """Zones that the published plan dissolved, and in which this one keeps grids."""
    for zone in sorted(was.keys() & now.keys() - published.keys()):
        yield _finding(
            zone,
            now[zone],
            "zone_dissolved_there",
            f"已发布的方案撤销了责任区 {zone}，本方案仍把 {_named(now[zone])} 划入其中，"
            "即重新设立该区；若无此意，请改划。",
            f"The published plan has dissolved zone {zone}, and this one still puts "
            f"{_named(now[zone])} into it, which makes it anew. If that is not meant, put them "
            "elsewhere.",
        )


def _gone_here(
    was: dict[str, list[str]],
    own: dict[str, list[str]],
    published: dict[str, list[str]],
    now: dict[str, list[str]],
) -> Iterator[Finding]:
    """Zones that this plan had dissolved, and in which there are grids again."""
    for zone in sorted(was.keys() & published.keys() & now.keys() - own.keys()):
        yield _finding(
            zone,
            now[zone],
            "zone_dissolved_here",
            f"本方案撤销了责任区 {zone}，但其后发布的方案又把 {_named(now[zone])} 划入其中，"
            "该区因此仍在；若仍要撤销，请并入其他区。",
            f"This plan dissolved zone {zone}, and the plan published since has put "
            f"{_named(now[zone])} into it, so that it is still there. Merge it if it is to go.",
        )


def _both_new(
    was: dict[str, list[str]],
    own: dict[str, list[str]],
    published: dict[str, list[str]],
    now: dict[str, list[str]],
) -> Iterator[Finding]:
    """Codes that both plans gave to a zone of their own."""
    for zone in sorted((own.keys() & published.keys() & now.keys()) - was.keys()):
        if set(own[zone]) == set(published[zone]):
            continue
        mine = sorted(set(now[zone]) - set(published[zone]))
        yield _finding(
            zone,
            now[zone],
            "zone_code_taken",
            f"两个方案都新设了责任区 {zone}：已发布方案中为 {_named(published[zone])}，本方案另加 "
            f"{_named(mine)}，现已合为一区；若是两个区，请把本方案的改用其他代码。",
            f"Both plans made a new zone {zone}: {_named(published[zone])} in the published one, "
            f"and {_named(mine)} beside them in this one, so that it is one zone now. If two are "
            "meant, put those of this plan under another code.",
        )


def _finding(zone: str, grids: list[str], code: str, zh: str, en: str) -> Finding:
    return Finding(LAYER, zone, Remark(code, zh, en), Severity.WARNING, others=tuple(grids))


def _members(content: PlanContent) -> dict[str, list[str]]:
    """Grids of each zone that has any, ascending."""
    members: dict[str, list[str]] = {}
    for grid, zone in zip(content.plan.grids, content.plan.zone_codes, strict=True):
        if zone is not None:
            members.setdefault(zone, []).append(grid)
    return members


def _named(grids: list[str]) -> str:
    """Grids by name, of many the first."""
    if not grids:
        return "none"
    more = f" … ({len(grids)})" if len(grids) > MOST_NAMED else ""
    return ", ".join(grids[:MOST_NAMED]) + more
