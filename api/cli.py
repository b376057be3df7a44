"""The command line: `grid-dispatch`, and how every error becomes one sentence."""

from __future__ import annotations

import os
import sys

import typer
from typer.exceptions import TyperException

from api import cli_city, cli_duty, cli_incident, cli_network, cli_report, cli_store
from geo.errors import GridDispatchError

app = typer.Typer(
    name="grid-dispatch",
    help="Sends the crew that is nearest by road to an incident, and says why.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(cli_network.app, name="network")
app.add_typer(cli_incident.app, name="incident")
app.add_typer(cli_report.app, name="report")
app.add_typer(cli_duty.app, name="duty")
app.add_typer(cli_store.app, name="store")
cli_city.register(app)

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
    try:
        code = app(arguments, prog_name="grid-dispatch", standalone_mode=False)
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
