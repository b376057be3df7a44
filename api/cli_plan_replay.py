"""`grid-dispatch plan replay`: does the simulator reproduce what is on record?"""

from __future__ import annotations

from typing import Annotated

import typer

from api.answer_file import write_json
from api.plan_gate import GateQuestion, ask_gate, said_of
from api.plan_options import AtOption, HistoryOption
from api.progress import progress_bar
from api.store_option import EXIT_NO, JsonOption, StoreOption


def replay(  # noqa: PLR0913 -- the options of a command are the parameters of its function
    *,
    store: StoreOption = None,
    history: HistoryOption = None,
    weeks: Annotated[
        int | None, typer.Option(min=1, help="Last weeks to judge by; three of ten without.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Source of chance.")] = 1,
    at: AtOption = None,
    anew: Annotated[bool, typer.Option("--anew", help="Even if the verdict is kept.")] = False,
    as_json: JsonOption = False,
) -> int:
    """Replay today's plan over weeks on record; without that no draft is judged."""
    with progress_bar() as report:
        record = ask_gate(GateQuestion(store, at, history, weeks, seed, anew), report)
    if as_json:
        write_json(record, None)
    else:
        for line in said_of(record):
            typer.echo(line)
    return 0 if record["passed"] else EXIT_NO
