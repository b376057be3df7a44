"""Why there is no plan of bases, in a planner's words and with the ids of the demand points."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.location_program import kept, may_serve
from dispatch.planning.location_task import LocationRule, LocationTask
from geo.remark import Remark

SHOWN = 12
"""Ids that a sentence names before it counts the rest."""


def named(ids: Sequence[str]) -> tuple[str, str]:
    """
    List ids, the first few by name.

    Parameters
    ----------
    ids
        One or more.

    Returns
    -------
    zh, en
        In both languages.
    """
    shown, more = ids[:SHOWN], len(ids) - SHOWN
    if more <= 0:
        return "、".join(shown), ", ".join(shown)
    return f"{'、'.join(shown)} 等 {len(ids)} 个", f"{', '.join(shown)} and {more} more"


def out_of_reach(task: LocationTask, covers: NDArray[np.bool_], radius_s: float) -> Remark | None:
    """
    Name the demand points that no site reaches.

    Parameters
    ----------
    task
        Sites and demand.
    covers
        Which site reaches which point in time, bool[n_sites, n_demand].
    radius_s
        Within so many seconds; infinite for by road at all.

    Returns
    -------
    why_not
        None where each has a site.
    """
    lost = np.flatnonzero(~covers.any(axis=0))
    if not len(lost):
        return None
    cut_off = lost[np.isinf(task.travel_s[:, lost]).all(axis=0)]
    which = cut_off if len(cut_off) else lost
    zh, en = named([task.demand[point] for point in which])
    if len(cut_off):
        return Remark(
            "unreachable_demand",
            f"没有任何备选点有道路通达以下需求点：{zh}。请增加备选点，或把它们排除在外。",
            f"No road leads from any site to demand {en}; add a site that reaches them or "
            "leave them out.",
        )
    return Remark(
        "demand_beyond_radius",
        f"任何备选点都不能在 {radius_s:g} 秒内到达以下需求点：{zh}。请增加备选点或放宽时限。",
        f"No site is within {radius_s:g} s of demand {en}; add a site nearby or allow more time.",
    )


def too_few_sites(needed: int, p: int, radius_s: float) -> Remark:
    """
    Say that more sites are needed.

    Parameters
    ----------
    needed
        How many at least.
    p
        How many were asked for.
    radius_s
        Within so many seconds; infinite for by road at all.

    Returns
    -------
    why_not
        With both numbers.
    """
    zh = "由道路到达" if np.isinf(radius_s) else f"在 {radius_s:g} 秒内到达"
    en = "by road" if np.isinf(radius_s) else f"within {radius_s:g} s"
    return Remark(
        "too_few_sites",
        f"要{zh}所有需求点，至少需要 {needed} 个点，而只允许 {p} 个。",
        f"At least {needed} sites are needed to reach every demand point {en}, and {p} are "
        "allowed; allow more.",
    )


def too_many_to_keep(task: LocationTask, rule: LocationRule) -> Remark | None:
    """
    Say that more sites have to stay open than may be open.

    Parameters
    ----------
    task, rule
        What is asked.

    Returns
    -------
    why_not
        None where there is room.
    """
    fixed, stay = int(task.fixed.sum()), kept(task, rule)
    if rule.p is None or fixed + stay <= rule.p:
        return None
    return Remark(
        "too_many_to_keep",
        f"固定的 {fixed} 个点和至少保留的 {stay} 个现有点合计超过 {rule.p} 个。",
        f"{fixed} fixed sites and {stay} that have to stay are more than {rule.p}; allow more "
        "sites, or more to be closed.",
    )


def over_capacity(task: LocationTask, rule: LocationRule, radius_s: float) -> Remark | None:
    """
    Say what cannot be served within capacities, whatever is opened.

    Parameters
    ----------
    task, rule
        What is asked.
    radius_s
        Within so many seconds.

    Returns
    -------
    why_not
        None where nothing is certain.
    """
    heavy = np.flatnonzero(~may_serve(task, radius_s).any(axis=0))
    if len(heavy):
        zh, en = named([task.demand[point] for point in heavy])
        return Remark(
            "demand_over_capacity",
            f"以下需求点超过其可到达的每个备选点的能力：{zh}。",
            f"Demand {en} is more than any site that reaches it can serve; raise a capacity or "
            "split the demand.",
        )
    p = len(task.sites) if rule.p is None else rule.p
    room = float(np.sort(task.capacity)[::-1][:p].sum())
    total = float(task.weight.sum())
    if total <= room * (1 + 1e-12):
        return None
    return Remark(
        "too_little_capacity",
        f"{p} 个点的能力合计最多 {room:g}，少于总需求 {total:g}。",
        f"{p} sites serve {room:g} at most, and the demand is {total:g}; allow more sites or "
        "raise capacities.",
    )


def no_assignment(rule: LocationRule) -> Remark:
    """
    Say that no choice of sites works, where no single cause can be named.

    Parameters
    ----------
    rule
        What is asked.

    Returns
    -------
    why_not
        What was proven.
    """
    count = "" if rule.p is None else f" {rule.p}"
    return Remark(
        "no_assignment",
        f"已证明：没有任何{count} 个点的选择能在能力之内服务所有需求点。",
        f"It is proven that no choice of{count} sites serves every demand point within the "
        "capacities; allow more sites or raise capacities.",
    )
