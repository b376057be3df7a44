"""
The one door of the verbs: HTTP, to the server that holds the store, or within this process.

So a verb and a page are given the same answer by the same code.  Where a server holds an embedded
store it alone writes; else the verb holds the store itself while it asks.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

import httpx2

from api.clock import system_clock
from api.instant import read_instant
from api.lock_file import Holder, hold_store, holder_of
from api.settings import store_url
from geo.errors import (
    MOST_SHOWN,
    BadInput,
    BadValue,
    FlawedData,
    GridDispatchError,
    Unavailable,
)

LONGEST_S = 120.0
"""An answer may take this long: a plan of a large city does."""

FILE_S = 600.0
"""What a file is read and checked in, at most."""

STARTS_S = 30.0
"""A server that holds its store and does not listen yet is given this long to open the city."""

RETRY_S = 0.25

LONGEST_PAGE = "1000"
"""Rows that a list shows at a time, at most."""


class Door(Protocol):
    """What a verb asks; every answer is what JSON says, every refusal an error of ours."""

    served: bool
    """Whether a server answers, by its own clock and in the name of the token's holder."""

    def ask(
        self, method: str, path: str, body: object = None, query: Mapping[str, str] | None = None
    ) -> Any:  # noqa: ANN401 -- whatever JSON says
        """
        Ask for something.

        Parameters
        ----------
        method
            ``GET``, ``POST``, ``PUT`` or ``DELETE``.
        path
            Below ``/api/v1/``.
        body
            What JSON is to say, or None.
        query
            Parameters of the address.

        Returns
        -------
        answer
            What JSON says.
        """

    def send_file(self, path: str, fields: Mapping[str, str | list[str]], file: Path) -> Any:  # noqa: ANN401 -- whatever JSON says
        """
        Send a file with a form.

        Parameters
        ----------
        path
            Below ``/api/v1/``.
        fields
            What the form says beside it.
        file
            The file.

        Returns
        -------
        answer
            What JSON says.
        """

    def ask_all(self, path: str) -> list[Any]:
        """
        Ask for a list to its end.

        Parameters
        ----------
        path
            Below ``/api/v1/``.

        Returns
        -------
        items
            Of all its pages.
        """


def address(*names: str) -> str:
    """
    Put an address together of names that somebody has typed.

    Parameters
    ----------
    *names
        What stands between the slashes.

    Returns
    -------
    address
        Below ``/api/v1/``.

    Raises
    ------
    BadValue
        One of them is no name.
    """
    for name in names:
        if name in {"", ".", ".."} or "/" in name:
            raise BadValue(f"{name!r} is not a name that anything has here.")
    return "/".join(quote(name, safe="") for name in names)


@contextmanager
def open_door(  # noqa: PLR0913 -- the options that verbs share
    store: str | None,
    *,
    token: str | None = None,
    role: str = "dispatcher",
    now: str | None = None,
    by: str | None = None,
    timed: bool = False,
) -> Iterator[Door]:
    """
    Open the door to a store.

    Parameters
    ----------
    store
        URL of the store, or None for the one that is set, else the demo's.
    token
        Opens the door of a server; None for the demo's token of the role.
    role
        What one has to be, for the demo's token.
    now
        The instant to ask for, where no server keeps time.
    by
        In whose name, where no server knows it from the token.
    timed
        Whether what is asked carries its instant, so that a server can be asked for another time.

    Yields
    ------
    door
        To be asked.

    Raises
    ------
    BadInput
        A server holds the store, and what was given is the server's to say, or a token is missing.
    """
    url = store_url(store)
    holder = holder_of(url)
    if holder is not None and holder.address is not None:
        with asyncio.Runner() as runner:
            headers = _credentials(holder, token, role, now=None if timed else now, by=by)
            client = httpx2.AsyncClient(
                base_url=holder.address, headers=headers, timeout=LONGEST_S, trust_env=False
            )
            yield from _door(runner, client, holder)
        return
    from api.own_door import serve_oneself  # noqa: PLC0415 -- the whole service: takes seconds

    instant = None if now is None else read_instant(now)
    with (
        hold_store(url, now=system_clock()),
        asyncio.Runner() as runner,
        serve_oneself(url, now=instant, by=by) as client,
    ):
        yield from _door(runner, client, None)


def _door(
    runner: asyncio.Runner, client: httpx2.AsyncClient, holder: Holder | None
) -> Iterator[Door]:
    """Hand out a door, and hang up however it is left."""
    try:
        yield _HttpDoor(runner, client, holder)
    finally:
        runner.run(client.aclose())


