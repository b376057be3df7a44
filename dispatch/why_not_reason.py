"""Sentences with which an earlier suggestion answers “why not?”, in both languages."""

from __future__ import annotations

from collections.abc import Iterable

from dispatch.choice import ProposalKind
from dispatch.proposal import Proposal
from dispatch.reason import minutes
from geo.remark import Remark

AUXILIARY = Remark(
    "auxiliary",
    "执法辅助人员，可随队前往，不计入法定人数。",
    "An auxiliary goes along with the crew and counts toward no legal number.",
)
NO_POWER = Remark(
    "no_power",
    "此处无人持有该事项的执法权，各组只能先期控制现场。",
    "Nobody here holds the power over these matters: crews may only secure the place.",
)
HANDED_OVER = Remark(
    "handed_over",
    "该地点不归本市，已移交对口城市，不派本市力量。",
    "The place is not this city's and was handed over to its partner: nobody of ours was asked.",
)
NO_LOOK_AT_VISITS = Remark(
    "no_look_at_visits",
    "计划内检查不需要无人机先行查看。",
    "A planned visit needs no drone that looks first.",
)
COMMANDS_NO_CREW = Remark("commands_no_crew", "没有所属小组。", "It commands no crew.")
HAS_THE_CASE = Remark("has_the_case", "本案由其办理。", "It has the case.")

_KINDS = {
    ProposalKind.GRID: ("网格执法", "for the case"),
    ProposalKind.SPECIALIST: ("专业执法", "for the case"),
    ProposalKind.SECURE: ("先期处置", "to secure the place"),
    ProposalKind.FIRST_LOOK: ("先行查看", "to look first"),
}


def proposed(unit: str, proposal: Proposal) -> Remark:
    """
    Say that somebody is proposed.

    Parameters
    ----------
    unit
        Code of the unit or id of the officer.
    proposal
        The proposal.

    Returns
    -------
    reason
        The sentence.
    """
    zh, en = _KINDS[proposal.kind]
    rank = proposal.rank
    if proposal.brought_together or proposal.unit != unit:
        return Remark(
            "proposed",
            f"已在“{zh}”第 {rank} 位的建议中（{proposal.unit}）。",
            f"Goes with {proposal.unit}, which is proposed {en} at rank {rank}.",
        )
    return Remark(
        "proposed", f"已列为“{zh}”第 {rank} 位。", f"It is proposed {en}, at rank {rank}."
    )


def would_arrive(eta_s: float, last: Proposal | None) -> Remark:
    """
    Say when a crew would have been there, and how much later than the last one proposed.

    Parameters
    ----------
    eta_s
        Seconds from dispatch until it is legally complete, the median.
    last
        The last proposal for the same purpose, or None.

    Returns
    -------
    reason
        The sentence.
    """
    zh, en = f"预计 {minutes(eta_s)} 分钟到场", f"It would be there after {minutes(eta_s)} min"
    if last is None:
        return Remark("would_arrive", f"{zh}。", f"{en}.")
    apart_s = eta_s - last.eta_s
    apart, side_zh, side_en = minutes(abs(apart_s)), "晚", "later"
    if apart_s < 0:
        side_zh, side_en = "早", "sooner"
    return Remark(
        "would_arrive",
        f"{zh}，比已列出的最后一组 {last.unit} {side_zh} {apart} 分钟。",
        f"{en}, {apart} min {side_en} than {last.unit}, the last one proposed.",
    )


def case_of(unit: str | None) -> Remark:
    """
    Say that a unit does not have the case.

    Parameters
    ----------
    unit
        Code of the unit that has it, or None.

    Returns
    -------
    reason
        The sentence.
    """
    return Remark(
        "not_its_case",
        f"本案由 {unit or '无单位'} 办理。",
        f"The case belongs to {unit or 'nobody'}.",
    )


def crews_proposed(crews: Iterable[str]) -> Remark:
    """
    Name the crews of a unit that are proposed.

    Parameters
    ----------
    crews
        Their codes.

    Returns
    -------
    reason
        The sentence.
    """
    names = ", ".join(crews)
    return Remark("crews_proposed", f"所属小组已列入建议：{names}。", f"Proposed of it: {names}.")


def crews_passed_over(code: str, count: int, example: Remark) -> Remark:
    """
    Say for what reason some crews of a unit are not proposed.

    Parameters
    ----------
    code
        Code of the reason.
    count
        Of how many crews.
    example
        The reason as one of them has it.

    Returns
    -------
    reason
        Under the code of the reason itself.
    """
    return Remark(code, f"{count} 个小组：{example.zh}", f"{count} of its crews: {example.en}")
