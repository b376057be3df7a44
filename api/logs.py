"""Log lines: for a person at a terminal, or as JSON, one object a line, for a collector."""

from __future__ import annotations

import logging
from collections.abc import MutableMapping
from enum import StrEnum
from typing import Any

import structlog
from rich.console import Console
from rich.logging import RichHandler

from api.request_id import present_request


class LogFormat(StrEnum):
    """How log lines look."""

    TEXT = "text"
    JSON = "json"


def log_handler(form: LogFormat, *, beside: bool = False) -> logging.Handler:
    """
    Make the handler that writes the log.

    Parameters
    ----------
    form
        How its lines look.
    beside
        Whether it goes to the error output, because the output itself is the answer.

    Returns
    -------
    handler
        Every line of it that belongs to a request says to which.
    """
    if form is LogFormat.TEXT:
        handler: logging.Handler = RichHandler(
            console=Console(stderr=True) if beside else None,
            show_path=False,
            rich_tracebacks=False,
            log_time_format="%H:%M:%S",
        )
        handler.setFormatter(logging.Formatter("%(message)s"))
        return handler
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.stdlib.ExtraAdder(),
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                _name_request,
            ],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.EventRenamer("message"),
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    return handler


def _name_request(_: object, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Say to which request a line belongs."""
    request_id = present_request()
    if request_id is not None:
        line["request_id"] = request_id
    return line
