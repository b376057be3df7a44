"""`grid-dispatch tracker jt808`: the gateway of JT/T 808 as a process of its own."""

# ruff: noqa: PLR0913 -- the options of a command are the parameters of its function

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import resource
import signal
from typing import Annotated
from urllib.parse import urlsplit

import httpx2
import typer

from api.jt808_forwarding import DOOR, Forwarding
from api.jt808_gateway import Gateway, GatewayTerms
from api.serving import start_log
from api.settings import Settings, is_loopback
from api.store_option import EXIT_NO, JsonOption, TokenOption
from geo.errors import BadValue, Unavailable

logger = logging.getLogger(__name__)

ANSWERS_WITHIN_S = 30.0
STOPS_WITHIN_S = 10.0
OTHER_FILES = 64
REFUSED = frozenset({401, 403, 404})
"""Statuses after which it makes no sense to begin."""


def jt808(
    *,
    host: Annotated[str, typer.Option(help="Address of this machine to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = 6808,
    to: Annotated[
        str, typer.Option(metavar="URL", help="The service: https://…, or on this machine.")
    ] = "http://127.0.0.1:8000",
    open_to_all: Annotated[
        bool, typer.Option("--open", help="Terminals need not authenticate themselves.")
    ] = False,
    idle_s: Annotated[
        float, typer.Option("--idle-s", min=1, help="Hang up on whoever is silent for so long.")
    ] = 900.0,
    connections: Annotated[int, typer.Option(min=1, help="At the same time, at most.")] = 10_000,
    token: TokenOption = None,
    as_json: JsonOption = False,
) -> int:
    """
    Listen to terminals of JT/T 808 (2013 and 2019) and pass on where they are, until Ctrl-C.

    The token is a key good for send_positions; codes of terminals follow from it.  Exit 1: reports
    were left that the service had not taken.
    """
    if token is None:
        raise BadValue("Say with --token or $GRID_DISPATCH_TOKEN which key the service knows.")
    _require_safe(to)
    secret = hashlib.sha256(b"jt808 " + token.encode()).digest()
    terms = GatewayTerms(secret, open_to_all, idle_s, connections)
    start_log(Settings().log_format, beside=as_json)
    _make_room(connections)
    figures = asyncio.run(_run_gateway(to, token, host, port, terms))
    left = figures["waiting"]
    if as_json:
        typer.echo(json.dumps(figures))
    else:
        typer.echo(f"Stopped; {left} reports were left that the service had not taken.")
    return EXIT_NO if left else 0


async def _run_gateway(
    to: str, token: str, host: str, port: int, terms: GatewayTerms
) -> dict[str, int]:
    """Listen until somebody stops it; then send what waits, and say how it stood."""
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    headers = {"authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(
        base_url=to, headers=headers, timeout=ANSWERS_WITHIN_S, trust_env=False
    ) as client:
        await _try_door(client)
        forwarding = Forwarding(client)
        gateway = Gateway(forwarding, terms)
        try:
            listening = await gateway.listen(host, port)
        except OSError as error:
            raise BadValue(
                f"Port {port} on {host} cannot be used ({error.strerror}); choose another."
            ) from error
        logger.info("Terminals connect to %s port %d; Ctrl+C stops.", host, listening)
        sending = asyncio.create_task(forwarding.run())
        telling = asyncio.create_task(gateway.tell())
        asked = asyncio.create_task(stopped.wait())
        await asyncio.wait({asked, sending}, return_when=asyncio.FIRST_COMPLETED)
        for task in (asked, telling):
            task.cancel()
        await gateway.close()
        forwarding.close()
        await asyncio.wait([sending], timeout=STOPS_WITHIN_S)
        if sending.done():
            sending.result()  # a fault of ours ends the process, and is not kept quiet
        sending.cancel()
        return gateway.figures()


async def _try_door(client: httpx2.AsyncClient) -> None:
    """Refuse to begin with a key that the service does not take; one that is down may come up."""
    try:
        answer = await client.post(DOOR, json=[])
    except httpx2.HTTPError as error:
        logger.warning("The service does not answer yet (%s).", type(error).__name__)
        return
    if answer.status_code in REFUSED:
        said = answer.json()["en"] if "json" in answer.headers["content-type"] else answer.text
        raise Unavailable(f"The service refuses this gateway: {said}")


def _make_room(connections: int) -> None:
    """Ask the system for as many open files as there may be connections."""
    needed = connections + OTHER_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < needed:
        most = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        if most < needed:
            logger.warning("The system allows %d open files: some terminals will wait.", most)


def _require_safe(to: str) -> None:
    """Refuse to send a key in clear to another machine."""
    parts = urlsplit(to)
    here = parts.hostname is not None and is_loopback(parts.hostname)
    if parts.scheme != "https" and not (parts.scheme == "http" and here):
        raise BadValue(
            f"{to} is no address of a service: give https://…, or http:// on this machine."
        )
