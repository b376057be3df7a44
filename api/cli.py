"""The command line: `grid-dispatch`, and how every error becomes one sentence."""

from __future__ import annotations

import os
import sys
import time

import typer
from typer.exceptions import TyperException

from api.interrupt import Begun
from api.late_verbs import Late, late_group
from geo.errors import GridDispatchError

VERBS = {
    "demo": Late("api.cli_city:demo", "Generate an invented city, load it and serve it."),
    "serve": Late("api.cli_serve:serve", "Serve the city of a store, pages and HTTP."),
    "suggest": Late("api.cli_suggest:suggest_verb", "Rank the crews that could go, with reasons."),
    "places": Late("api.cli_places:places_verb", "List places by a name or an address."),
    "joint": Late("api.cli_joint:joint_verb", "Plan a joint operation, or say what is missing."),
    "policies": Late("api.cli_policies:policies_verb", "List policies, check or choose them."),
    "automation": Late(
        "api.cli_automation:automation_verb", "List what is done by rule, or switch it."
    ),
    "replay": Late("api.cli_replay:replay_verb", "Make an earlier suggestion again."),
    "why-not": Late("api.cli_replay:why_not_verb", "Say why a unit was not proposed."),
    "network": Late("api.cli:network", "Road networks and travel times on files."),
    "layer": Late("api.cli_layer:app", "Layers: check, load, publish, go back."),
    "plan": Late("api.cli_plan:app", "Zone plans: propose, evaluate, simulate, publish."),
    "incident": Late("api.cli_incident:app", "Incidents: report, send a crew, and more."),
    "report": Late("api.cli_report:app", "Reports."),
    "duty": Late("api.cli_duty:app", "Who is on duty: sign on, sign off, list."),
    "tracker": Late("api.cli_tracker:app", "Position terminals, and a gateway for JT/T 808."),
    "message": Late("api.cli_message:app", "Messages to people: dead letters, calls, channels."),
    "contact": Late("api.cli_contact:app", "Contacts: how people and units are reached."),
    "user": Late("api.cli_user:app", "Accounts: add, list, change, lock, keys."),
    "store": Late("api.cli_store:app", "Care of a store."),
    "audit": Late("api.cli_audit:app", "The audit chain: verify it, keep its head elsewhere."),
}
"""Verbs and groups of verbs, in the order of `--help`; a new one is one line here."""

NETWORK_VERBS = {
    "build": Late("api.cli_network:build", "Read roads and write a network folder."),
    "nearest": Late("api.cli_network:nearest", "Write who is there first, and when."),
    "route": Late("api.cli_network:route", "Write the fastest way as GeoJSON."),
    "reach": Late("api.cli_network:reach", "Write what is reached within some times."),
    "export": Late("api.cli_network:export", "Write nodes, edges and turn rules as a GeoPackage."),
    "matrix": Late("api.cli_matrix:matrix", "Write times and lengths of every pair."),
    "partition": Late("api.cli_coverage:partition", "Divide the roads among bases."),
    "coverage": Late("api.cli_coverage:coverage", "Tell what share of points is reached in time."),
}
"""Verbs that need a network folder and no store."""

app = typer.Typer(
    name="grid-dispatch",
    cls=late_group(VERBS),
    help="Sends the crew that is nearest by road to an incident, and says why.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
network = typer.Typer(
    cls=late_group(NETWORK_VERBS),
    help="Road networks and travel times on files.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.callback()
def root() -> None:
    """Send the crew that is nearest by road to an incident, and say why."""


EXIT_BAD_INPUT = 2
EXIT_INTERRUPTED = 130
EXIT_FAULT = 70


def main() -> None:
    """
    Run the command line; exit 0 done, 1 the answer is no, 2 bad input.

    A fault of our own exits 70 with one sentence; ``GRID_DISPATCH_DEBUG=1`` shows where.
    """
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """
    Run one command.

    Parameters
    ----------
    arguments
        Without the program's name.

    Returns
    -------
    exit_code
        See `main`.
    """
    if os.environ.get("GRID_DISPATCH_DEBUG"):
        return _run(arguments)
    try:
        return _run(arguments)
    except Exception as error:  # noqa: BLE001 -- the last door: a person never sees a traceback
        _say(
            f"This is a fault of grid-dispatch, not yours ({type(error).__name__}: {error}). "
            "Set GRID_DISPATCH_DEBUG=1 and run it again to see where."
        )
        return EXIT_FAULT


def _run(arguments: list[str]) -> int:
    """Run one command; what a person can mend becomes a sentence."""
    begun = Begun(time.monotonic())
    try:
        code = app(arguments, prog_name="grid-dispatch", standalone_mode=False, obj=begun)
    except GridDispatchError as error:
        _say(str(error))
        return EXIT_BAD_INPUT
    except TyperException as error:
        _say(error.format_message())
        return EXIT_BAD_INPUT
    except (typer.Abort, KeyboardInterrupt):
        _say("Stopped.")
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except OSError as error:
        _say(f"{error.filename or 'A file'} cannot be used: {error.strerror or error}.")
        return EXIT_BAD_INPUT
    return code if isinstance(code, int) else 0


def _say(sentence: str) -> None:
    """Put one sentence on the error stream."""
    typer.echo(f"grid-dispatch: {sentence}", err=True)
