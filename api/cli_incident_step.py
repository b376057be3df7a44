"""Steps of `grid-dispatch incident`: each verb asks the door for one move of the life cycle."""

# ruff: noqa: PLR0913 -- the options of a command are the parameters of its function

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import typer

from api.http_door import address, open_door
from api.store_option import ByOption, JsonOption, NowOption, StoreOption, TokenOption
from dispatch.deadline_plan import DeadlineState
from dispatch.incident_state import State
from dispatch.step import BEST_RATING
from geo.errors import Conflict

steps = typer.Typer()

NumberArgument = Annotated[str, typer.Argument(metavar="INCIDENT", help="Its number.")]
ReasonOption = Annotated[str, typer.Option(help="Why, in words.")]
NeededReasonOption = Annotated[str, typer.Option(help="Why, in words; needed.")]
CrewOption = Annotated[
    str | None,
    typer.Option("--assignment", help="Whose step it is, where several crews were sent."),
]


def _plain(name: str, to: State, said: str) -> None:
    """Declare a verb that asks for a state and gives no reason, or may."""

    @steps.command(name, help=said)
    def verb(
        incident: NumberArgument,
        *,
        reason: ReasonOption = "",
        by: ByOption = None,
        now: NowOption = None,
        token: TokenOption = None,
        store: StoreOption = None,
        as_json: JsonOption = False,
    ) -> int:
        return _move(incident, {"to": to, "reason": reason}, by, now, token, store, as_json)


def _because(name: str, to: State, said: str) -> None:
    """Declare a verb that has to say why."""

    @steps.command(name, help=said)
    def verb(
        incident: NumberArgument,
        *,
        reason: NeededReasonOption,
        by: ByOption = None,
        now: NowOption = None,
        token: TokenOption = None,
        store: StoreOption = None,
        as_json: JsonOption = False,
    ) -> int:
        return _move(incident, {"to": to, "reason": reason}, by, now, token, store, as_json)


def _of_crew(name: str, to: State, said: str) -> None:
    """Declare a verb that is the step of a crew."""

    @steps.command(name, help=said)
    def verb(
        incident: NumberArgument,
        *,
        assignment: CrewOption = None,
        by: ByOption = None,
        now: NowOption = None,
        token: TokenOption = None,
        store: StoreOption = None,
        as_json: JsonOption = False,
    ) -> int:
        asked = {"to": to, "assignment": assignment}
        return _move(incident, asked, by, now, token, store, as_json)


_plain("accept", State.ACCEPTED, "Take a report up (受理); what was merged or cancelled, again.")
_of_crew("acknowledge", State.ACKNOWLEDGED, "Note that the crew has acknowledged its order.")
_of_crew("depart", State.EN_ROUTE, "Note that the crew has set out.")
_plain("handle", State.HANDLED, "Say that it is dealt with; its crews are free.")
_plain("feedback", State.FEEDBACK, "Hand the result in.")
_plain("verify", State.VERIFIED, "Verify that it is dealt with.")
_plain("close", State.CLOSED, "Close a case that is verified.")
_because("return", State.RETURNED, "Return it: to the reporter, from a crew, or to be done again.")
_because("suspend", State.SUSPENDED, "Suspend it; its crews stay bound, its deadlines stop.")
_because("cancel", State.CANCELLED, "Cancel it; its crews are called off.")


