"""A server process that posts its messages to a receiver of the test's, and is soon missed."""

from __future__ import annotations

import os
from functools import partial

import api.beats
from dispatch.notify import SendingTerms

LEASE_S = 1.0
"""So long after a kill its messages are taken out again; a minute outside of tests."""

SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="  # noqa: S105 -- bytes 0 to 31


def post_to(url: str) -> None:
    """Be a process whose operator has set a webhook."""
    os.environ["GRID_DISPATCH_WEBHOOK_URL"] = url
    os.environ["GRID_DISPATCH_WEBHOOK_SECRET"] = SECRET
    os.environ["NO_PROXY"] = "127.0.0.1"
    api.beats.SendingTerms = partial(SendingTerms, lease_s=LEASE_S)
