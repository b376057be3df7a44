"""
Publish gate: is even the worst zone of a plan in time often enough, at the low end of what is sure?

A mean over a city hides the zone that pays for it, and a share of a simulated year is an estimate.
So the gate asks for the lower confidence limit of the share in time of every zone, and holds the
lowest of them against a threshold:

    min over zones z of lower(z)  ≥  threshold

It is no law: somebody who answers for it may open it, by name and with a reason, which stay with
the plan and in the audit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from geo.errors import BadValue
from geo.remark import Remark

THRESHOLD: Final = 0.95
"""Share of incidents that the worst zone reaches in time, unless an operator says otherwise."""


@dataclass(frozen=True, slots=True)
class ZoneShare:
    """
    Share of the incidents of a zone that are reached in time, as a simulation has it.

    Attributes
    ----------
    zone
        Code of the zone.
    share
        The estimate, 0 to 1.
    lower, upper
        Its confidence limits.
    """

    zone: str
    share: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class GateVerdict:
    """
    Whether a plan passes.

    Attributes
    ----------
    passed
        Whether it does.
    threshold
        What the lower limit of every zone is held against.
    worst
        The zone with the lowest limit; None of a plan that was not simulated.
    simulation
        Number of the simulation that says so, or None.
    why
        In words.
    """

    passed: bool
    threshold: float
    worst: ZoneShare | None
    simulation: str | None
    why: Remark


@dataclass(frozen=True, slots=True)
class Override:
    """
    Somebody's word for a plan that does not pass.

    Attributes
    ----------
    by
        Name of whoever answers for it.
    reason
        In their words.
    """

    by: str
    reason: str

    def __post_init__(self) -> None:
        """Refuse an override that nobody answers for, or without a reason."""
        if not self.by.strip() or not self.reason.strip():
            raise BadValue("An override of the gate takes the name of a person and a reason.")


def judge_plan(
    shares: Sequence[ZoneShare], simulation: str | None, *, threshold: float = THRESHOLD
) -> GateVerdict:
    """
    Judge a plan by its simulation.

    Parameters
    ----------
    shares
        Of every zone with incidents; none of a plan that was not simulated as it is.
    simulation
        Number of the simulation, or None.
    threshold
        What the lower limit of every zone is held against, 0 to 1.

    Returns
    -------
    verdict
        A plan that was not simulated does not pass.

    Raises
    ------
    BadValue
        The threshold is no share.
    """
    if not 0 <= threshold <= 1:
        raise BadValue(f"The threshold of the gate is {threshold}; it is a share from 0 to 1.")
    if not shares:
        return GateVerdict(
            passed=False,
            threshold=threshold,
            worst=None,
            simulation=simulation,
            why=NOT_SIMULATED,
        )
    worst = min(shares, key=lambda one: (one.lower, one.zone))
    passed = worst.lower >= threshold
    return GateVerdict(passed, threshold, worst, simulation, _why(worst, threshold, passed=passed))


def _why(worst: ZoneShare, threshold: float, *, passed: bool) -> Remark:
    """The verdict in words."""
    zh = (
        f"最差的责任区 {worst.zone} 按时到场率为 {worst.share:.1%}，置信下限 {worst.lower:.1%}，"
        f"门槛 {threshold:.1%}。"
    )
    en = (
        f"The worst zone, {worst.zone}, is reached in time in {worst.share:.1%} of cases, "
        f"{worst.lower:.1%} at the lower confidence limit; the threshold is {threshold:.1%}."
    )
    return Remark("gate_passed" if passed else "gate_not_passed", zh, en)


NOT_SIMULATED: Final = Remark(
    "plan_not_simulated",
    "该方案现有内容尚未仿真，无法判断最差责任区能否按时到场。",
    "The plan has not been simulated as it is now, so nothing tells whether its worst zone is "
    "reached in time.",
)
