"""Reasons: what a suggestion says about each crew, in both languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dispatch.obstacle import Obstacle
from dispatch.unit import Unit
from geo.remark import Remark

BY_ROAD = "nearest_by_road"
"""Code of the reason that names the rank of a crew."""

NOT_THIS_BRIGADE = "not_this_brigade"
"""Code of the reason of crews that were not asked at all."""


def minutes(seconds: float) -> str:
    """
    Write a duration for people.

    Parameters
    ----------
    seconds
        Seconds.

    Returns
    -------
    text
        Minutes with one decimal.
    """
    return f"{seconds / 60:.1f}"


def of_obstacle(
    obstacle: Obstacle, *, certified: int, skills: str, equipment: str, stale_after_s: float
) -> Remark:
    """
    Say why a crew can't go.

    Parameters
    ----------
    obstacle
        What stands in its way.
    certified, skills, equipment
        What the crew would have to bring.
    stale_after_s
        How old a position may be.

    Returns
    -------
    reason
        The sentence.
    """
    limit = minutes(stale_after_s)
    texts = {
        Obstacle.TOO_FEW_CERTIFIED: (
            f"持证队员不足 {certified} 人。",
            f"Fewer than {certified} certified officers.",
        ),
        Obstacle.LACKS_SKILL: (f"缺少所需技能：{skills}。", f"Lacks a needed skill: {skills}."),
        Obstacle.LACKS_EQUIPMENT: (
            f"未携带所需装备：{equipment}。",
            f"Has not the equipment that is needed: {equipment}.",
        ),
        Obstacle.OFF_DUTY: (
            "在岗的合格队员不足。",
            "Too many of its officers are off duty.",
        ),
        Obstacle.OFF_SHIFT: ("不在班次内。", "Too many of its officers are not on shift."),
        Obstacle.RESTING: (
            "按休息规定应当休息。",
            "Too many of its officers have to rest first.",
        ),
        Obstacle.ENGAGED: (
            "按日程在别处值守或有约。",
            "Too many of its officers are at a desk or an appointment.",
        ),
        Obstacle.BUSY: ("正在处置其他事件。", "Busy with another incident."),
        Obstacle.NO_POSITION: ("没有定位。", "Has no position."),
        Obstacle.STALE_POSITION: (
            f"定位超过 {limit} 分钟未更新，不予采信。",
            f"Its position is older than {limit} min and not counted on.",
        ),
        Obstacle.OFF_ROAD: (
            "所在位置远离道路，无法估算行程。",
            "Too far from any road to tell its travel time.",
        ),
        Obstacle.UNREACHABLE: ("没有道路通达现场。", "No road leads from it to the place."),
    }
    zh, en = texts[obstacle]
    return Remark(obstacle.value, zh, en)


def not_this_brigade(brigade: Unit | None) -> Remark:
    """
    Say that a crew belongs to another brigade.

    Parameters
    ----------
    brigade
        The brigade that commands it, or None.

    Returns
    -------
    reason
        The sentence.
    """
    zh, en = (brigade.name, brigade.name_en) if brigade else ("无大队", "no brigade")
    return Remark(
        NOT_THIS_BRIGADE,
        f"属{zh}，不是本案的责任大队。",
        f"Belongs to {en}, which does not have this case.",
    )


def slower(unit: str) -> Remark:
    """
    Say that a crew could go but would not be there before those proposed.

    Parameters
    ----------
    unit
        Code of the last crew proposed.

    Returns
    -------
    reason
        The sentence.
    """
    return Remark(
        "slower",
        f"可以出动，但不早于已列出的最后一组 {unit}。",
        f"Could go, but would not be there before {unit}, the last one proposed.",
    )


def ranked_after(unit: str, title_zh: str, title_en: str) -> Remark:
    """
    Say that a crew could go but stands after those proposed, by a policy that weighs more.

    Parameters
    ----------
    unit
        Code of the last crew proposed.
    title_zh, title_en
        What the policy is called.

    Returns
    -------
    reason
        The sentence.
    """
    return Remark(
        "ranked_after",
        f"可以出动，但按策略“{title_zh}”排在已列出的最后一组 {unit} 之后。",
        f"Could go, but stands after {unit}, the last one proposed, by the policy “{title_en}”.",
    )


def aid_not_sooner(best_s: float) -> Remark:
    """
    Say that a neighbour would not be there before the responsible brigade's own crew.

    Parameters
    ----------
    best_s
        Seconds until the first own crew is there.

    Returns
    -------
    reason
        The sentence.
    """
    return Remark(
        "aid_not_sooner",
        f"支援不早于本大队最快一组（{minutes(best_s)} 分钟）。",
        f"Its aid would not be sooner than the brigade's own first crew ({minutes(best_s)} min).",
    )


def by_road(arrival_s: float, certified: int, place_in_order: int) -> Remark:
    """
    Say why a crew stands at its rank.

    Parameters
    ----------
    arrival_s
        Seconds until it is complete at the place.
    certified
        Certified officers that make it complete.
    place_in_order
        Its rank by road.

    Returns
    -------
    reason
        The sentence.
    """
    return Remark(
        BY_ROAD,
        f"按路网行程第 {place_in_order} 快：{minutes(arrival_s)} 分钟后"
        f"第 {certified} 名持证队员到场。",
        f"Number {place_in_order} by road: legally complete with "
        f"{certified} certified officers after {minutes(arrival_s)} min.",
    )


def by_policy(arrival_s: float, certified: int, title_zh: str, title_en: str) -> Remark:
    """
    Say that a crew stands at its rank by a policy that weighs more than time.

    Parameters
    ----------
    arrival_s
        Seconds until it is complete at the place.
    certified
        Certified officers that make it complete.
    title_zh, title_en
        What the policy is called.

    Returns
    -------
    reason
        The sentence.
    """
    return Remark(
        "ranked_by_policy",
        f"按策略“{title_zh}”排序：{minutes(arrival_s)} 分钟后第 {certified} 名持证队员到场。",
        f"Ranked by the policy “{title_en}”: legally complete with {certified} certified "
        f"officers after {minutes(arrival_s)} min.",
    )


def target(arrival_s: float, target_s: float) -> Remark:
    """
    Say whether a crew meets the arrival target.

    Parameters
    ----------
    arrival_s, target_s
        Seconds until it is there, and until it should be.

    Returns
    -------
    reason
        The sentence.
    """
    if arrival_s <= target_s:
        return Remark(
            "meets_target",
            f"满足 {minutes(target_s)} 分钟到场时限。",
            f"Meets the arrival target of {minutes(target_s)} min.",
        )
    late = minutes(arrival_s - target_s)
    return Remark(
        "misses_target",
        f"超出 {minutes(target_s)} 分钟到场时限 {late} 分钟。",
        f"Misses the arrival target of {minutes(target_s)} min by {late} min.",
    )


def chance(p_in_target: float, eta_p90_s: float, target_s: float) -> Remark:
    """
    Say how sure the arrival is.

    Parameters
    ----------
    p_in_target
        Chance of meeting the target, 0…1.
    eta_p90_s
        Seconds within which it is there nine times in ten.
    target_s
        Seconds within which it should be there.

    Returns
    -------
    reason
        The sentence.
    """
    share = f"{p_in_target:.0%}"
    return Remark(
        "chance",
        f"{minutes(target_s)} 分钟内到场的概率为 {share}，"
        f"九成情况下不超过 {minutes(eta_p90_s)} 分钟。",
        f"There within {minutes(target_s)} min with a chance of {share}, and nine times in ten "
        f"within {minutes(eta_p90_s)} min.",
    )


def mutual_aid(brigade: Unit | None) -> Remark:
    """
    Say that a crew comes from elsewhere.

    Parameters
    ----------
    brigade
        The brigade that commands it, or None.

    Returns
    -------
    reason
        The sentence.
    """
    zh, en = (brigade.name, brigade.name_en) if brigade else ("其他单位", "another unit")
    return Remark("mutual_aid", f"跨区支援，来自{zh}。", f"Mutual aid from {en}.")


def from_post(post: Unit) -> Remark:
    """
    Say that a crew is posted in a village.

    Parameters
    ----------
    post
        The village post.

    Returns
    -------
    reason
        The sentence.
    """
    return Remark("from_post", f"驻{post.name}。", f"Posted at {post.name_en}.")


def secures() -> Remark:
    """
    Say that a crew only secures the place.

    Returns
    -------
    reason
        The sentence.
    """
    return Remark(
        "secures_first",
        "先期处置：先到场控制现场，案件由专业大队办理。",
        "Secures the place first; the case belongs to another unit.",
    )


def brought_together(
    taken: Mapping[str, Sequence[str]], arrival_s: float, *, none_can_go: bool
) -> Remark:
    """
    Say who is brought together from which crews, and why.

    Parameters
    ----------
    taken
        Ids of officers by code of their crew, the first to arrive first.
    arrival_s
        Seconds until the last of them is there.
    none_can_go
        Whether no crew of the unit can go at all, or one can, but too late.

    Returns
    -------
    reason
        The sentence.
    """
    zh_why = "本单位没有可出动的小组" if none_can_go else "本单位的小组均不能按时到场"
    en_why = "No crew of the unit can go" if none_can_go else "No crew of the unit is in time"
    zh = "、".join(f"{crew} 的 {'、'.join(ids)}" for crew, ids in taken.items())
    en = ", ".join(f"{' and '.join(ids)} of {crew}" for crew, ids in taken.items())
    return Remark(
        "brought_together",
        f"{zh_why}，由{zh}临时编组：{minutes(arrival_s)} 分钟后最后一人到场。",
        f"{en_why}, so officers are brought together: {en}. The last one is there after "
        f"{minutes(arrival_s)} min.",
    )


def broken_up(crew: str) -> Remark:
    """
    Say that a crew can't act alone while its officers are away.

    Parameters
    ----------
    crew
        Code of the crew.

    Returns
    -------
    reason
        The sentence.
    """
    return Remark(
        "breaks_up_crew",
        f"抽调后小组 {crew} 持证队员不足，不能单独出动。",
        f"Crew {crew} can't act alone while they are away.",
    )


def left_behind(officer: str, obstacle: Obstacle) -> Remark:
    """
    Say that one officer of a crew stays behind.

    Parameters
    ----------
    officer
        Id of the officer.
    obstacle
        What stands in his or her way.

    Returns
    -------
    reason
        The sentence.
    """
    zh, en = _OFFICER_TEXT[obstacle]
    return Remark(
        "officer_left_out",
        f"队员 {officer} 未计入：{zh}。",
        f"Officer {officer} is left out: {en}.",
    )


def of_officer(obstacle: Obstacle) -> Remark:
    """
    Say what keeps one officer from being sent.

    Parameters
    ----------
    obstacle
        What stands in his or her way.

    Returns
    -------
    reason
        The sentence.
    """
    zh, en = _OFFICER_TEXT[obstacle]
    return Remark(obstacle.value, f"{zh}。", f"{en[0].upper()}{en[1:]}.")


_OFFICER_TEXT = {
    Obstacle.OFF_DUTY: ("未在岗", "off duty"),
    Obstacle.OFF_SHIFT: ("不在班次内", "not on shift"),
    Obstacle.RESTING: ("应当休息", "has to rest"),
    Obstacle.ENGAGED: ("在别处值守或有约", "at a desk or an appointment"),
    Obstacle.BUSY: ("正在处置其他事件", "busy"),
    Obstacle.NO_POSITION: ("没有定位", "no position"),
    Obstacle.STALE_POSITION: ("定位过旧", "stale position"),
    Obstacle.OFF_ROAD: ("远离道路", "too far from any road"),
    Obstacle.UNREACHABLE: ("没有道路通达", "no road leads to the place"),
}
