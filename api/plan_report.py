"""A plan as it stands, in words: pieces, townships, topology, repairs, edits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from dispatch.planning.contiguity import Repair, contiguity_findings, repair
from dispatch.planning.edit_script import Told
from dispatch.planning.grid_ground import GridGround
from dispatch.planning.plan_locks import NO_LOCKS, PlanLocks
from dispatch.planning.township_split import TownshipSplit, township_splits
from dispatch.planning.zone_outline import plan_topology
from dispatch.planning.zone_plan import ZonePlan
from geo.finding import Finding
from geo.remark import Remark

MOST_SHOWN = 200
"""Findings that the screen shows; `--json` has all."""


def state_of(ground: GridGround, plan: ZonePlan, locks: PlanLocks = NO_LOCKS) -> dict[str, Any]:
    """
    Tell how a plan stands.

    Parameters
    ----------
    ground
        Unit grids.
    plan
        The plan.
    locks
        What an offered repair must leave as it is.

    Returns
    -------
    state
        Digest, zones, findings, divided townships, and a repair if zones are in pieces.
    """
    findings = plan_findings(ground, plan)
    offered = repair(ground.graph, plan, locks)
    return {
        "digest": plan.digest,
        "grids": len(plan),
        "zones": {zone: len(plan.rows_in(zone)) for zone in plan.zones},
        "findings": [finding_out(one) for one in findings],
        "townships_divided": [_split_out(one) for one in township_splits(ground.graph, plan)],
        "repair": repair_out(plan, offered) if offered.moves or offered.left else None,
    }


def plan_findings(ground: GridGround, plan: ZonePlan) -> tuple[Finding, ...]:
    """
    Find what is wrong with a plan.

    Parameters
    ----------
    ground
        Unit grids.
    plan
        The plan.

    Returns
    -------
    findings
        Of contiguity, then of topology.
    """
    return (*contiguity_findings(ground.graph, plan), *plan_topology(ground, plan))


def lines_of(findings: Sequence[Finding]) -> Iterator[str]:
    """
    Put findings on lines.

    Parameters
    ----------
    findings
        Findings.

    Yields
    ------
    line
        Severity, code, place, sentence.
    """
    for one in findings[:MOST_SHOWN]:
        where = "" if one.lon_lat is None else f" at {one.lon_lat[0]:.6f},{one.lon_lat[1]:.6f}"
        yield f"{one.severity} {one.code}{where}: {one.message.en}"
    if len(findings) > MOST_SHOWN:
        yield f"… and {len(findings) - MOST_SHOWN} more"


def repair_lines(plan: ZonePlan, offered: Repair) -> Iterator[str]:
    """
    Put an offered repair on lines.

    Parameters
    ----------
    plan
        A plan over the same grids.
    offered
        The repair.

    Yields
    ------
    line
        One per piece, then what can't be moved.
    """
    for move in offered.moves:
        codes = ", ".join(plan.grids[row] for row in move.rows)
        border = f"{move.border_m:,.0f} m of border"
        yield f"repair: {codes} from {move.loses} to {move.gains} ({border})"
    for remark in offered.left:
        yield f"no repair: {remark.en}"


def repair_out(plan: ZonePlan, offered: Repair) -> dict[str, Any]:
    """
    Tell a repair to a program.

    Parameters
    ----------
    plan
        A plan over the same grids.
    offered
        The repair.

    Returns
    -------
    told
        Moves and what can't be moved.
    """
    return {
        "moves": [
            {
                "grids": [plan.grids[row] for row in move.rows],
                "loses": move.loses,
                "gains": move.gains,
                "border_m": round(move.border_m, 1),
            }
            for move in offered.moves
        ],
        "left": remarks_out(offered.left),
    }


def told_out(plan: ZonePlan, told: Told) -> dict[str, Any]:
    """
    Tell what came of a line of a script.

    Parameters
    ----------
    plan
        A plan over the same grids.
    told
        The line.

    Returns
    -------
    told
        Whether it was done, and why not.
    """
    return {
        "line": told.step.line,
        "edit": told.step.text,
        "done": not told.refused,
        "refused": remarks_out(told.refused),
        "repair": None if told.repair is None else repair_out(plan, told.repair),
    }


def remarks_out(remarks: Iterable[Remark]) -> list[dict[str, str]]:
    """
    Tell remarks to a program.

    Parameters
    ----------
    remarks
        Remarks.

    Returns
    -------
    told
        Code and both languages of each.
    """
    return [{"code": one.code, "zh": one.zh, "en": one.en} for one in remarks]


def finding_out(finding: Finding) -> dict[str, Any]:
    """
    Tell a finding to a program.

    Parameters
    ----------
    finding
        A finding.

    Returns
    -------
    told
        In the shape of findings of layers.
    """
    return {
        "code": finding.code,
        "severity": str(finding.severity),
        "feature": finding.feature,
        "others": list(finding.others),
        "where": finding.lon_lat,
        "message": {"zh": finding.message.zh, "en": finding.message.en},
    }


def _split_out(split: TownshipSplit) -> dict[str, Any]:
    """A divided township."""
    return {
        "township": split.township,
        "border_m": round(split.border_m, 1),
        "parts": [
            {"zone": part.zone, "grids": part.grids, "share": round(part.share, 4)}
            for part in split.parts
        ],
    }
