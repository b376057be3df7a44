"""The knee: share of reports in time by number of officers, drawn as SVG without a library."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

WIDTH, HEIGHT = 640, 400
LEFT, RIGHT, TOP, BOTTOM = 70, 20, 40, 55
LINES = 5


def knee_svg(points: Sequence[tuple[int, float]], *, asked: float, title: str) -> str:
    """
    Draw the curve.

    Parameters
    ----------
    points
        Officers and the share in time, ascending.
    asked
        The share that is asked for, drawn as a line.
    title
        Head of the picture.

    Returns
    -------
    svg
        A whole picture.
    """
    most_x = max([officers for officers, _ in points], default=1)
    least_x = min([officers for officers, _ in points], default=0)
    span_x = max(1, most_x - least_x)
    least_y = min([share for _, share in points] + [asked, 0.99])
    span_y = max(0.01, 1.0 - least_y)

    def at(officers: float, share: float) -> tuple[float, float]:
        x = LEFT + (officers - least_x) / span_x * (WIDTH - LEFT - RIGHT)
        y = TOP + (1.0 - share) / span_y * (HEIGHT - TOP - BOTTOM)
        return round(x, 1), round(y, 1)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">',
        f"<title>{escape(title)}</title>",
        "<style>text {font: 12px sans-serif}</style>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        f'<text x="{LEFT}" y="22">{escape(title)}</text>',
    ]
    for step in range(LINES + 1):
        share = least_y + span_y * step / LINES
        _, y = at(least_x, share)
        parts.append(f'<path d="M{LEFT} {y}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{share:.1%}</text>')
        officers = round(least_x + span_x * step / LINES)
        x, _ = at(officers, least_y)
        parts.append(
            f'<text x="{x}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{officers}</text>'
        )
    _, y = at(least_x, asked)
    parts.append(f'<path d="M{LEFT} {y}H{WIDTH - RIGHT}" stroke="#b00" stroke-dasharray="6 4"/>')
    path = " ".join(f"{x},{y}" for x, y in (at(*point) for point in points))
    parts.append(f'<polyline points="{path}" fill="none" stroke="#0560a6" stroke-width="2"/>')
    for officers, share in points:
        x, y = at(officers, share)
        parts.append(
            f'<circle cx="{x}" cy="{y}" r="4" fill="#0560a6">'
            f"<title>{officers}: {share:.2%}</title></circle>"
        )
    parts.append(
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 12}" text-anchor="middle">'
        "执法队员 officers → 按时到场率 share in time</text>"
    )
    return "\n".join([*parts, "</svg>", ""])
