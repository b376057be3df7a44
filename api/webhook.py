"""
Messages to a webhook, signed as Standard Webhooks 1.0 has it.

``webhook-id`` is the key of the message, by which the receiver knows it again, the same at each
try; ``webhook-timestamp`` is when it was sent, in seconds; ``webhook-signature`` is HMAC-SHA256
over both and the body.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx2

from dispatch.notify import TAKEN, Delivery, Message

STEP_S = 10.0
"""Each step of a request (connecting, sending, hearing) may take so long."""

MOST_CONNECTIONS = 32


class Webhook:
    """
    Posts each message as JSON to one address.

    Parameters
    ----------
    url
        The address.
    key
        With which requests are signed.
    """

    def __init__(self, url: str, key: bytes) -> None:
        self._url = url
        self._key = key
        self._kept: httpx2.AsyncClient | None = None

    async def deliver(self, message: Message, *, now: datetime) -> Delivery:
        """Post it; status and ``Retry-After`` count; see `dispatch.notify.Notifier.deliver`."""
        body = body_of(message)
        headers = signed(message.dedupe_key, int(now.timestamp()), body, self._key)
        try:
            request = self._client.stream("POST", self._url, content=body, headers=headers)
            async with request as answer:
                if answer.is_success:
                    return TAKEN
                again_s = retry_after_s(answer.headers.get("retry-after", ""), now)
                return Delivery(f"HTTP {answer.status_code}", again_s)
        except httpx2.TransportError as error:
            return Delivery(f"{type(error).__name__}: {error}")

    async def close(self) -> None:
        """Hang up."""
        if self._kept is not None:
            await self._kept.aclose()

    @property
    def _client(self) -> httpx2.AsyncClient:
        """The client, made on the event loop that asks first."""
        if self._kept is None:
            limits = httpx2.Limits(max_connections=MOST_CONNECTIONS)
            self._kept = httpx2.AsyncClient(timeout=STEP_S, limits=limits)
        return self._kept


def body_of(message: Message) -> bytes:
    """
    Write what is posted, the same at every try.

    Parameters
    ----------
    message
        The message.

    Returns
    -------
    body
        JSON in UTF-8.
    """
    posted = {
        "type": f"message.{message.said.code}",
        "timestamp": message.posted_at.isoformat(),
        "data": {
            "number": message.number,
            "to": message.to,
            "about": message.about,
            "said": asdict(message.said),
        },
    }
    return json.dumps(posted, ensure_ascii=False, separators=(",", ":")).encode()


def signed(name: str, timestamp: int, body: bytes, key: bytes) -> Mapping[str, str]:
    """
    Make the headers of a request.

    Parameters
    ----------
    name
        Key of the message.
    timestamp
        When it is sent, in seconds since 1970.
    body
        What is posted.
    key
        With which it is signed.

    Returns
    -------
    headers
        With the signature.
    """
    digest = hmac.new(key, b"%s.%d.%s" % (name.encode(), timestamp, body), hashlib.sha256).digest()
    return {
        "content-type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def retry_after_s(said: str, now: datetime) -> float:
    """
    Read ``Retry-After``: seconds, or the date of when to come again.

    Parameters
    ----------
    said
        The header, or nothing.
    now
        The present, with offset.

    Returns
    -------
    after_s
        Seconds from now; 0 for what says nothing.
    """
    if said.isascii() and said.isdigit():
        return float(said)
    try:
        at = parsedate_to_datetime(said)
    except ValueError:
        return 0.0
    at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return max(0.0, (at - now).total_seconds())