class _HttpDoor:
    """A door over HTTP."""

    def __init__(
        self, runner: asyncio.Runner, client: httpx2.AsyncClient, holder: Holder | None
    ) -> None:
        self.served = holder is not None
        self._runner = runner
        self._client = client
        self._holder = holder

    def ask(
        self, method: str, path: str, body: object = None, query: Mapping[str, str] | None = None
    ) -> Any:  # noqa: ANN401 -- whatever JSON says
        """Ask, and turn a refusal into the error that it names."""
        asked = {"json": body, "params": query}
        return _answer(self._runner.run(self._send(method, f"/api/v1/{path}", asked)))

    def send_file(self, path: str, fields: Mapping[str, str | list[str]], file: Path) -> Any:  # noqa: ANN401 -- whatever JSON says
        """Send a form, and turn a refusal into the error that it names."""
        with file.open("rb") as content:
            form = {"data": dict(fields), "files": {"file": (file.name, content)}}
            asked = form | {"timeout": FILE_S}
            answer = self._runner.run(self._send("POST", f"/api/v1/{path}", asked))
            if answer.is_success:
                return _answer(answer)
            raise _with_findings(_refusal(answer), answer)

    def ask_all(self, path: str) -> list[Any]:
        """Ask for page after page."""
        items: list[Any] = []
        cursor: str | None = ""
        while cursor is not None:
            page = self.ask("GET", path, query={"limit": LONGEST_PAGE, "cursor": cursor})
            items += page["items"]
            cursor = page["next"]
        return items

    async def _send(self, method: str, path: str, asked: Mapping[str, Any]) -> httpx2.Response:
        """Send a request, waiting for a server that is about to listen."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + STARTS_S
        while True:
            try:
                return await self._client.request(method, path, **asked)
            except httpx2.ConnectError as error:
                if self._holder is None or loop.time() > deadline or not _lives(self._holder.pid):
                    raise Unavailable(
                        f"The server at {self._client.base_url} does not answer: {error}."
                    ) from error
                await asyncio.sleep(RETRY_S)


def _credentials(
    holder: Holder, token: str | None, role: str, *, now: str | None, by: str | None
) -> Mapping[str, str]:
    """Headers that open a server's door, or the sentence that says what is missing."""
    who = f"Process {holder.pid} serves this store at {holder.address}"
    if now is not None or by is not None:
        option = "--now" if now is not None else "--by"
        keeps = "keeps the time" if now is not None else "knows who you are by your token"
        raise BadInput(f"{who} and {keeps}: leave {option} out.")
    if token is None and not holder.demo:
        raise BadInput(f"{who}: say who you are with --token or $GRID_DISPATCH_TOKEN.")
    return {"authorization": f"Bearer {token or f'demo-{role}'}"}


def _answer(response: httpx2.Response) -> Any:  # noqa: ANN401 -- whatever JSON says
    """What JSON says, unless it is a refusal."""
    if not response.is_success:
        raise _refusal(response)
    return response.json() if response.content else None


def _refusal(response: httpx2.Response) -> GridDispatchError:
    """Make the error of a problem detail: its class by its code, its sentence as it is."""
    try:
        problem = response.json()
        code, sentence = problem["code"], problem["en"]
    except (ValueError, TypeError, KeyError):
        code, sentence = "error", f"The server answered {response.status_code}, which is no answer."
    kinds = {kind.code: kind for kind in _kinds(GridDispatchError)}
    kind = kinds.get(code, GridDispatchError)
    error = kind.__new__(kind)  # some kinds are made from findings, not from a sentence
    error.args = (sentence,)
    return error


def _with_findings(error: GridDispatchError, response: httpx2.Response) -> GridDispatchError:
    """Say below the sentence what is wrong with a file, each finding in a line of its own."""
    if isinstance(error, FlawedData):
        told = [f"  {one['where']}: {one['message']}" for one in response.json().get("errors", [])]
        more = len(told) - MOST_SHOWN
        rest = [f"  … and {more} more"] if more > 0 else []
        error.args = ("\n".join([*error.args, *told[:MOST_SHOWN], *rest]),)
    return error


def _kinds(kind: type[GridDispatchError]) -> Iterator[type[GridDispatchError]]:
    """A class of errors and everything below it, those below first."""
    for child in kind.__subclasses__():
        yield from _kinds(child)
    yield kind


def _lives(pid: int) -> bool:
    """Whether there is a process of a number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
