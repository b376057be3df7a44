"""How `grid-dispatch suggest` shows its answers to a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from api.http_door import Door
from api.schemas_suggestion import PassedOverOut, ProposalOut, SuggestionOut
from dispatch.choice import ProposalKind
from dispatch.reason import NOT_THIS_BRIGADE
from geo.errors import GridDispatchError

N_ELSEWHERE: Final = 5
"""Crews of other units that are named to a person; `--json` has all of them."""


class Names:
    """
    Names of units and places, asked for once each.

    Parameters
    ----------
    door
        Where to ask.
    """

    def __init__(self, door: Door) -> None:
        self._door = door
        self._units: dict[str, str] = {}

    def unit(self, code: str | None) -> str:
        """
        Name a unit.

        Parameters
        ----------
        code
            Its code, an officer's id, or None for nobody.

        Returns
        -------
        name
            Name and code; the code alone of what is no unit.
        """
        if code is None:
            return "—"
        if code not in self._units:
            try:
                self._units[code] = f"{self._door.ask('GET', f'units/{code}')['name']} ({code})"
            except GridDispatchError:
                self._units[code] = code
        return self._units[code]

    def place(self, lon_lat: tuple[float, float]) -> tuple[str, str]:
        """
        Name a place.

        Parameters
        ----------
        lon_lat
            WGS-84 degrees.

        Returns
        -------
        areas, zone
            Names from the city down, and name and code of the zone.
        """
        lon, lat = lon_lat
        place = self._door.ask("GET", "places/at", query={"lon": repr(lon), "lat": repr(lat)})
        areas = " › ".join(area["name"] for area in place["areas"]) or "outside every area"
        zone = place["zone"]
        return areas, f"{zone['name']} ({zone['code']})" if zone else "none"


def show(suggestion: SuggestionOut, names: Names, console: Console, *, title: str | None) -> None:
    """
    Print one suggestion.

    Parameters
    ----------
    suggestion
        The answer.
    names
        Of units and places.
    console
        Where to print.
    title
        Name of the question, or None.
    """
    console.print(_heading(suggestion, names, title))
    if suggestion.degraded is not None:
        console.print(f"Degraded: {suggestion.degraded.why}", style="yellow", highlight=False)
    for remark in suggestion.findings:
        console.print(f"{remark.zh} {remark.en}", style="yellow", highlight=False)
    _print_calls(suggestion, console)
    if suggestion.proposals:
        console.print(_proposals(suggestion, names))
    for proposal in suggestion.proposals:
        why = " ".join(reason.en for reason in proposal.reasons)
        console.print(f"  {proposal.kind} {proposal.rank}: {why}", style="dim", highlight=False)
    show_passed_over(suggestion.passed_over, suggestion.passed_over_count, names.unit, console)


def _heading(suggestion: SuggestionOut, names: Names, title: str | None) -> Text:
    """Where it is, who has the case, in whose name and why."""
    where, zone = names.place(suggestion.lon_lat)
    holder = suggestion.holder
    return Text("\n").join(
        [
            Text(f"{title}  " if title else "", style="bold").append(where, style="bold"),
            Text(f"Zone: {zone}"),
            Text(f"Holder: {names.unit(holder.unit)} · {holder.acting_body or '—'}"),
            *(Text(f"Rule: {ground.zh} {ground.en}", style="dim") for ground in suggestion.grounds),
        ]
    )


def _print_calls(suggestion: SuggestionOut, console: Console) -> None:
    """Whom the command room has to call, and by when."""
    call = suggestion.whistle
    for remark in (call.rule, call.silence) if call else ():
        console.print(f"Whistle: {remark.zh} {remark.en}", style="yellow", highlight=False)


def _proposals(suggestion: SuggestionOut, names: Names) -> Table:
    """Ranked crews, best first, and drones that look before them."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("#", "Crew", "Kind"):
        table.add_column(column)
    for column in ("ETA", "In target", "Distance", "Fix age"):
        table.add_column(column, justify="right")
    for proposal in suggestion.proposals:
        table.add_row(*_cells(proposal, names))
    return table


def _cells(proposal: ProposalOut, names: Names) -> tuple[str | Text, ...]:
    """One row of the table."""
    minutes, seconds = divmod(round(proposal.eta_s), 60)
    flies = proposal.kind == ProposalKind.FIRST_LOOK
    verdict = Text("yes", "green") if proposal.meets_target else Text("no", "red")
    length = "—" if proposal.length_m is None else f"{proposal.length_m / 1000:.1f} km"
    kind = f"{proposal.kind}, mutual aid" if proposal.mutual_aid else str(proposal.kind)
    return (
        str(proposal.rank),
        names.unit(proposal.unit),
        kind,
        f"{minutes}:{seconds:02d}",
        "—" if flies else verdict,
        length,
        "—" if proposal.position_age_s is None else f"{proposal.position_age_s:.0f} s",
    )


def show_passed_over(
    passed_over: Sequence[PassedOverOut],
    counted: Mapping[str, int],
    name_of: Callable[[str], str],
    console: Console,
) -> None:
    """
    Print crews that are not proposed, with the reason of each; of those elsewhere the nearest few.

    Parameters
    ----------
    passed_over
        Nearest first.
    counted
        How many more there are, by code of the reason.
    name_of
        Names a crew.
    console
        Where to print.
    """
    if passed_over:
        console.print("Passed over:", style="bold")
    more, n_elsewhere = Counter(counted), 0
    for passed in passed_over:
        elsewhere = passed.reason.code == NOT_THIS_BRIGADE
        n_elsewhere += elsewhere
        if elsewhere and n_elsewhere > N_ELSEWHERE:
            more[passed.reason.code] += 1
        else:
            console.print(f"  {name_of(passed.unit)}: {passed.reason.en}", highlight=False)
    for code, count in sorted(more.items()):
        console.print(f"  {count} more: {code.replace('_', ' ')}", highlight=False)
