"""
What a gateway answers in its body: robots of chats say there that they have not taken a message.

They do so with status 200, which is all that apprise looks at.  So the library with which plug-ins
ask is heard, thread by thread.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from types import ModuleType
from typing import Any

ROBOTS = frozenset({"wecombot", "dingtalk", "feishu", "lark"})
"""Schemas of robots that number their errors in the body; 0 is none."""

CODES = ("errcode", "code", "StatusCode")
"""What the number is called, by one or the other."""

MOST_HEARD = 4_000
"""Letters of a body that are looked at."""


class Heard(threading.local):
    """The last body that each thread was answered."""

    body: str = ""


HEARD = Heard()
"""Of this process: plug-ins are modules, of which there is one each."""


class Listening:
    """
    A library of requests that also remembers what is answered.

    Parameters
    ----------
    library
        The library as a plug-in imports it.
    """

    def __init__(self, library: ModuleType) -> None:
        self._library = library

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 -- whatever the library has
        """Give what the library has."""
        return getattr(self._library, name)

    def post(self, *given: Any, **named: Any) -> Any:  # noqa: ANN401 -- as the library takes them
        """
        Post, and remember the answer.

        Parameters
        ----------
        *given, **named
            As the library takes them.

        Returns
        -------
        answer
            Of the library.
        """
        return self.request("POST", *given, **named)

    def request(self, *given: Any, **named: Any) -> Any:  # noqa: ANN401 -- as above
        """
        Ask, and remember the answer.

        Parameters
        ----------
        *given, **named
            As the library takes them.

        Returns
        -------
        answer
            Of the library.
        """
        answer = self._library.request(*given, **named)
        HEARD.body = answer.text[:MOST_HEARD]
        return answer


def listen_to(plugins: Iterable[ModuleType]) -> None:
    """
    Hear what plug-ins are answered from now on.

    Parameters
    ----------
    plugins
        Modules that ask with a library they call ``requests``.
    """
    for plugin in plugins:
        library = plugin.requests
        if not isinstance(library, Listening):
            plugin.requests = Listening(library)  # type: ignore[attr-defined]  # in its place


def refusal(schema: str, expects: str | None, body: str) -> str | None:
    """
    Tell whether a gateway that answered with a good status has taken a message all the same.

    Parameters
    ----------
    schema
        Of the channel's address.
    expects
        What the body has to hold, or None where the operator has not said.
    body
        What it answered.

    Returns
    -------
    refusal
        Why not, without anything that could be secret; None if it has.
    """
    if expects is not None:
        return None if expects in body else "The answer does not say that it was taken."
    if schema not in ROBOTS:
        return None
    try:
        said = json.loads(body)
    except ValueError:
        return "The answer is none of this robot."
    codes = [said[name] for name in CODES if name in said] if isinstance(said, dict) else []
    if any(code != 0 for code in codes):
        return f"Refused with code {codes[0]}."[:80]
    return None
