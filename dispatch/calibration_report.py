"""The calibration report as a page: Markdown, a record for machines, and the diagram as SVG."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any, Literal

from dispatch.calibration import Bin, Calibration, Reliability, Slice
from dispatch.proportion import Proportion
from geo.road.week import CITY_TIME

Language = Literal["zh", "en"]

SIDE_PX, MARGIN_PX = 400, 48
"""Side of the square of the diagram, and the room for its labels."""

_WORDS: dict[Language, dict[str, str]] = {
    "zh": {
        "title": "到场预测校准报告",
        "period": "检验时段 {first} 至 {last}，{n} 次到场；模型 {model}，由 {fitted} 次到场拟合。",
        "slope": "可靠性斜率 {slope}（各分箱观测比例对平均预测概率的加权回归，1 为准确）；"
        "布里尔评分 {brier}。",
        "diagram": "| 预测概率 | 平均 | 实际按时 | 次数 | 95 % 区间 |",
        "coverage": "| 分组 | 次数 | 不晚于 p50 | 不晚于 p90 | 95 % 区间 |",
        "losses": "| 分位损失（秒） | 模型 | 直接用预计行程 |",
        "target": "时限",
        "chance": "预测概率",
        "observed": "实际按时比例",
        "all": "全部",
        "none": "无",
    },
    "en": {
        "title": "Calibration of arrivals",
        "period": "Judged from {first} to {last} by {n} arrivals; model {model}, "
        "fitted to {fitted} arrivals.",
        "slope": "Reliability slope {slope} (weighted regression of observed share on mean "
        "chance over the bins; 1 is right); Brier score {brier}.",
        "diagram": "| chance | mean | in time | arrivals | 95 % interval |",
        "coverage": "| group | arrivals | by p50 | by p90 | 95 % interval |",
        "losses": "| pinball loss, s | model | predicted travel time as it stands |",
        "target": "target",
        "chance": "chance forecast",
        "observed": "observed share in time",
        "all": "all",
        "none": "none",
    },
}


def to_record(calibration: Calibration) -> dict[str, Any]:
    """
    Write a calibration as plain values.

    Parameters
    ----------
    calibration
        The calibration.

    Returns
    -------
    record
        For JSON; a proportion is ``hits, of, share, interval``.
    """
    return {field.name: _plain(getattr(calibration, field.name)) for field in fields(calibration)}


def to_markdown(calibration: Calibration, language: Language = "zh") -> str:
    """
    Write a calibration as a page.

    Parameters
    ----------
    calibration
        The calibration.
    language
        Chinese or English.

    Returns
    -------
    page
        Markdown: reliability over all targets and for each, coverage, losses.
    """
    words, losses = _WORDS[language], calibration.losses
    period = words["period"].format(
        first=_day(calibration.first_s),
        last=_day(calibration.last_s),
        n=calibration.everyone.below_p90.of,
        model=calibration.model,
        fitted=calibration.n_fitted,
    )
    lines = [f"# {words['title']}", "", period, ""]
    for diagram in (calibration.reliability, *calibration.by_target):
        lines += _diagram_lines(diagram, words)
    lines += [words["coverage"], "| --- | ---: | ---: | ---: | --- |"]
    groups = (calibration.everyone, *calibration.by_mode, *calibration.by_hour)
    lines += [_coverage_line(group, words) for group in groups]
    lines += ["", words["losses"], "| --- | ---: | ---: |"]
    lines += [f"| p50 | {losses.p50_s:.1f} | {losses.naive_p50_s:.1f} |"]
    lines += [f"| p90 | {losses.p90_s:.1f} | {losses.naive_p90_s:.1f} |"]
    return "\n".join(lines) + "\n"


def to_svg(diagram: Reliability, language: Language = "zh") -> str:
    """
    Draw a reliability diagram.

    Parameters
    ----------
    diagram
        The diagram.
    language
        Chinese or English.

    Returns
    -------
    svg
        The diagonal, a point for each bin as large as its share of arrivals, and a bar for the
        interval of its observed share.
    """
    words, total = _WORDS[language], sum(each.observed.of for each in diagram.bins)
    size, far = SIDE_PX + 2 * MARGIN_PX, SIDE_PX + MARGIN_PX
    marks = "".join(_mark(each, total) for each in diagram.bins)
    ticks = "".join(_tick(tenths / 10) for tenths in range(0, 11, 2))
    middle = size / 2
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" role="img" '
        f'font-family="sans-serif" font-size="12"><title>{words["title"]}</title>'
        f'<rect x="{MARGIN_PX}" y="{MARGIN_PX}" width="{SIDE_PX}" height="{SIDE_PX}" '
        f'fill="none" stroke="#888"/>'
        f'<line x1="{MARGIN_PX}" y1="{far}" x2="{far}" y2="{MARGIN_PX}" stroke="#888" '
        f'stroke-dasharray="4"/>{ticks}{marks}'
        f'<text x="{middle}" y="{size - 8}" text-anchor="middle">{words["chance"]}</text>'
        f'<text x="14" y="{middle}" text-anchor="middle" '
        f'transform="rotate(-90 14 {middle})">{words["observed"]}</text></svg>'
    )


def _plain(value: object) -> Any:  # noqa: ANN401 -- whatever JSON can hold
    """Write a value object as plain values."""
    if isinstance(value, Proportion):
        found = {"share": value.share, "interval": value.interval}
        return {"hits": value.hits, "of": value.of} | found
    if isinstance(value, tuple):
        return [_plain(entry) for entry in value]
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return value


def _diagram_lines(diagram: Reliability, words: dict[str, str]) -> list[str]:
    """Write one diagram as a heading, a sentence and a table."""
    targets = ", ".join(f"{target_s:g} s" for target_s in diagram.targets_s)
    slope = words["none"] if diagram.slope is None else f"{diagram.slope:.3f}"
    rows = [
        f"| {each.low:.1f}–{each.high:.1f} | {each.mean_chance:.3f} | "
        f"{each.observed.share:.3f} | {each.observed.of} | {_interval(each.observed)} |"
        for each in diagram.bins
    ]
    return [
        f"## {words['target']} {targets}",
        "",
        words["slope"].format(slope=slope, brier=f"{diagram.brier:.4f}"),
        "",
        words["diagram"],
        "| --- | ---: | ---: | ---: | --- |",
        *rows,
        "",
    ]


def _coverage_line(group: Slice, words: dict[str, str]) -> str:
    """Write the coverage of one group; none is empty."""
    name = words.get(group.name, group.name)
    return (
        f"| {name} | {group.below_p90.of} | {group.below_p50.share:.1%} | "
        f"{group.below_p90.share:.1%} | {_interval(group.below_p90)} |"
    )


def _interval(proportion: Proportion) -> str:
    """Write the interval of a share."""
    interval = proportion.interval
    return "" if interval is None else f"{interval[0]:.3f}–{interval[1]:.3f}"


def _day(time_s: float) -> str:
    """Date in the city's time."""
    return datetime.fromtimestamp(time_s, CITY_TIME).date().isoformat()


