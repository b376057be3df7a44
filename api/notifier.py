"""How messages go out: by a webhook if one is set, else as lines of the log."""

from __future__ import annotations

import base64
import binascii
import logging
from datetime import datetime

import httpx2

from api.settings import Settings, is_loopback
from api.webhook import Webhook
from dispatch.notify import TAKEN, Delivery, Message, Notifier
from geo.errors import BadValue

logger = logging.getLogger(__name__)

PREFIX = "whsec_"
"""Begins a secret, so that one that has leaked is found by whoever looks for it."""

LEAST_SECRET_BYTES = 24


class LogNotifier:
    """Writes one line for each message: its number, to whom, and the code of what it says."""

    async def deliver(self, message: Message, *, now: datetime) -> Delivery:
        """Write the line, the texts stay in the store; see `dispatch.notify.Notifier.deliver`."""
        del now  # a line has its own time
        logger.info("Message %d to %s: %s", message.number, message.to, message.said.code)
        return TAKEN

    async def close(self) -> None:
        """Let go of nothing."""


def notifier_of(settings: Settings) -> Notifier:
    """
    Choose how messages go out.

    Parameters
    ----------
    settings
        What the operator set.

    Returns
    -------
    notifier
        A webhook if an address is set, else the log.

    Raises
    ------
    BadValue
        The address or its secret cannot be used.
    """
    if settings.webhook_url is None:
        return LogNotifier()
    url = httpx2.URL(settings.webhook_url)
    if url.scheme not in {"http", "https"} or not url.host:
        raise BadValue("GRID_DISPATCH_WEBHOOK_URL is no address of the web: give https://….")
    if url.scheme == "http" and not is_loopback(url.host):
        raise BadValue(
            "GRID_DISPATCH_WEBHOOK_URL would send messages to another machine in the clear: "
            "give https://…, or an address of this machine."
        )
    secret = settings.webhook_secret
    return Webhook(str(url), _key("" if secret is None else secret.get_secret_value()))


def _key(secret: str) -> bytes:
    """Read a secret, or say what secrets look like."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(PREFIX) or len(key) < LEAST_SECRET_BYTES:
        raise BadValue(
            f"GRID_DISPATCH_WEBHOOK_SECRET has to be {PREFIX} and at least {LEAST_SECRET_BYTES} "
            f'random bytes in base64: draw one with `echo "{PREFIX}$(openssl rand -base64 32)"`.'
        )
    return key
