"""How `grid-dispatch suggest` shows its answers to a person."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from dispatch.choice import ProposalKind
from dispatch.city import City
from dispatch.proposal import Proposal
from dispatch.suggestion import Suggestion


def show(suggestion: Suggestion, city: City, console: Console, *, title: str | None) -> None:
    """
    Print one suggestion.

    Parameters
    ----------
    suggestion
        The answer.
    city
        Knows the names of units.
    console
        Where to print.
    title
        Name of the question, or None.
    """
    console.print(_heading(suggestion, city, title))
    if suggestion.degraded is not None:
        console.print(f"Degraded: {suggestion.degraded.why}", style="yellow", highlight=False)
    for remark in suggestion.findings:
        console.print(f"{remark.zh} {remark.en}", style="yellow", highlight=False)
    _print_calls(suggestion, console)
    if suggestion.proposals:
        console.print(_proposals(suggestion, city))
    for proposal in suggestion.proposals:
        why = " ".join(reason.en for reason in proposal.reasons)
        console.print(f"  {proposal.kind} {proposal.rank}: {why}", style="dim", highlight=False)
    _print_passed_over(suggestion, city, console)


def _heading(suggestion: Suggestion, city: City, title: str | None) -> Text:
    """Where it is, who has the case, in whose name and why."""
    zone = suggestion.zone
    where = " › ".join(area.name for area in suggestion.areas) or "outside every area"
    holder = suggestion.holder
    return Text("\n").join(
        [
            Text(f"{title}  " if title else "", style="bold").append(where, style="bold"),
            Text(f"Zone: {f'{zone.name} ({zone.code})' if zone else 'none'}"),
            Text(f"Holder: {_name(holder.unit, city)} · {holder.acting_body or '—'}"),
            *(Text(f"Rule: {ground.zh} {ground.en}", style="dim") for ground in suggestion.grounds),
        ]
    )


def _print_calls(suggestion: Suggestion, console: Console) -> None:
    """Whom the command room has to call, and by when."""
    call = suggestion.whistle
    for remark in (call.rule, call.silence) if call else ():
        console.print(f"Whistle: {remark.zh} {remark.en}", style="yellow", highlight=False)


def _proposals(suggestion: Suggestion, city: City) -> Table:
    """Ranked crews, best first, and drones that look before them."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("#", "Crew", "Kind"):
        table.add_column(column)
    for column in ("ETA", "In target", "Distance", "Fix age"):
        table.add_column(column, justify="right")
    for proposal in suggestion.proposals:
        table.add_row(*_cells(proposal, city))
    return table


def _cells(proposal: Proposal, city: City) -> tuple[str | Text, ...]:
    """One row of the table."""
    minutes, seconds = divmod(round(proposal.eta_s), 60)
    flies = proposal.kind == ProposalKind.FIRST_LOOK
    verdict = Text("yes", "green") if proposal.meets_target else Text("no", "red")
    length = "—" if proposal.length_m is None else f"{proposal.length_m / 1000:.1f} km"
    kind = f"{proposal.kind}, mutual aid" if proposal.mutual_aid else str(proposal.kind)
    return (
        str(proposal.rank),
        _name(proposal.unit, city),
        kind,
        f"{minutes}:{seconds:02d}",
        "—" if flies else verdict,
        length,
        "—" if flies else f"{proposal.position_age_s:.0f} s",
    )


def _print_passed_over(suggestion: Suggestion, city: City, console: Console) -> None:
    """Crews that are not proposed, with the reason of each."""
    if suggestion.passed_over:
        console.print("Passed over:", style="bold")
    for passed in suggestion.passed_over:
        console.print(f"  {_name(passed.unit, city)}: {passed.reason.en}", highlight=False)
    for code, count in sorted(suggestion.passed_over_count.items()):
        console.print(f"  {count} more: {code.replace('_', ' ')}", highlight=False)


def _name(unit: str | None, city: City) -> str:
    """Name and code of a unit."""
    if unit is None:
        return "—"
    return f"{city.units[unit].name} ({unit})" if unit in city.units else unit
