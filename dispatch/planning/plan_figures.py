"""
Plan figures: the headline figures of plans in words of both languages, side by side.

What each coverage means stands in `ASSUMPTIONS`, which every scorecard prints.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.plan_score import PlanScore
from geo.remark import Remark


class Unit(StrEnum):
    """What a figure is counted in."""

    SHARE = "share"
    SECONDS = "s"
    OFFICER_HOURS = "officer_h"
    KILOMETRES = "km"
    RATIO = "ratio"
    COUNT = "count"


class Aim(StrEnum):
    """Whether a planner wants more or less of a figure."""

    MORE = "more"
    LESS = "less"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Figure:
    """
    One figure of a plan.

    Attributes
    ----------
    name
        What it is, in both languages, under a code.
    unit
        What it is counted in.
    aim
        What a planner wants of it.
    of
        Takes it from a score; NaN where there is none.
    """

    name: Remark
    unit: Unit
    aim: Aim
    of: Callable[[PlanScore], float]


@dataclass(frozen=True, slots=True)
class FigureRow:
    """
    One figure of several plans.

    Attributes
    ----------
    figure
        Which.
    values
        Of each plan; None where there is none.
    differences
        Of each plan from the first; None where either has none.
    """

    figure: Figure
    values: tuple[float | None, ...]
    differences: tuple[float | None, ...]


FIGURES: Final[tuple[Figure, ...]] = (
    Figure(
        Remark("potential", "潜在覆盖率", "potential coverage"),
        Unit.SHARE, Aim.MORE, lambda score: score.potential.share,
    ),
    Figure(
        Remark("potential_worst_hour", "潜在覆盖率（最差小时）", "potential coverage, worst hour"),
        Unit.SHARE, Aim.MORE, lambda score: _least(score.potential.by_hour),
    ),
    Figure(
        Remark("any_brigade", "任一大队潜在覆盖率", "potential coverage, any brigade"),
        Unit.SHARE, Aim.MORE, lambda score: score.any_brigade.share,
    ),
    Figure(
        Remark("people", "人口覆盖率（潜在）", "people covered, potential"),
        Unit.SHARE, Aim.MORE, lambda score: _or_none(score.people_share),
    ),
    Figure(
        Remark("area", "面积覆盖率（潜在）", "ground covered, potential"),
        Unit.SHARE, Aim.MORE, lambda score: score.area_share,
    ),
    Figure(
        Remark("available", "可用覆盖率", "available coverage"),
        Unit.SHARE, Aim.MORE, lambda score: score.available.share,
    ),
    Figure(
        Remark("available_worst_zone", "可用覆盖率（最差责任区）", "available, worst zone"),
        Unit.SHARE, Aim.MORE, lambda score: _least(score.available.by_zone),
    ),
    Figure(
        Remark("late", "超时事件占比", "incidents at grids reached too late"),
        Unit.SHARE, Aim.LESS, lambda score: score.late_share,
    ),
    Figure(
        Remark("unreachable", "无路可达事件占比", "incidents no road leads to"),
        Unit.SHARE, Aim.LESS, lambda score: score.unreachable_share,
    ),
    Figure(
        Remark("nobody", "无人负责事件占比", "incidents nobody is responsible for"),
        Unit.SHARE, Aim.LESS, lambda score: score.nobody_share,
    ),
    Figure(
        Remark("officer_h", "年工作量（人时）", "work a year, officer-hours"),
        Unit.OFFICER_HOURS, Aim.NEITHER, lambda score: float(score.workload.officer_h.sum()),
    ),
    Figure(
        Remark("work_max_deviation", "工作量最大偏差", "work, largest deviation from the mean"),
        Unit.SHARE, Aim.LESS, lambda score: score.workload.max_deviation,
    ),
    Figure(
        Remark("work_variation", "工作量变异系数", "work, coefficient of variation"),
        Unit.RATIO, Aim.LESS, lambda score: score.workload.variation,
    ),
    Figure(
        Remark("work_gini", "工作量基尼系数", "work, Gini coefficient"),
        Unit.RATIO, Aim.LESS, lambda score: score.workload.gini,
    ),
    Figure(
        Remark("travel_mean", "平均行程时间", "travel time, mean"),
        Unit.SECONDS, Aim.LESS, lambda score: score.travel.mean_s,
    ),
    Figure(
        Remark("travel_p90", "90% 行程时间", "travel time, 90th percentile"),
        Unit.SECONDS, Aim.LESS, lambda score: score.travel.p90_s,
    ),
    Figure(
        Remark("travel_worst", "最长行程时间", "travel time, worst grid"),
        Unit.SECONDS, Aim.LESS, lambda score: score.travel.worst_s,
    ),
    Figure(
        Remark("decile_mean", "最差一成网格平均行程", "travel time, worst tenth of grids"),
        Unit.SECONDS, Aim.LESS, lambda score: score.travel.decile_mean_s,
    ),
    Figure(
        Remark("decile_in_time", "最差一成网格潜在覆盖率", "potential, worst tenth of grids"),
        Unit.SHARE, Aim.MORE, lambda score: score.travel.decile_in_time,
    ),
    Figure(
        Remark("compactness", "平均紧凑度（Polsby–Popper）", "compactness, mean (Polsby–Popper)"),
        Unit.RATIO, Aim.MORE, lambda score: _mean(score.shape.compactness),
    ),
    Figure(
        Remark("compactness_least", "最小紧凑度", "compactness, least compact zone"),
        Unit.RATIO, Aim.MORE, lambda score: _least(score.shape.compactness),
    ),
    Figure(
        Remark("border", "责任区间边界总长", "borders between zones"),
        Unit.KILOMETRES, Aim.LESS, lambda score: score.shape.border_m / 1000,
    ),
    Figure(
        Remark("divided_townships", "被分割的镇街", "townships divided"),
        Unit.COUNT, Aim.LESS, lambda score: float(len(score.shape.divided)),
    ),
    Figure(
        Remark("zones_in_pieces", "不连通的责任区", "zones in more than one piece"),
        Unit.COUNT, Aim.LESS, lambda score: float((score.shape.pieces > 1).sum()),
    ),
)  # fmt: skip
"""In the order of a scorecard."""

ASSUMPTIONS: Final = (
    Remark(
        "means_potential",
        "潜在覆盖：责任大队从驻地出发、随时有小组在位时，能在责任区到场时限内到达的网格；按事件加权。",
        "Potential: grids that the responsible brigade reaches from its bases within the zone's "
        "arrival target, as if a crew were always there; weighted by incidents.",
    ),
    Remark(
        "means_any",
        "任一大队：同上，但由最近的驻地出发，不问属于哪个大队。",
        "Any brigade: the same from the nearest base, whosever it is.",
    ),
    Remark(
        "means_available",
        "可用覆盖：潜在覆盖乘以来得及的小组中至少一个在岗且空闲的概率（逐小时 M/M/c 稳态）。",
        "Available: potential, times the chance that one of the crews who would be in time is on "
        "duty and free (a queue M/M/c for each hour, in its steady state).",
    ),
    Remark(
        "means_experienced",
        "实测覆盖：只来自仿真或历史，不与前两者混用。",
        "Experienced: from simulation or history only, and never mixed with the other two.",
    ),
    Remark(
        "means_work",
        "工作量：事件数 ×（行程 + 处置）× 到场人数；无路可达的只计处置时间。",
        "Work: incidents × (travel + scene) × officers; where no road leads, the scene alone.",
    ),
    Remark(
        "means_roads",
        "行程时间按一周各时段的路速，不含临时封路；向上取整到秒。",
        "Travel times are those of each period of the week without closures, in whole seconds "
        "rounded up.",
    ),
    Remark(
        "means_duty",
        "在岗按当周排班，不含节假日；没有排班的小组视为始终在岗。",
        "Duty is that of the rosters of the week without holidays; crews without one count as "
        "always on duty.",
    ),
)
"""What the figures mean; printed on every scorecard."""


def side_by_side(scores: Sequence[PlanScore]) -> tuple[FigureRow, ...]:
    """
    Lay the figures of plans beside each other.

    Parameters
    ----------
    scores
        One or more; the others are compared with the first.

    Returns
    -------
    rows
        One per figure, in the order of `FIGURES`.
    """
    rows = []
    for figure in FIGURES:
        values = tuple(_known(figure.of(score)) for score in scores)
        first = values[0]
        differences = tuple(
            None if first is None or value is None else value - first for value in values
        )
        rows.append(FigureRow(figure, values, differences))
    return tuple(rows)


def figures_of(score: PlanScore) -> Mapping[str, float | None]:
    """
    Give the headline figures of one plan.

    Parameters
    ----------
    score
        The plan's score.

    Returns
    -------
    figures
        By code; None where there is none.
    """
    return {figure.name.code: _known(figure.of(score)) for figure in FIGURES}


def _or_none(value: float | None) -> float:
    """A figure that may be missing, NaN where it is."""
    return float("nan") if value is None else value


def _known(value: float) -> float | None:
    """A figure, or None for none."""
    return None if np.isnan(value) else float(value)


def _least(values: NDArray[np.float64]) -> float:
    """Smallest that is known."""
    return float(np.nanmin(values)) if not np.isnan(values).all() else float("nan")


def _mean(values: NDArray[np.float64]) -> float:
    """Mean of those that are known."""
    return float(np.nanmean(values)) if not np.isnan(values).all() else float("nan")
