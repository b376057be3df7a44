"""What is said of an incident that a rule dispatched, or that is left to a person."""

from __future__ import annotations

from datetime import timedelta

from dispatch.matter import Triage
from geo.remark import Remark

_TRIAGE = {
    Triage.SIMPLE: ("简单", "simple"),
    Triage.GENERAL: ("一般", "general"),
    Triage.COMPLEX: ("复杂", "complex"),
}

PLANNED = Remark("planned_visit", "计划检查，由人工安排。", "A planned visit; a person sends.")
NO_MATTER = Remark(
    "no_matter", "尚未确定事项，转人工。", "No matter is named yet; a person decides."
)
OUTSIDE = Remark(
    "outside_zones", "不在任何责任区内，转人工。", "It lies in no zone; a person decides."
)
SWITCHED_OFF = Remark(
    "switched_off",
    "该责任区已停用自动处置，转人工。",
    "Nothing is done by rule in this zone; a person decides.",
)
OF_ANOTHER_CITY = Remark(
    "of_another_city", "不在本市，转人工移送。", "It lies in another city; a person hands it off."
)
NO_HOLDER = Remark(
    "no_holder",
    "执法主体不明确，转人工。",
    "Who holds the power is not clear; a person decides.",
)
NO_RULE = Remark(
    "no_rule", "没有适用的自动派单规则，转人工。", "No rule is there; a person decides."
)
OTHER_MATTER = Remark(
    "other_matter",
    "事项不在自动派单范围内，转人工。",
    "No rule is for this matter; a person decides.",
)
TOO_GRAVE = Remark(
    "too_grave", "事项较重，转人工。", "The matter is too grave for a rule; a person decides."
)
OUTSIDE_HOURS = Remark(
    "outside_hours",
    "不在自动派单时段内，转人工。",
    "No rule holds at this hour; a person decides.",
)
DEGRADED = Remark(
    "degraded",
    "路网引擎不可用，到场时间不可靠，转人工。",
    "Arrivals are not by road at present; a person decides.",
)
NOBODY = Remark("nobody", "没有可派小组，转人工。", "No crew can go; a person decides.")
TAKEN = Remark(
    "all_taken",
    "建议的小组均已被派出，转人工。",
    "All crews proposed were taken meanwhile; a person decides.",
)
BY_HAND = Remark("by_hand", "已有人受理。", "Somebody has taken it up.")
IMPOSSIBLE = Remark(
    "no_suggestion", "无法生成派单建议，转人工。", "Nothing can be suggested; a person decides."
)


def dispatched(title_zh: str, title_en: str, unit: str, rank: int) -> Remark:
    """
    Say that a rule has sent somebody.

    Parameters
    ----------
    title_zh, title_en
        What the rule is called.
    unit, rank
        Who goes, and at which rank it was proposed.

    Returns
    -------
    remark
        In both languages.
    """
    return Remark(
        "dispatched_by_rule",
        f"按规则“{title_zh}”自动派出 {unit}（第 {rank} 位）。",
        f"{unit} (rank {rank}) was sent by the rule “{title_en}”.",
    )


def not_simple(triage: Triage | None) -> Remark:
    """
    Say that the case is not of a kind that is sent by rule.

    Parameters
    ----------
    triage
        What it is.

    Returns
    -------
    remark
        In both languages.
    """
    zh, en = ("未分类", "not classified") if triage is None else _TRIAGE[triage]
    return Remark("not_simple", f"{zh}事件，转人工。", f"The case is {en}; a person decides.")


def other_source(source: str) -> Remark:
    """
    Say that no rule is for reports that come in this way.

    Parameters
    ----------
    source
        The way.

    Returns
    -------
    remark
        In both languages.
    """
    return Remark(
        "other_source",
        f"来源 {source} 不自动派单，转人工。",
        f"No rule is for reports by {source}; a person decides.",
    )


def unsure(confidence: float, least: float) -> Remark:
    """
    Say that the sender is not sure enough.

    Parameters
    ----------
    confidence, least
        How sure it is, and how sure it would have to be; shares.

    Returns
    -------
    remark
        In both languages.
    """
    return Remark(
        "unsure",
        f"置信度 {confidence:.2f}，低于 {least:.2f}，转人工核实。",
        f"Confidence is {confidence:.2f}, below {least:.2f}; a person looks at it.",
    )


def waited(waited: timedelta) -> Remark:
    """
    Say that the report has waited too long for a rule.

    Parameters
    ----------
    waited
        How long.

    Returns
    -------
    remark
        In both languages.
    """
    minutes = waited.total_seconds() / 60
    return Remark(
        "waited_too_long",
        f"上报已 {minutes:.0f} 分钟，转人工。",
        f"It was reported {minutes:.0f} min ago; a person decides.",
    )


def maybe_known(incident: str) -> Remark:
    """
    Say that the same may have been reported already.

    Parameters
    ----------
    incident
        Id of the incident that it may be.

    Returns
    -------
    remark
        In both languages.
    """
    return Remark(
        "maybe_known",
        f"附近已有同类事件 {incident}，可能重复，转人工核对。",
        f"It may be the same as {incident} nearby; a person compares them.",
    )


def late(eta_s: float) -> Remark:
    """
    Say that the first crew would not be there in time.

    Parameters
    ----------
    eta_s
        Seconds until it is.

    Returns
    -------
    remark
        In both languages.
    """
    return Remark(
        "late",
        f"首选小组预计 {eta_s / 60:.0f} 分钟到场，超出时限，转人工。",
        f"The first crew would take {eta_s / 60:.0f} min, too long; a person decides.",
    )
