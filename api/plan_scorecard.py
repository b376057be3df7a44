"""Scorecards of plans: as JSON, as lines on the screen, and as a document to be signed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from api.plan_document import (
    Cell,
    DocumentPicture,
    DocumentTable,
    PlanDocument,
    Said,
)
from dispatch.planning.evaluated_plan import EvaluatedPlan
from dispatch.planning.experienced import Experienced
from dispatch.planning.missed_grids import MissedGrids
from dispatch.planning.plan_figures import ASSUMPTIONS, Unit, figures_of, side_by_side
from dispatch.planning.plan_ground import PlanGround
from dispatch.planning.plan_map import GridShapes, plan_map
from dispatch.planning.plan_setting import PlanSetting
from dispatch.planning.publish_gate import ZoneShare
from geo.finding import Finding
from geo.remark import Remark
from geo.road.week import DAYS

MOST_SHOWN = 8
"""Grids that the screen names in one line; `--json` has all."""

MOST_LISTED = 200
"""Grids that a table of a document lists."""


@dataclass(frozen=True, slots=True, eq=False)
class Scorecard:
    """
    What is told of some plans.

    Attributes
    ----------
    setting, ground
        What they were evaluated on.
    plans
        The published plan first, then the others.
    written_at
        When.
    """

    setting: PlanSetting
    ground: PlanGround
    plans: tuple[EvaluatedPlan, ...]
    written_at: datetime

    def as_json(self) -> dict[str, Any]:
        """
        Tell all of it to a program.

        Returns
        -------
        told
            Shares are 0…1, null where there is none.
        """
        city, demand = self.setting.city, self.setting.demand
        return {
            "city": city.code,
            "city_version": city.version,
            "roads": list(city.road_versions),
            "travel_table": self.setting.travel.digest,
            "published": self.setting.published.digest,
            "written_at": self.written_at.isoformat(),
            "demand": {
                "source": _remark(demand.source),
                "incidents_per_year": demand.total,
                "years": demand.years,
                "officers_at_scene": demand.crew_size,
            },
            "periods": [
                {"name": one.name, "hours": list(one.hours)} for one in self.ground.periods
            ],
            "assumptions": [_remark(one) for one in ASSUMPTIONS],
            "plans": [self._plan(one) for one in self.plans],
            "side_by_side": [
                {
                    **_remark(row.figure.name),
                    "unit": row.figure.unit,
                    "aim": row.figure.aim,
                    "values": list(row.values),
                    "differences": list(row.differences),
                }
                for row in side_by_side([one.score for one in self.plans])
            ],
        }

    def _plan(self, one: EvaluatedPlan) -> dict[str, Any]:
        """One plan for a program."""
        score = one.score
        return {
            "name": one.name,
            "digest": score.plan.digest,
            "breaks_a_rule": one.breaks_a_rule,
            "findings": [_finding(each) for each in one.faults],
            "moved": {"grids": one.moved, "incidents_share": one.moved_share},
            "figures": dict(figures_of(score)),
            "potential_by_hour": _numbers(score.potential.by_hour),
            "any_brigade_by_hour": _numbers(score.any_brigade.by_hour),
            "available_by_hour": _numbers(score.available.by_hour),
            "experienced": None if one.experienced is None else _experienced(one.experienced),
            "zones": [self._zone(one, at) for at in range(len(score.plan.zones))],
            "worst_decile": self._codes(score.travel.decile),
            "unreachable": self._codes(score.travel.unreachable),
            "nobody": self._codes(score.travel.nobody),
            "divided_townships": list(score.shape.divided),
            "missed": [self._missed(each) for each in one.missed],
        }

    def _zone(self, one: EvaluatedPlan, at: int) -> dict[str, Any]:
        """One zone of a plan for a program."""
        score = one.score
        return {
            "zone": score.plan.zones[at],
            "grids": int(score.shape.grids[at]),
            "incidents": float(score.incidents[at]),
            "officer_h": float(score.workload.officer_h[at]),
            "potential": _number(score.potential.by_zone[at]),
            "any_brigade": _number(score.any_brigade.by_zone[at]),
            "available": _number(score.available.by_zone[at]),
            "area_m2": float(score.shape.area_m2[at]),
            "compactness": _number(score.shape.compactness[at]),
            "pieces": int(score.shape.pieces[at]),
        }

    def _missed(self, missed: MissedGrids) -> dict[str, Any]:
        """Grids missed in an hour for a program."""
        late = zip(self._codes(missed.late), missed.late_s.tolist(), strict=True)
        return {
            "hour_of_week": missed.hour,
            "day": DAYS[missed.hour // 24],
            "hour": missed.hour % 24,
            "incidents_share": missed.incidents_share,
            "late": [{"grid": code, "travel_time_s": seconds} for code, seconds in late],
            "unreachable": self._codes(missed.unreachable),
            "nobody": self._codes(missed.nobody),
        }

    def _codes(self, rows: NDArray[np.int64]) -> list[str]:
        """Codes of grids."""
        return [self.ground.graph.codes[row] for row in rows.tolist()]

    def lines(self) -> Iterator[str]:
        """
        Lay it out for the screen.

        Yields
        ------
        line
            Figures side by side, then what each plan breaks and misses.
        """
        demand = self.setting.demand
        yield f"{self.setting.city.name_en}: {demand.total:,.0f} incidents a year"
        yield demand.source.en
        yield "".join([f"{'':<42}", *(f"{one.name[-18:]:>20}" for one in self.plans)])
        for row in side_by_side([one.score for one in self.plans]):
            shown = [said(value, row.figure.unit) for value in row.values]
            yield f"{row.figure.name.en:<42}" + "".join(f"{one:>20}" for one in shown)
        for one in self.plans:
            share = f"{one.moved_share:.1%} of incidents"
            yield f"{one.name} ({one.score.plan.digest}): {one.moved} grid(s) moved, {share}"
            if one.experienced is not None:
                yield f"  experienced, in simulation: {_interval(one.experienced.whole)}"
            yield from (f"  {each.severity} {each.message.en}" for each in one.faults)
            for missed in one.missed:
                yield f"  {_clock(missed.hour)}: {self._missed_line(missed)}"

    def _missed_line(self, missed: MissedGrids) -> str:
        """Grids missed in an hour, in one line."""
        codes = self._codes(missed.rows)
        more = f", … (+{len(codes) - MOST_SHOWN})" if len(codes) > MOST_SHOWN else ""
        named = f": {', '.join(codes[:MOST_SHOWN])}{more}" if codes else ""
        share = missed.incidents_share
        return f"{len(codes)} grid(s) missed, {share:.2%} of the hour's incidents{named}"

    def picture(self) -> str:
        """
        Draw the maps of all plans.

        Returns
        -------
        svg
            Zones coloured, missed grids marked; see `dispatch.planning.plan_map`.
        """
        ordered = sorted(self.setting.city.grids, key=lambda grid: grid.code)
        shapes = np.array([grid.polygon for grid in ordered], dtype=object)
        return plan_map(GridShapes(self.ground.graph, shapes), self.plans)

    def document(self) -> PlanDocument:
        """
        Write it down as a document.

        Returns
        -------
        document
            For `api.plan_document.write_document`.
        """
        city = self.setting.city
        return PlanDocument(
            title=Said(f"{city.name} 分区方案评估", f"{city.name_en}: evaluation of zone plans"),
            written_at=self.written_at,
            facts=tuple(self._facts()),
            tables=tuple(self._tables()),
            pictures=(
                DocumentPicture(
                    Said("责任区与未覆盖网格", "Zones and missed grids"), self.picture()
                ),
            ),
            wide=len(self.plans) > 2,
        )

    def _facts(self) -> Iterator[tuple[Said, str]]:
        """What stands on top."""
        city, demand = self.setting.city, self.setting.demand
        if city.invented:
            yield Said("注意", "Note"), "虚构城市 invented city"
        yield Said("时间", "written at"), self.written_at.isoformat(timespec="minutes")
        for one in self.plans:
            yield Said("方案", "plan"), f"{one.name} · {one.score.plan.digest}"
            if one.experienced is not None:
                name = Said(f"实测覆盖 {one.name}", "experienced, in simulation")
                yield name, _interval(one.experienced.whole)
        yield Said("基准（已发布）", "base (published)"), self.setting.published.digest
        yield Said("城市版本", "city version"), city.version
        yield Said("路网版本", "roads"), ", ".join(city.road_versions)
        yield Said("行程表", "travel table"), self.setting.travel.digest
        yield Said("年事件数", "incidents a year"), f"{demand.total:,.0f}"
        yield Said("需求来源", "source of demand"), f"{demand.source.zh} {demand.source.en}"
        for period in self.ground.periods:
            yield Said("时段", "period"), f"{period.name} ({len(period.hours)} h)"

    def _tables(self) -> Iterator[DocumentTable]:
        """All tables."""
        yield self._table_of_figures()
        yield self._table_of_faults()
        for one in self.plans:
            yield self._table_of_zones(one)
            yield self._table_of_missed(one)
        yield self._table_of_hours()
        yield self._table_of_worst()
        yield DocumentTable(
            Said("口径与假设", "What the figures mean"),
            (Said("说明", "meaning"), Said("英文", "in English")),
            tuple((one.zh, one.en) for one in ASSUMPTIONS),
        )

    def _table_of_figures(self) -> DocumentTable:
        """Figures side by side, with differences from the first plan."""
        others = self.plans[1:]
        heads = [Said("指标", "figure"), *(Said(one.name, "") for one in self.plans)]
        heads += [Said(f"{one.name} −", "difference") for one in others]
        rows: list[tuple[Cell, ...]] = []
        for row in side_by_side([one.score for one in self.plans]):
            unit = row.figure.unit
            cells: list[Cell] = [f"{row.figure.name.zh} {row.figure.name.en}"]
            cells += [said(value, unit) for value in row.values]
            cells += [said(value, unit, signed=True) for value in row.differences[1:]]
            rows.append(tuple(cells))
        return DocumentTable(Said("指标对照", "Figures side by side"), tuple(heads), tuple(rows))

    def _table_of_faults(self) -> DocumentTable:
        """What plans break."""
        rows = [
            (one.name, str(each.severity), each.message.zh, each.message.en)
            for one in self.plans
            for each in one.faults
        ]
        heads = (
            Said("方案", "plan"), Said("等级", "severity"), Said("问题", "finding"),
            Said("英文", "in English"),
        )  # fmt: skip
        return DocumentTable(Said("检查结果", "Findings"), heads, tuple(rows))

    def _table_of_zones(self, one: EvaluatedPlan) -> DocumentTable:
        """Zones of a plan."""
        heads = (
            Said("责任区", "zone"), Said("网格", "grids"), Said("年事件", "incidents a year"),
            Said("人时", "officer-hours"), Said("潜在覆盖", "potential"),
            Said("可用覆盖", "available"), Said("实测覆盖", "experienced"),
            Said("紧凑度", "compactness"), Said("块数", "pieces"),
        )  # fmt: skip
        found = (
            {} if one.experienced is None else {each.zone: each for each in one.experienced.zones}
        )
        rows = [
            (
                zone["zone"], zone["grids"], round(zone["incidents"], 1),
                round(zone["officer_h"], 1), said(zone["potential"], Unit.SHARE),
                said(zone["available"], Unit.SHARE), _interval(found.get(zone["zone"])),
                said(zone["compactness"], Unit.RATIO), zone["pieces"],
            )
            for zone in (self._zone(one, at) for at in range(len(one.score.plan.zones)))
        ]  # fmt: skip
        return DocumentTable(Said(f"责任区 {one.name}", f"Zones of {one.name}"), heads, tuple(rows))

    def _table_of_missed(self, one: EvaluatedPlan) -> DocumentTable:
        """Grids that a plan misses, by hour."""
        rows: list[tuple[Cell, ...]] = []
        for missed in one.missed:
            clock = _clock(missed.hour)
            late = zip(self._codes(missed.late), missed.late_s.tolist(), strict=True)
            rows += [(clock, code, "超时 late", seconds) for code, seconds in late]
            rows += [
                (clock, code, "无路 no road", None) for code in self._codes(missed.unreachable)
            ]
            rows += [(clock, code, "无人 nobody", None) for code in self._codes(missed.nobody)]
        heads = (
            Said("小时", "hour"), Said("网格", "grid"), Said("原因", "why"),
            Said("行程（秒）", "travel, s"),
        )  # fmt: skip
        title = Said(f"未覆盖网格 {one.name}", f"Grids missed by {one.name}")
        return DocumentTable(title, heads, tuple(rows[:MOST_LISTED]))

    def _table_of_hours(self) -> DocumentTable:
        """Coverage by hour of the week."""
        heads = [Said("小时", "hour")]
        for one in self.plans:
            heads += [Said(f"{one.name} 潜在", "potential"), Said(f"{one.name} 可用", "available")]
        rows: list[tuple[Cell, ...]] = []
        for at, hour in enumerate(self.ground.hours.tolist()):
            cells: list[Cell] = [_clock(hour)]
            for one in self.plans:
                kinds = (one.score.potential, one.score.available)
                cells += [said(_number(kind.by_hour[at]), Unit.SHARE) for kind in kinds]
            rows.append(tuple(cells))
        title = Said("逐小时覆盖", "Coverage by hour of the week")
        return DocumentTable(title, tuple(heads), tuple(rows))

    def _table_of_worst(self) -> DocumentTable:
        """Grids that are served worst."""
        rows: list[tuple[Cell, ...]] = []
        for one in self.plans:
            travel = one.score.travel
            for row in travel.decile[:MOST_LISTED].tolist():
                zone = one.score.plan.zone_codes[row]
                seconds = round(float(travel.by_grid_s[row]), 1)
                rows.append((one.name, self.ground.graph.codes[row], zone, seconds))
        heads = (
            Said("方案", "plan"), Said("网格", "grid"), Said("责任区", "zone"),
            Said("平均行程（秒）", "mean travel, s"),
        )  # fmt: skip
        return DocumentTable(Said("最差一成网格", "Worst tenth of grids"), heads, tuple(rows))


def said(value: float | None, unit: Unit, *, signed: bool = False) -> str:
    """
    Write a figure.

    Parameters
    ----------
    value
        The figure, or None.
    unit
        What it is counted in.
    signed
        Whether a plus stands before what is above nothing.

    Returns
    -------
    text
        With its unit; a dash for None.
    """
    if value is None:
        return "–"
    plus = "+" if signed else ""
    if unit is Unit.SHARE:
        return format(value, f"{plus}.2%")
    digits, suffix = {
        Unit.SECONDS: (0, " s"),
        Unit.OFFICER_HOURS: (0, " h"),
        Unit.KILOMETRES: (1, " km"),
        Unit.RATIO: (3, ""),
        Unit.COUNT: (0, ""),
    }[unit]
    return format(value, f"{plus},.{digits}f") + suffix


def _clock(hour: int) -> str:
    """An hour of the week as a person reads it."""
    return f"{DAYS[hour // 24]} {hour % 24:02d}:00"


def _remark(remark: Remark) -> dict[str, str]:
    """A remark for a program."""
    return {"code": remark.code, "zh": remark.zh, "en": remark.en}


def _finding(finding: Finding) -> dict[str, Any]:
    """A finding for a program."""
    return {
        "code": finding.message.code,
        "severity": str(finding.severity),
        "feature": finding.feature,
        "message": {"zh": finding.message.zh, "en": finding.message.en},
    }


def _experienced(found: Experienced) -> dict[str, Any]:
    """What a simulation found, for a program."""
    return {
        **_limits(found.whole),
        "by_hour": {f"{hour:02d}": share for hour, share in sorted(found.by_hour.items())},
        "zones": [{"zone": one.zone, **_limits(one)} for one in found.zones],
    }


def _limits(one: ZoneShare) -> dict[str, float]:
    """A share with its confidence limits."""
    return {"share": one.share, "low": one.lower, "high": one.upper}


def _interval(one: ZoneShare | None) -> str:
    """A share with its confidence limits as a person reads it; a dash for none."""
    return "–" if one is None else f"{one.share:.2%} ({one.lower:.2%}–{one.upper:.2%})"


def _number(value: float) -> float | None:
    """A number, or null for none."""
    return None if math.isnan(value) else float(value)


def _numbers(values: Sequence[float] | NDArray[np.float64]) -> list[float | None]:
    """Numbers, null for none."""
    return [_number(float(value)) for value in values]
