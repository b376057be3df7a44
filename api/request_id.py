"""The id of a request: taken from the caller or drawn here, said in every answer and log line."""

from __future__ import annotations

import random
import re
from contextvars import ContextVar

HEADER = "x-request-id"

_PLAIN = re.compile(r"[A-Za-z0-9._-]{8,64}")
_PRESENT: ContextVar[str | None] = ContextVar("request_id", default=None)


def begin_request(given: str | None) -> str:
    """
    Name the request that this task deals with.

    Parameters
    ----------
    given
        What the caller calls it, or None.

    Returns
    -------
    request_id
        The caller's id where it is a plain one, else a new one: nothing that somebody else wrote
        goes into the log unread.
    """
    own = given is not None and _PLAIN.fullmatch(given)
    drawn = random.getrandbits(64)  # it guards nothing; asking the system would give up our turn
    request_id = str(given) if own else f"{drawn:016x}"
    _PRESENT.set(request_id)
    return request_id


def present_request() -> str | None:
    """
    Tell which request is dealt with.

    Returns
    -------
    request_id
        Its id, or None outside of requests.
    """
    return _PRESENT.get()