def _place(chance: float, share: float) -> tuple[float, float]:
    """Pixels of a chance and an observed share."""
    return (
        round(MARGIN_PX + SIDE_PX * chance, 2),
        round(MARGIN_PX + SIDE_PX * (1 - share), 2),
    )


def _mark(each: Bin, total: int) -> str:
    """Point and bar of one bin; a bin holds forecasts, so it has a share."""
    share, interval = each.observed.share, each.observed.interval
    assert share is not None
    assert interval is not None
    x, y = _place(each.mean_chance, share)
    _, low = _place(each.mean_chance, interval[0])
    _, high = _place(each.mean_chance, interval[1])
    radius = round(3 + 12 * (each.observed.of / total) ** 0.5, 2)
    return (
        f'<line x1="{x}" y1="{low}" x2="{x}" y2="{high}" stroke="#1f5fa8"/>'
        f'<circle cx="{x}" cy="{y}" r="{radius}" fill="#1f5fa8" fill-opacity="0.6">'
        f"<title>{each.mean_chance:.3f} → {share:.3f} ({each.observed.of})</title></circle>"
    )


def _tick(value: float) -> str:
    """Label of both axes at a value."""
    x, y = _place(value, value)
    return (
        f'<text x="{x}" y="{SIDE_PX + MARGIN_PX + 16}" text-anchor="middle">{value:g}</text>'
        f'<text x="{MARGIN_PX - 6}" y="{y + 4}" text-anchor="end">{value:g}</text>'
    )
