"""Options of the verbs that ask a store, and exit code 1."""

from __future__ import annotations

from typing import Annotated

import typer

EXIT_NO = 1
"""Done, and the answer is no."""

StoreOption = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="URL",
        help="sqlite:///FILE or postgresql://USER@HOST/DATABASE; the demo's store without it.",
    ),
]
TokenOption = Annotated[
    str | None,
    typer.Option(
        envvar="GRID_DISPATCH_TOKEN",
        help="Opens the door of a server that holds the store; the demo needs none.",
    ),
]
NowOption = Annotated[
    str | None,
    typer.Option("--now", metavar="TIME", help="ISO 8601 with offset; the present without."),
]
ByOption = Annotated[
    str | None,
    typer.Option(help="Who decides; your login name without. A server knows it by the token."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
