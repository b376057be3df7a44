"""Coverage before and after a layer, as lines on the screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

FIGURES = (
    ("demand in time", "share"),
    ("demand no road leads to", "share_unreachable"),
    ("grids in time", "points_in_time"),
    ("grids no road leads to", "points_unreachable"),
    ("grids", "points"),
    ("crews with a base on roads", "crews_counted"),
)
"""What is told, and which figure that is."""

SHOWN = 10
"""Codes that the screen shows; `--json` has more."""


def coverage_lines(told: Mapping[str, Any]) -> Iterator[str]:
    """
    Lay coverage before and after out as lines.

    Parameters
    ----------
    told
        As JSON has it.

    Yields
    ------
    line
        A heading, a line for each figure, and the points that are lost and gained.
    """
    before, after = told["before"], told["after"]
    yield f"{told['coverage'] + ' coverage, from bases':<32}{'before':>10}{'after':>10}"
    for side, name in ((before, "before"), (after, "after")):
        if side["untold"] is not None:
            yield f"{name}: {side['untold']['en']}"
    if before["untold"] is None or after["untold"] is None:
        for label, name in FIGURES:
            yield f"{label:<32}{_figure(before, name):>10}{_figure(after, name):>10}"
    for name in ("lost", "gained"):
        yield from _named(name, told[name])
    if told["rows_left_out"]:
        yield f"{told['rows_left_out']} row(s) that are not sound are left out"


def _figure(side: Mapping[str, Any], name: str) -> str:
    """A figure as the screen has it."""
    figure = side[name]
    if figure is None:
        return "–"
    return f"{figure:.2%}" if name.startswith("share") else str(figure)


def _named(name: str, points: Mapping[str, Any]) -> Iterator[str]:
    """Points of one list."""
    if points["count"]:
        more = ", …" if points["count"] > SHOWN else ""
        yield f"{name}: {points['count']} ({', '.join(points['codes'][:SHOWN])}{more})"
