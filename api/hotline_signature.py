"""Messages of the hotline's live feed, signed as Standard Webhooks 1.0 has it."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from datetime import datetime

from api.errors import NotFound, Unauthorized
from api.settings import Settings
from api.webhook import signed
from geo.errors import BadValue

PREFIX = "whsec_"
LEAST_SECRET_BYTES = 24
MOST_APART_S = 300
"""How far the sender's clock may be from ours: what is older may be somebody's who has listened."""


def hotline_key(settings: Settings) -> bytes | None:
    """
    Read the secret with which the hotline signs.

    Parameters
    ----------
    settings
        What the operator set.

    Returns
    -------
    key
        None where no feed is set up.

    Raises
    ------
    BadValue
        The secret is none.
    """
    if settings.hotline_secret is None:
        return None
    said = settings.hotline_secret.get_secret_value()
    try:
        key = base64.b64decode(said.removeprefix(PREFIX), validate=True)
    except ValueError:
        key = b""
    if not said.startswith(PREFIX) or len(key) < LEAST_SECRET_BYTES:
        raise BadValue(
            "GRID_DISPATCH_HOTLINE_SECRET is whsec_ and at least 24 random bytes in base64."
        )
    return key


def require_signature(
    headers: Mapping[str, str], body: bytes, settings: Settings, now: datetime
) -> None:
    """
    Refuse a message that the hotline has not signed just now.

    Parameters
    ----------
    headers
        With ``webhook-id``, ``webhook-timestamp`` and ``webhook-signature``.
    body
        What was sent.
    settings
        What the operator set.
    now
        The present, with offset.

    Raises
    ------
    NotFound
        No feed is set up.
    Unauthorized
        It is not signed with the secret, or at another time than now.
    """
    key = hotline_key(settings)
    if key is None:
        raise NotFound("No hotline feed is set up here: GRID_DISPATCH_HOTLINE_SECRET.")
    said = headers.get("webhook-timestamp", "")
    at = int(said) if said.isascii() and said.isdigit() and len(said) < len(str(2**40)) else 0
    ours = signed(headers.get("webhook-id", ""), at, body, key)["webhook-signature"]
    given = headers.get("webhook-signature", "").split()
    if not any(hmac.compare_digest(one.encode(), ours.encode()) for one in given):
        raise Unauthorized("The signature of this message is not the hotline's.")
    if abs(now.timestamp() - at) > MOST_APART_S:
        raise Unauthorized(
            "This message was signed over five minutes ago or ahead: sign it anew, set the clock."
        )
