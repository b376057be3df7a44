"""
Plan map: zones coloured and missed grids marked, as an SVG that needs nothing else.

A page can show it, a browser can open it, and a PDF can hold it: no script, no font of its own,
no picture from elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

import numpy as np
import shapely
from numpy.typing import NDArray

from dispatch.planning.evaluated_plan import EvaluatedPlan
from dispatch.planning.grid_graph import GridGraph, plane_of
from dispatch.planning.missed_grids import MissedGrids
from dispatch.planning.zone_plan import ZonePlan
from geo.road.week import DAYS

COLOURS: Final = (
    "#a6cee3", "#fdbf6f", "#b2df8a", "#cab2d6", "#ffed9f", "#fbb4ae",
    "#b3e2cd", "#d9d9d9", "#f4cae4", "#e5d8bd", "#c6dbef", "#dcecc9",
)  # fmt: skip
"""Of zones; neighbours get different ones as long as there are enough."""

LATE, UNREACHABLE, NOBODY = "#d7301f", "#252525", "#737373"
"""Colours of grids that are missed."""

PANEL: Final = 420.0
"""Width of a map in units of the picture."""

MARGIN, HEAD, FOOT = 12.0, 34.0, 30.0

FONT: Final = "Noto Sans CJK SC, Source Han Sans SC, Microsoft YaHei, PingFang SC, sans-serif"


@dataclass(frozen=True, slots=True, eq=False)
class GridShapes:
    """
    Unit grids as they are drawn.

    Attributes
    ----------
    graph
        The grids and their neighbours.
    shapes
        Their polygons in WGS-84 degrees, in the order of the graph, object[n].
    """

    graph: GridGraph
    shapes: NDArray[np.object_]


def plan_map(ground: GridShapes, plans: Sequence[EvaluatedPlan]) -> str:
    """
    Draw the maps of plans: a row for each plan, a column for each hour.

    Parameters
    ----------
    ground
        Unit grids.
    plans
        What was evaluated, one or more.

    Returns
    -------
    svg
        A whole document, in UTF-8 when it is written.
    """
    drawn = _laid_out(ground.shapes)
    height = _height(drawn)
    columns = max(1, *(len(one.missed) for one in plans))
    wide = MARGIN + columns * (PANEL + MARGIN)
    tall = len(plans) * (HEAD + height + MARGIN) + FOOT
    size = f"{wide:.0f} {tall:.0f}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" font-family="{FONT}">',
        f'<rect width="{wide:.0f}" height="{tall:.0f}" fill="#ffffff"/>',
    ]
    for row, one in enumerate(plans):
        zones = list(_zones(ground.graph, drawn, one.score.plan))
        for column in range(columns):
            missed = one.missed[column] if column < len(one.missed) else None
            x, y = MARGIN + column * (PANEL + MARGIN), row * (HEAD + height + MARGIN) + HEAD
            parts.append(f'<g transform="translate({x:.1f} {y:.1f})">')
            parts += [_title(one, missed), *zones, *_missed(drawn, missed)]
            parts += [*_labels(drawn, one.score.plan), "</g>"]
    parts += [_legend(tall - FOOT), "</svg>"]
    return "\n".join(parts) + "\n"


def zone_colours(graph: GridGraph, plan: ZonePlan) -> list[str]:
    """
    Colour the zones of a plan.

    Parameters
    ----------
    graph
        Unit grids and their neighbours.
    plan
        The plan.

    Returns
    -------
    colours
        One per zone: the first that no neighbour before it has, beginning further on from zone
        to zone so that all are used.
    """
    zone_of = plan.zone_of
    pairs = np.stack([zone_of[graph.source], zone_of[graph.neighbour]])
    beside: list[set[int]] = [set() for _ in plan.zones]
    for one, other in np.unique(pairs[:, pairs[0] != pairs[1]], axis=1).T.tolist():
        if one >= 0 and other >= 0:
            beside[one].add(other)
    chosen: list[int] = []
    for zone, near in enumerate(beside):
        taken = {chosen[other] for other in near if other < zone}
        order = [(zone + step) % len(COLOURS) for step in range(len(COLOURS))]
        chosen.append(next((one for one in order if one not in taken), order[0]))
    return [COLOURS[one] for one in chosen]


def _laid_out(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Shapes in units of one panel, y downwards, simplified to what can be seen."""
    flat = shapely.transform(shapes, plane_of(shapes).to_xy)
    west, south, east, north = shapely.total_bounds(flat).tolist()
    scale = PANEL / max(east - west, (north - south) * 0.75, 1.0)
    placed: NDArray[np.object_] = shapely.transform(
        flat, lambda xy: np.stack([(xy[:, 0] - west) * scale, (north - xy[:, 1]) * scale], axis=1)
    )
    return placed


