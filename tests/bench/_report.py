"""What a benchmark hands back, and how its tables are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Report:
    """
    Markdown for the folder of results, a short table for a page, and pictures.

    Each picture is a file name and its content.
    """

    text: str
    short: str = ""
    pictures: Mapping[str, bytes] = field(default_factory=dict)


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, left: int = 1) -> str:
    """Write a Markdown table; columns after the first few are set to the right."""
    rule = ["---" if column < left or not name else "---:" for column, name in enumerate(head)]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *rows))


def mark(*, good: bool) -> str:
    """Say whether a goal was reached."""
    return "✓" if good else "✗"


def figure(ms: float) -> str:
    """Write milliseconds with about three digits."""
    if ms >= 100:
        return f"{ms:,.0f}"
    return f"{ms:.1f}" if ms >= 10 else f"{ms:.2f}" if ms >= 1 else f"{ms:.3f}"


def with_goals(rows: Iterable[Sequence[str]], *, title: str) -> str:
    """Short table of the rows that had something to reach: name, ms, of S, quiet, goal, mark."""
    kept = [[row[0], f"{row[3]} ms", f"{row[4]} ms", row[5]] for row in rows if row[5]]
    return table([title, "takes, quiet", "to reach", ""], kept)
