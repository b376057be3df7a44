"""How `grid-dispatch suggest --batch` shows who goes where for all together."""

from __future__ import annotations

from rich.console import Console

from api.schemas_batch import BatchOut, SlotChoiceOut


def show_assignment(batch: BatchOut, console: Console) -> None:
    """
    Print who goes to one incident of a batch.

    Parameters
    ----------
    batch
        What concerns it.
    console
        Where to print.
    """
    for best, alone in zip(batch.assigned, batch.one_by_one, strict=True):
        console.print(
            f"For all together, {best.role}: {_said(best)}; one by one: {_said(alone)}",
            style="bold",
            highlight=False,
        )


def show_whole(batch: BatchOut, console: Console) -> None:
    """
    Print what the whole batch is worth.

    Parameters
    ----------
    batch
        Of any of its incidents.
    console
        Where to print.
    """
    rows = (("All together", batch.whole), ("One by one", batch.whole_one_by_one))
    for name, whole in rows:
        console.print(
            f"{name}: {sum(whole.left_open)} left open, {whole.weighted_late_s:.0f} s late by "
            f"gravity, {whole.arrival_s:.0f} s in all",
            highlight=False,
        )
    if batch.heuristic:
        console.print(
            "Officers are brought together for what the standing crews leave open; that part is "
            "a heuristic.",
            highlight=False,
        )


def _said(assignment: SlotChoiceOut) -> str:
    """One assignment in words."""
    if assignment.eta_s is None:
        return "nobody is left"
    who = assignment.crew or (
        f"{' and '.join(assignment.officers)} brought together from "
        f"{' and '.join(assignment.brought_from)}"
    )
    late = f", {assignment.late_s:.0f} s late" if assignment.late_s else ""
    return f"{who} after {assignment.eta_s:.0f} s{late}"