def _height(drawn: NDArray[np.object_]) -> float:
    """Height of a panel."""
    return float(shapely.total_bounds(drawn)[3])


def _zones(graph: GridGraph, drawn: NDArray[np.object_], plan: ZonePlan) -> Iterator[str]:
    """Zones as coloured surfaces with their borders, and grids in none."""
    colours = zone_colours(graph, plan)
    for zone, colour in enumerate(colours):
        rows = np.flatnonzero(plan.zone_of == zone)
        if len(rows):
            path = _path([shapely.union_all(shapely.set_precision(drawn[rows], 0.01))])
            yield f'<path d="{path}" fill="{colour}" stroke="#4d4d4d" stroke-width="0.7"/>'
    nowhere = np.flatnonzero(plan.zone_of < 0)
    if len(nowhere):
        yield f'<path d="{_path(drawn[nowhere])}" fill="none" stroke="{NOBODY}"/>'


def _missed(drawn: NDArray[np.object_], missed: MissedGrids | None) -> Iterator[str]:
    """Grids that are missed, by why."""
    if missed is None:
        return
    for rows, colour in (
        (missed.late, LATE),
        (missed.unreachable, UNREACHABLE),
        (missed.nobody, NOBODY),
    ):
        if len(rows):
            yield f'<path d="{_path(drawn[rows])}" fill="{colour}" fill-opacity="0.75"/>'


def _labels(drawn: NDArray[np.object_], plan: ZonePlan) -> Iterator[str]:
    """Codes of the zones, each on one of its grids near its middle."""
    for zone, code in enumerate(plan.zones):
        rows = np.flatnonzero(plan.zone_of == zone)
        if len(rows):
            middles = shapely.get_coordinates(shapely.centroid(drawn[rows]))
            far = np.hypot(*(middles - middles.mean(axis=0)).T)
            x, y = middles[int(far.argmin())].tolist()
            yield (
                f'<text x="{x:.1f}" y="{y:.1f}" font-size="10" text-anchor="middle" '
                f'stroke="#ffffff" stroke-width="2" paint-order="stroke">{escape(code)}</text>'
            )


def _title(one: EvaluatedPlan, missed: MissedGrids | None) -> str:
    """What a panel shows."""
    text = one.name
    if missed is not None:
        day, hour = divmod(missed.hour, 24)
        text += (
            f" · {DAYS[day]} {hour:02d}:00 · {len(missed.rows)} 格未覆盖 grids missed "
            f"({missed.incidents_share:.1%})"
        )
    return f'<text x="0" y="-12" font-size="11">{escape(text)}</text>'


def _legend(top: float) -> str:
    """What the colours mean."""
    said = (
        (LATE, "超时 too late"),
        (UNREACHABLE, "无路可达 no road"),
        (NOBODY, "无人负责 nobody's"),
    )
    parts = []
    for at, (colour, text) in enumerate(said):
        x = MARGIN + at * 140
        parts.append(
            f'<rect x="{x:.0f}" y="{top + 8:.0f}" width="10" height="10" fill="{colour}"/>'
            f'<text x="{x + 15:.0f}" y="{top + 17:.0f}" font-size="10">{text}</text>'
        )
    return "".join(parts)


def _path(shapes: Iterable[shapely.Geometry]) -> str:
    """Outlines and holes of polygons as one path."""
    rings: list[str] = []
    for part in shapely.get_parts(np.array(list(shapes), dtype=object)):
        if part.geom_type != "Polygon":
            continue
        for ring in shapely.get_rings(part):
            points = shapely.get_coordinates(ring)[:-1].round(1)
            kept = points[np.r_[True, (np.diff(points, axis=0) != 0).any(axis=1)]]
            rings.append("M" + "L".join(f"{x:g} {y:g}" for x, y in kept.tolist()) + "Z")
    return "".join(rings)
