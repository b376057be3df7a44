"""
Ranking: the crews of a pool in the order of a policy, and what that order costs.

Steps of a run card come first; within a step own crews come before mutual aid where the policy
says so.  In each of these groups the soonest crews are compared by what the policy ranks by,
the others follow by time.  Ties break by time, then by row.

Coverage is traded for seconds at a stated rate:

::

    min   eta_s[c]  +  100 seconds_per_percent price[c]
    over crews c that are in time and at most most_extra_s later than the soonest

Whoever is put before a crew that would be there sooner says so, with the seconds it costs and
what it spares: nothing is traded silently.  Where a figure that the policy ranks by was not
measured, the group is ranked by time, and that is said, too.

References
----------
Jagtenberg, Bhulai and van der Mei (2017), Dynamic ambulance dispatching: is the closest-idle
policy always optimal?
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dispatch.policy import Policy, RankBy, Reach
from dispatch.pool import Pool
from dispatch.reason import minutes
from geo.remark import Remark

Rows = NDArray[np.int64]

UNMEASURED = {
    RankBy.CHANCE: Remark(
        "no_chance",
        "没有到场模型，本策略暂按到场时间排序。",
        "There is no model of arrivals, so this policy ranks by time for now.",
    ),
    RankBy.COVER: Remark(
        "no_price",
        "尚未统计覆盖，本策略暂按到场时间排序。",
        "Coverage has not been counted, so this policy ranks by time for now.",
    ),
    RankBy.WORK: Remark(
        "no_work",
        "没有出勤记录，本策略暂按到场时间排序。",
        "Work in this shift is not known, so this policy ranks by time for now.",
    ),
}
"""What is said where the figure is missing that a policy ranks by."""


def rank(pool: Pool, policy: Policy) -> Rows:
    """
    Rank crews.

    Parameters
    ----------
    pool
        The crews.
    policy
        The ranking.

    Returns
    -------
    positions
        All positions of the pool, the best first, int64[n].
    """
    aid = ~pool.own if policy.reach == Reach.OWN_THEN_AID else np.zeros_like(pool.own)
    order = np.lexsort((pool.crews, pool.eta_s, aid, pool.step))
    if policy.rank_by == RankBy.ETA or not len(order):
        return order
    step, aid = pool.step[order], aid[order]
    cuts = np.flatnonzero((step[1:] != step[:-1]) | (aid[1:] != aid[:-1])) + 1
    return np.concatenate([_compared(pool, group, policy) for group in np.split(order, cuts)])


def _compared(pool: Pool, group: Rows, policy: Policy) -> Rows:
    """Order one group, which comes in by time."""
    rows = group[: policy.among]
    figure = _figure(pool, policy)[rows]
    if np.isnan(figure).any():
        return group
    extra_s = np.inf if policy.most_extra_s is None else policy.most_extra_s
    may = pool.eta_s[rows] <= pool.eta_s[rows[0]] + extra_s
    if policy.rank_by != RankBy.CHANCE:
        may &= pool.in_time[rows]
    best = rows[np.lexsort((pool.crews[rows], pool.eta_s[rows], figure, ~may))]
    n_best = np.count_nonzero(may)
    return np.concatenate([best[:n_best], rows[~may], group[policy.among :]])


def _figure(pool: Pool, policy: Policy) -> NDArray[np.float64]:
    """What each crew is ranked by, least first, float64[n]; NaN where it was not measured."""
    if policy.rank_by == RankBy.CHANCE:
        return -pool.p_in_target
    if policy.rank_by == RankBy.COVER:
        return pool.eta_s + 100 * policy.seconds_per_percent * pool.price
    return pool.work_s if policy.rank_by == RankBy.WORK else pool.eta_s


def explain(
    pool: Pool, position: int, policy: Policy, *, order: Rows | None = None
) -> tuple[Remark, ...]:
    """
    Say what it costs that a crew stands where it stands.

    Parameters
    ----------
    pool
        The crews.
    position
        Position of the crew in the pool.
    policy
        The ranking.
    order
        What `rank` gave for this pool and policy; ranked here where it is not handed in.

    Returns
    -------
    remarks
        Seconds that it is later than the soonest crew put after it, with what that spares;
        which figure is missing, on the first crew; nothing where nothing is traded.
    """
    order = rank(pool, policy) if order is None else order
    place = int(np.flatnonzero(order == position)[0])
    remarks = []
    if place == 0 and np.isnan(_figure(pool, policy)).any():
        remarks.append(UNMEASURED[policy.rank_by])
    after = order[place + 1 :]
    sooner = after[pool.eta_s[after] < pool.eta_s[position]]
    if len(sooner):
        soonest = int(sooner[np.lexsort((pool.crews[sooner], pool.eta_s[sooner]))[0]])
        remarks += _traded(pool, position, soonest, policy)
    elif policy.rank_by == RankBy.COVER and not np.isnan(pool.price[position]):
        remarks.append(price_of_leaving(float(pool.price[position])))
    return tuple(remarks)


def _traded(pool: Pool, position: int, soonest: int, policy: Policy) -> list[Remark]:
    """Seconds, and what they buy, of a crew that goes before a sooner one."""
    pair = [position, soonest]
    later_s = float(pool.eta_s[position] - pool.eta_s[soonest])
    by_card = pool.step[position] < pool.step[soonest]
    remarks = [_later(later_s, None if by_card else policy)]
    price, chance, work_s = pool.price[pair], pool.p_in_target[pair], pool.work_s[pair]
    if not np.isnan(price).any():
        remarks.append(_prices(price, policy))
    if policy.rank_by == RankBy.CHANCE and not np.isnan(chance).any():
        remarks.append(_chances(chance))
    if policy.rank_by == RankBy.WORK and not np.isnan(work_s).any():
        remarks.append(_work(work_s))
    return remarks


def _later(later_s: float, policy: Policy | None) -> Remark:
    """Say how much later a crew is than one put after it, by a policy or by the run card."""
    zh = "出动预案" if policy is None else f"“{policy.title_zh}”"
    en = "the run card" if policy is None else f"the policy “{policy.title_en}”"
    return Remark(
        "later_than_soonest",
        f"按{zh}排在更快的小组之前，比其中最快的一组晚 {minutes(later_s)} 分钟。",
        f"Goes before sooner crews by {en}: {minutes(later_s)} min later than the soonest of them.",
    )


def price_of_leaving(share: float) -> Remark:
    """
    Say what a crew that leaves takes out of cover.

    Parameters
    ----------
    share
        Share of demand that nobody covers any more.

    Returns
    -------
    remark
        The sentence.
    """
    return Remark(
        "coverage_price",
        f"派出后有 {share:.2%} 的需求无人覆盖。",
        f"Sending it leaves {share:.2%} of demand uncovered.",
    )


def _prices(share: NDArray[np.float64], policy: Policy) -> Remark:
    """Set the price in coverage beside that of the soonest crew."""
    own, other = (f"{part:.2%}" for part in share.tolist())
    zh = en = ""
    if policy.rank_by == RankBy.COVER:
        rate = f"{policy.seconds_per_percent:g}"
        zh = f"；按每 1% 覆盖折 {rate} 秒权衡"
        en = f"; one percent is worth {rate} s"
    return Remark(
        "coverage_price",
        f"派出后有 {own} 的需求无人覆盖，若派最快的一组则为 {other}{zh}。",
        f"Sending it leaves {own} of demand uncovered, the soonest {other}{en}.",
    )


def _chances(chance: NDArray[np.float64]) -> Remark:
    """Set the chance of being in time beside that of the soonest crew."""
    own, other = (f"{part:.1%}" for part in chance.tolist())
    return Remark(
        "chance_gained",
        f"按时到场的概率为 {own}，最快的一组为 {other}。",
        f"In time with a chance of {own}, the soonest with {other}.",
    )


def _work(work_s: NDArray[np.float64]) -> Remark:
    """Set the work in this shift beside that of the soonest crew."""
    own, other = map(minutes, work_s.tolist())
    return Remark(
        "work_spared",
        f"本班次已出勤 {own} 分钟，最快的一组已 {other} 分钟。",
        f"Has worked {own} min in this shift, the soonest {other} min.",
    )
