"""Ports for the servers of tests."""

from __future__ import annotations

import itertools
import os
import socket
from contextlib import suppress

LOWEST, HIGHEST = 12_000, 32_000
"""Below those that the kernel hands out to connections: one of them could take the port of a
server while it is down, between a kill and the next start."""

_first = os.getpid() * 37 % (HIGHEST - LOWEST)
_ports = itertools.islice(itertools.cycle(range(LOWEST, HIGHEST)), _first, None)


def free_port() -> int:
    """Find a port of this machine that nobody listens on, another one at each call."""
    for port in itertools.islice(_ports, HIGHEST - LOWEST):
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise AssertionError(f"No port is free from {LOWEST:,} to {HIGHEST:,}.")
