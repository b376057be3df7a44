"""What a replay says to a person: what differs, and what it takes from the records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from dispatch.planning.replay_world import PlanCalibration, Records, ReplayGround
from geo.remark import Remark

if TYPE_CHECKING:
    from dispatch.planning.replay_gate import ReplayCheck  # which says with these words

MOST_UNSERVED = 0.001
"""Share of the incidents that a right replay may leave without a crew."""

FIGURES = {"median_s": ("到场中位数", "The median"), "p90_s": ("到场九成位数", "The ninth decile")}
"""Figures of the whole city, in both languages."""


def why_of(
    checks: Sequence[ReplayCheck], nobody_came: float, arrivals: int, fewest: int
) -> tuple[Remark, ...]:
    """
    Say why a replay has not passed.

    Parameters
    ----------
    checks
        The figures.
    nobody_came
        Share of the incidents that no crew ever went to.
    arrivals
        Arrivals on record that it was judged by.
    fewest
        As many there must be.

    Returns
    -------
    why
        One sentence for each; empty if it has passed.
    """
    if arrivals < fewest:
        return (
            Remark(
                "too_few_arrivals",
                f"检验期内只有 {arrivals} 次有到场记录，少于 {fewest} 次，无法检验。",
                f"Only {arrivals} arrivals are on record in the weeks judged, fewer than {fewest}: "
                "there is nothing to judge by.",
            ),
        )
    why = [_differs(check) for check in checks if not check.inside]
    if nobody_came > MOST_UNSERVED:
        why.append(
            Remark(
                "nobody_came",
                f"回放中 {nobody_came:.2%} 的事件始终无人到场，而记录中都有人到场。",
                f"In the replay nobody ever came to {nobody_came:.2%} of the incidents; on record "
                "somebody came to all of them.",
            )
        )
    return tuple(why)


def notes_of(records: Records, calibration: PlanCalibration) -> tuple[Remark, ...]:
    """
    Say what a replay takes from the records, and what it leaves out.

    Parameters
    ----------
    records
        What is on record.
    calibration
        What the simulator was told of it.

    Returns
    -------
    notes
        One sentence each.
    """
    force, history, grid = calibration.force, records.history, records.grid
    parties, mean = int(force.parties.sum()), _mean_at_hand(calibration, records.ground)
    unrecorded = float(np.isnan(history.arrived_s).mean()) if len(history) else 0.0
    outside = float((grid < 0).mean()) if len(history) else 0.0
    notes = [
        Remark(
            "crews_on_record",
            f"记录中有 {len(force)} 个执法小组出动；{force.still_bound:.0%} 的派单派给了手头尚有"
            f"事件的小组，因此按同时在办数分为 {parties} 组。",
            f"{len(force)} crews are on record. At {force.still_bound:.0%} of the dispatches the "
            f"crew still had another incident in hand, so they stand for {parties} parties.",
        ),
        Remark(
            "at_hand",
            f"从实际出动者的远近次序看，每个大队平均有 {mean:.1f} 个小组可派。",
            f"By who went, and how near the others were, {mean:.1f} crews of a brigade are at hand "
            "in the mean when an incident comes in.",
        ),
        Remark(
            "mutual_aid",
            f"跨区支援占 {calibration.aid_share:.1%}。",
            f"Brigades of other zones went to {calibration.aid_share:.1%} of the incidents.",
        ),
        Remark(
            "no_arrival_recorded",
            f"{unrecorded:.1%} 的事件没有到场时间，只参与需求统计，不参与检验。",
            f"{unrecorded:.1%} of the incidents have no arrival on record: they are replayed, and "
            "not judged by.",
        ),
    ]
    if outside:
        notes.append(
            Remark(
                "outside_grids",
                f"{outside:.2%} 的事件不在任何单元网格内，未回放。",
                f"{outside:.2%} of the incidents lie in no unit grid and are not replayed.",
            )
        )
    if np.isfinite(force.at_base):
        notes.append(
            Remark(
                "set_out_from_base",
                f"{force.at_base:.0%} 的出动自驻点出发；回放中小组办结后即视为已回驻点。",
                f"{force.at_base:.0%} of the departures were from the base; in the replay a crew "
                "that is done counts as there at once.",
            )
        )
    return tuple(notes)


def _mean_at_hand(calibration: PlanCalibration, ground: ReplayGround) -> float:
    """How many crews of a brigade are at hand, in the mean over brigades."""
    brigades = [
        float(shares @ np.arange(1, len(shares) + 1))
        for name, shares in zip(calibration.force.units, calibration.at_hand, strict=True)
        if name not in ground.squads
    ]
    return float(np.mean(brigades)) if brigades else 0.0


def _differs(check: ReplayCheck) -> Remark:
    """Say which figure lies outside, and by how much."""
    if check.zone is not None:
        return Remark(
            "zone_differs",
            f"责任区 {check.zone}：记录中 {check.recorded:.1%} 在时限内到场，回放为 "
            f"{check.simulated:.1%}，允许 {check.low:.1%} 至 {check.high:.1%}。",
            f"Zone {check.zone}: {check.recorded:.1%} were in time on record, "
            f"{check.simulated:.1%} in the replay; {check.low:.1%} to {check.high:.1%} would do.",
        )
    zh, en = FIGURES[check.figure]
    return Remark(
        f"{check.figure.removesuffix('_s')}_differs",
        f"{zh}：记录为 {check.recorded:.0f} 秒，回放为 {check.simulated:.0f} 秒，允许 "
        f"{check.low:.0f} 至 {check.high:.0f} 秒。",
        f"{en} is {check.recorded:.0f} s on record and {check.simulated:.0f} s in the replay; "
        f"{check.low:.0f} to {check.high:.0f} s would do.",
    )