@steps.command("resume")
def resume(
    incident: NumberArgument,
    *,
    by: ByOption = None,
    now: NowOption = None,
    token: TokenOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> int:
    """Resume a suspended incident where it was."""
    with open_door(store, token=token, now=now, by=by) as door:
        shown = door.ask("GET", address("incidents", incident))
        if shown["state"] != State.SUSPENDED:
            raise Conflict(f"Incident {incident} is {shown['state']}, not suspended.")
        asked = {"to": shown["may_follow"][0]}
        moved = door.ask("POST", address("incidents", incident, "transitions"), asked)
    return _say(moved, _of_incident(moved), as_json=as_json)


@steps.command("merge")
def merge(
    incident: NumberArgument,
    *,
    into: Annotated[str, typer.Option(metavar="INCIDENT", help="Of which it is a duplicate.")],
    reason: NeededReasonOption,
    by: ByOption = None,
    now: NowOption = None,
    token: TokenOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> int:
    """Merge a duplicate into another incident, to which its crews go on."""
    asked = {"to": State.MERGED, "into": into, "reason": reason}
    return _move(incident, asked, by, now, token, store, as_json)


@steps.command("hand-off")
def hand_off(
    incident: NumberArgument,
    *,
    reason: NeededReasonOption,
    partner: Annotated[
        str | None, typer.Option(metavar="CITY", help="Code of the city, where the place is ours.")
    ] = None,
    by: ByOption = None,
    now: NowOption = None,
    token: TokenOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> int:
    """Hand a case off to another city (移送)."""
    asked = {"to": State.HANDED_OFF, "partner": partner, "reason": reason}
    return _move(incident, asked, by, now, token, store, as_json)


@steps.command("rate")
def rate(
    incident: NumberArgument,
    rating: Annotated[int, typer.Argument(min=1, max=BEST_RATING, help="5 is best.")],
    *,
    reason: ReasonOption = "",
    by: ByOption = None,
    now: NowOption = None,
    token: TokenOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> int:
    """Note how the reporter rates the result."""
    asked = {"to": State.RATED, "rating": rating, "reason": reason}
    return _move(incident, asked, by, now, token, store, as_json)


@steps.command("list")
def list_all(
    *,
    state: Annotated[
        list[State] | None, typer.Option(help="Only in this state; give it as often as wanted.")
    ] = None,
    token: TokenOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> int:
    """List incidents, the newest first."""
    shown: list[dict[str, Any]] = []
    with open_door(store, token=token) as door:
        for chosen in [{"state": one.value} for one in state or ()] or [{}]:
            query = {"limit": "1000"} | chosen
            shown += door.ask("GET", "incidents", query=query)["items"]
    shown.sort(key=lambda one: (str(one["reported_at"]), str(one["id"])), reverse=True)
    return _say(shown, "\n".join(_of_incident(one) for one in shown), as_json=as_json)


def _move(  # noqa: PLR0917 -- passed on from the verbs
    incident: str,
    asked: Mapping[str, object],
    by: str | None,
    now: str | None,
    token: str | None,
    store: str | None,
    as_json: bool,  # noqa: FBT001 -- an option of every verb
) -> int:
    """Ask the door for a step."""
    with open_door(store, token=token, now=now, by=by) as door:
        moved = door.ask("POST", address("incidents", incident, "transitions"), asked)
    return _say(moved, _of_incident(moved), as_json=as_json)


def _of_incident(shown: dict[str, Any]) -> str:
    """An incident in one line."""
    follows = ", ".join(shown["may_follow"]) or "nothing more"
    due = "".join(f"\n    {_of_deadline(one)}" for one in shown["deadlines"])
    return f"Incident {shown['id']} is {shown['state']}; it may become {follows}{due}"


def _of_deadline(shown: dict[str, Any]) -> str:
    """A running deadline in one line, and what follows."""
    due = datetime.fromisoformat(shown["due_at"]).isoformat(timespec="seconds")
    unit = f" ({shown['unit']})" if shown["unit"] else ""
    late = ", missed" if shown["state"] == DeadlineState.MISSED else ""
    if shown["follows"] is None:
        return f"{shown['kind']}{unit} by {due}{late}"
    at = datetime.fromisoformat(shown["follows"]["at"]).isoformat(timespec="seconds")
    then = f"{shown['follows']['tells']} to {shown['follows']['to']} at {at}"
    return f"{shown['kind']}{unit} by {due}{late}; then {then}"


def _say(answer: object, sentence: str, *, as_json: bool) -> int:
    """Print one answer."""
    typer.echo(json.dumps(answer, ensure_ascii=False, indent=2) if as_json else sentence)
    return 0
