"""What is said for each reason to suggest anew, in both languages."""

from __future__ import annotations

from dispatch.reason import minutes
from dispatch.second_thoughts import Outlook, Trigger
from geo.remark import Remark


def said_of(trigger: Trigger, outlook: Outlook) -> Remark:
    """
    Say why a dispatch is suggested anew.

    Parameters
    ----------
    trigger
        The reason.
    outlook
        How the dispatch stands.

    Returns
    -------
    said
        The sentence.
    """
    crew, best = outlook.crew, outlook.best_crew or "—"
    eta, best_eta = minutes(outlook.eta_s or 0.0), minutes(outlook.best_eta_s or 0.0)
    late = minutes((outlook.eta_s or 0.0) - outlook.due_s)
    texts = {
        Trigger.CREW_IS_LOST: (
            f"{crew} 已无法到场，案件等待另派。",
            f"{crew} can't be counted on to arrive any more; the incident waits for another.",
        ),
        Trigger.ROAD_CLOSED: (
            f"{crew} 途经道路已封闭，现预计 {eta} 分钟到场。",
            f"A road on the way of {crew} has been closed; it is there in {eta} min now.",
        ),
        Trigger.ARRIVAL_SLIPS: (
            f"{crew} 预计到场推迟，现需 {eta} 分钟。",
            f"{crew} arrives later than it said: in {eta} min now.",
        ),
        Trigger.TARGET_IS_LOST: (
            f"{crew} 将超出到场时限 {late} 分钟。",
            f"{crew} will miss the arrival target by {late} min, which it was going to keep.",
        ),
        Trigger.BETTER_CREW: (
            f"{best} 可先到：{best_eta} 分钟，而 {crew} 需 {eta} 分钟。",
            f"{best} would be there in {best_eta} min, {crew} in {eta} min.",
        ),
    }
    return Remark(trigger.value, *texts[trigger])
