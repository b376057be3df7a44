"""`grid-dispatch report calibration`: do forecasts of arrival come true on weeks held out?"""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from api.answer_file import answer_file
from dispatch.arrival_fit import fit
from dispatch.calibration import calibrate, hold_out
from dispatch.calibration_report import to_markdown, to_record, to_svg
from dispatch.store.arrival_history import read_arrivals


class Language(StrEnum):
    """Language of the page."""

    ZH = "zh"
    EN = "en"


def calibration_verb(
    history: Annotated[Path, typer.Argument(help="Completed assignments, as Parquet.")],
    *,
    weeks: Annotated[int, typer.Option(min=1, help="Last weeks, held out from the fit.")] = 8,
    language: Annotated[Language, typer.Option(help="Of page and diagram.")] = Language.ZH,
    diagram: Annotated[
        Path | None, typer.Option(metavar="FILE.svg", help="Draw the reliability diagram here.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> int:
    """Fit a model of arrivals to all but the last weeks, and judge it on those."""
    early, late = hold_out(read_arrivals(history), weeks=weeks)
    judged = calibrate(fit(early), late)
    if diagram is not None:
        with answer_file(diagram) as file:
            file.write(to_svg(judged.reliability, language.value))
    if as_json:
        typer.echo(json.dumps(to_record(judged), ensure_ascii=False, indent=2))
    else:
        typer.echo(to_markdown(judged, language.value), nl=False)
    return 0
