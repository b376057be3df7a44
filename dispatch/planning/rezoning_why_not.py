"""Why no plan keeps the rules, in a planner's words and with the names of nodes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from dispatch.planning.rezoning_dual import bases_bound
from dispatch.planning.rezoning_kernel import SLACK
from dispatch.planning.rezoning_parts import unfit_part
from dispatch.planning.rezoning_problem import NOWHERE, RezoningProblem, stock_of
from dispatch.planning.rezoning_start import pieces_of, way_between
from geo.remark import Remark

SHOWN = 5
"""Nodes that a sentence names before it counts the rest."""


def why_impossible(problem: RezoningProblem) -> tuple[Remark, ...]:
    """
    Prove that no plan keeps the rules, where one of the known reasons does.

    Parameters
    ----------
    problem
        What is to be divided; where loads differ between zones the least and the most count.

    Returns
    -------
    reasons
        Each is proof by itself; empty where none of them applies, which proves nothing.
    """
    n, zones = len(problem.names), problem.zones
    if zones > n:
        return (
            Remark(
                "more_zones_than_grids",
                f"只有 {n} 个网格，无法划成 {zones} 个责任区。",
                f"There are {n} grids, which is too few for {zones} zones.",
            ),
        )
    return tuple(
        reason
        for tell in (_too_heavy, _no_zone, _parts, _locks, _torn, _moves, _choke_points)
        for reason in tell(problem)
    )


def not_found(problem: RezoningProblem, zone_of: NDArray[np.int32] | None) -> Remark:
    """
    Say how near the search came where it found no plan and nothing proves that there is none.

    Parameters
    ----------
    problem
        What is to be divided.
    zone_of
        The nearest plan, int32[n], or None.

    Returns
    -------
    reason
        Not a proof, and it says so.
    """
    if zone_of is None:
        return Remark(
            "no_beginning",
            "按锁定和分开的要求没有找到任何连通的方案；这不是不可能的证明，请放宽锁定。",
            "No plan with zones in one piece was found under the locks and the grids to be "
            "parted; that proves nothing: take some locks away.",
        )
    stock = stock_of(problem, zone_of)
    off = stock.loads / stock.mean - 1.0
    worst = int(np.argmax(np.abs(off)))
    mine = np.flatnonzero(zone_of == worst)
    named = _named(problem, mine[np.argsort(-problem.load[worst, mine], kind="stable")])
    enough = np.ceil(stock.deviation * 10_000) / 10_000
    return Remark(
        "not_found",
        f"没有找到均衡度在 ±{problem.balance:.2%} 以内的方案，但也未证明不存在：最接近的方案偏差 "
        f"{stock.deviation:.2%}，在含 {named} 的责任区；请放宽到 ±{enough:.2%}，"
        "或加长搜索时间。",
        f"No plan within ±{problem.balance:.2%} of the mean was found, which does not prove that "
        f"there is none: the nearest has a zone at {off[worst]:+.2%}, that of {named}; allow "
        f"±{enough:.2%}, or search longer.",
    )


def _bounds(problem: RezoningProblem) -> tuple[float, float, float]:
    """
    Mean load and its bounds, as wide as they can be.

    Loads may depend on the zone, and then the mean depends on the plan: it lies between those of
    the least and the most that each node can be.
    """
    least, most = (
        float(side.sum()) / problem.zones
        for side in (problem.load.min(axis=0), problem.load.max(axis=0))
    )
    slack = problem.balance + SLACK
    return least * (1 - slack), most * (1 + slack), most


def _too_heavy(problem: RezoningProblem) -> Iterator[Remark]:
    """Grids that weigh more than a zone may."""
    _, high, mean = _bounds(problem)
    least = problem.load.min(axis=0)
    heavy = np.flatnonzero(least > high)
    if len(heavy):
        heavy = heavy[np.argsort(-least[heavy], kind="stable")]
        named, worst = _named(problem, heavy), float(least[heavy[0]]) / mean
        yield Remark(
            "grid_heavier_than_zone",
            f"网格 {named} 的工作量超过一个责任区的上限（最重的为平均值的 {worst:.2f} 倍）；"
            "请拆分该网格、减少责任区数或放宽均衡度。",
            f"{named}: heavier than a zone may be (the heaviest is {worst:.2f} of the mean zone, "
            f"{1 + problem.balance:.3f} is allowed); split it, ask for fewer zones, or allow more "
            "imbalance.",
        )


def _no_zone(problem: RezoningProblem) -> Iterator[Remark]:
    """Grids that no zone may have."""
    nowhere = np.flatnonzero(~problem.allowed.any(axis=0))
    if len(nowhere):
        named = _named(problem, nowhere)
        yield Remark(
            "no_zone_allowed",
            f"网格 {named} 的锁定互相矛盾，没有可用的责任区。",
            f"{named}: the locks leave no zone to be in; take one of them away.",
        )


def _parts(problem: RezoningProblem) -> Iterator[Remark]:
    """Parts of the graph that zones cannot fit."""
    count, part = problem.parts()
    if count > problem.zones:
        firsts = np.array([np.flatnonzero(part == at)[0] for at in range(count)])
        yield Remark(
            "more_parts_than_zones",
            f"网格分成互不相邻的 {count} 块（如 {_named(problem, firsts)}），"
            f"多于 {problem.zones} 个责任区。",
            f"The grids fall into {count} parts with no common border (of which are "
            f"{_named(problem, firsts)}), which is more than {problem.zones} zones.",
        )
    elif count > 1 and (problem.load == problem.load[0]).all():
        unfit = unfit_part(problem)
        if unfit is not None:
            nodes, load, mean = unfit
            yield Remark(
                "part_fits_no_number_of_zones",
                f"含 {_named(problem, nodes)} 的一块与其余不相邻，工作量为平均责任区的 "
                f"{load / mean:.3f} 倍，任何整数个责任区都不能均衡地划分它。",
                f"The part with {_named(problem, nodes)} has no border with the rest and weighs "
                f"{load / mean:.3f} mean zones; no whole number of zones within "
                f"±{problem.balance:.2%} fits it.",
            )


def _locks(problem: RezoningProblem) -> Iterator[Remark]:
    """Locked grids that lie too far from each other, or weigh too much together."""
    _, high, mean = _bounds(problem)
    only = problem.allowed.sum(axis=0) == 1
    zone_of = np.full(len(problem.names), NOWHERE, dtype=np.int32)
    zone_of[only] = problem.allowed[:, only].argmax(axis=0)
    for zone in range(problem.zones):
        pieces = pieces_of(problem, zone_of == zone)
        if len(pieces) > 1 and way_between(problem, zone, zone_of, pieces) is None:
            one, other = (np.array(sorted(piece)) for piece in pieces[:2])
            yield Remark(
                "locks_disconnect",
                f"锁定使责任区断开：{_named(problem, one)} 与 {_named(problem, other)} "
                "须在同一责任区，但其间的网格都锁定在别的责任区。",
                f"Locks tear a zone apart: {_named(problem, one)} and {_named(problem, other)} "
                "are to be in one zone, but every way between them is locked into others.",
            )
        held = np.flatnonzero(zone_of == zone)
        weight = float(problem.load[zone, held].sum())
        if len(held) > 1 and weight > high:
            yield Remark(
                "locks_heavier_than_zone",
                f"锁定在同一责任区的 {_named(problem, held)} 合计为平均值的 "
                f"{weight / mean:.2f} 倍。",
                f"{_named(problem, held)}: locked into one zone, and together {weight / mean:.2f} "
                "of the mean zone; take some of the locks away.",
            )


def _torn(problem: RezoningProblem) -> Iterator[Remark]:
    """Grids to be parted that are locked into one zone."""
    only = problem.allowed.sum(axis=0) == 1
    zone = problem.allowed.argmax(axis=0)
    node = np.repeat(np.arange(len(problem.names)), np.diff(problem.apart_first))
    for one, other in zip(node.tolist(), problem.apart.tolist(), strict=True):
        if one < other and only[one] and only[other] and zone[one] == zone[other]:
            pair = _named(problem, np.array([one, other]))
            yield Remark(
                "parted_and_locked",
                f"{pair} 须分在不同责任区，却锁定在同一个。",
                f"{pair}: to be parted, and locked into the same zone.",
            )


def _moves(problem: RezoningProblem) -> Iterator[Remark]:
    """Say how much has to move for the balance, if that is more than may."""
    total = float(problem.moved_in.max(axis=0).sum())
    if not np.isfinite(problem.most_moved) or total <= 0:
        return
    anywhere = replace(problem, node_cost=problem.moved_in, most_moved=np.inf)
    least = bases_bound(anywhere, total).bound
    if least <= problem.most_moved * (1 + 1e-9):
        return
    stock = stock_of(problem, np.where(problem.today >= 0, problem.today, 0))
    heavy = np.flatnonzero(problem.today == int(stock.loads.argmax()))
    light = np.flatnonzero(problem.today == int(stock.loads.argmin()))
    yield Remark(
        "more_has_to_move",
        f"要达到 ±{problem.balance:.2%} 的均衡和其他要求，至少须调整 {least / total:.1%}，"
        f"而只允许 {problem.most_moved / total:.1%}：今天含 {_named(problem, heavy)} 的责任区为"
        f"平均值的 {stock.loads.max() / stock.mean:.2f} 倍，含 {_named(problem, light)} 的为 "
        f"{stock.loads.min() / stock.mean:.2f} 倍。",
        f"A balance of ±{problem.balance:.2%} and the other rules make {least / total:.1%} move at "
        f"least, and {problem.most_moved / total:.1%} may: today the zone of "
        f"{_named(problem, heavy)} has {stock.loads.max() / stock.mean:.2f} of the mean work, that "
        f"of {_named(problem, light)} {stock.loads.min() / stock.mean:.2f}.",
    )


def _choke_points(problem: RezoningProblem) -> Iterator[Remark]:
    """
    Find a grid that is the only way to parts that leave too much over for its zone.

    A part beyond such a grid holds some whole zones, and what is left over belongs to the grid's
    own zone: m zones take at most m times the heaviest a zone may be.
    """
    low, high, mean = _bounds(problem)
    n = len(problem.names)
    if not (problem.load == problem.load[0]).all():
        return
    weight = problem.load[0]
    for node in range(n):
        if problem.first[node + 1] - problem.first[node] < 2:
            continue
        part = _parts_without(problem, node)
        loads = np.bincount(part[part >= 0], weight[part >= 0])
        if len(loads) < 2:
            continue
        whole = np.floor(loads / low)
        left = np.maximum(loads - whole * high, 0.0)
        # With fewer zones more is left over, so the most zones leave the least.
        if weight[node] + left.sum() > high:
            beyond = part == int(np.argmax(left))
            named = _named(problem, np.flatnonzero(beyond))
            total = (weight[node] + left.sum()) / mean
            yield Remark(
                "choke_point",
                f"{problem.names[node]} 是瓶颈：只有经过它才能到达 {named} 等；"
                f"必须与它同区的工作量为平均值的 {total:.2f} 倍。",
                f"{problem.names[node]} is a choke point: it is the only way to {named}, and what "
                f"has to go into its zone weighs {total:.2f} of the mean zone.",
            )
            return


def _parts_without(problem: RezoningProblem, node: int) -> NDArray[np.int32]:
    """Parts of the piece of the graph around a node once it is taken out; -1 elsewhere."""
    n = len(problem.names)
    keep = (problem.tail != node) & (problem.neighbour != node)
    edges = csr_array(
        (np.ones(int(keep.sum())), (problem.tail[keep], problem.neighbour[keep])), (n, n)
    )
    _, part = connected_components(edges, directed=False)
    around = problem.neighbour[problem.first[node] : problem.first[node + 1]]
    found = np.full(n, -1, dtype=np.int32)
    for at, label in enumerate(np.unique(part[around])):
        found[part == label] = at
    return found


def _named(problem: RezoningProblem, nodes: Iterable[int]) -> str:
    """Names of some nodes, and how many more there are."""
    names = [problem.names[int(node)] for node in nodes]
    more = f" (+{len(names) - SHOWN})" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
