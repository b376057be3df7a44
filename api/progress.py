"""Progress of long work, drawn as a bar on the terminal's error stream."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

Report = Callable[[str, float], None]
"""Called with what is being done and the share that is done, 0…1."""


@contextmanager
def progress_bar() -> Iterator[Report]:
    """
    Show one bar while the block runs.

    Yields
    ------
    report
        Function of a label and a share; a new label starts a new bar.
    """
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    off = not console.is_terminal  # a log file gets no bars
    with Progress(*columns, console=console, transient=True, disable=off) as progress:
        tasks = {}

        def report(label: str, share: float) -> None:
            if label not in tasks:
                tasks[label] = progress.add_task(label, total=1.0)
            progress.update(tasks[label], completed=share)

        yield report
