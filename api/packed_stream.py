"""
The live stream packed: each frame is compressed once, for every page that takes gzip.

A gzip stream of each page's own would cost the same work for every page.  So each frame is packed
by itself, up to a point at which it can be unpacked without anything that came before, and the
same bytes go to all (RFC 1951, 3.2.4: what ends with an empty stored block ends on a byte).
The stream ends when the connection does, and has no checksum.
"""

from __future__ import annotations

import asyncio
import zlib
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
"""How a gzip stream begins: deflate, no name, no time, no system (RFC 1952, 2.3)."""

QUICKLY = 1
"""Level of compression: positions of thousands go out every second."""

MOST_KEPT = 16
"""Frames that are kept packed, the latest asked for."""

LONG = 16_384
"""A frame of so many bytes is packed in a thread, so that nobody else waits for it."""


def pack(frame: bytes) -> bytes:
    """
    Pack a frame so that it can go to any page, whatever that was sent before.

    Parameters
    ----------
    frame
        Bytes.

    Returns
    -------
    packed
        A part of a deflate stream that refers to nothing before it.
    """
    packer = zlib.compressobj(QUICKLY, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(frame) + packer.flush(zlib.Z_SYNC_FLUSH)


class Packing:
    """Packs what is sent to many, once."""

    def __init__(self) -> None:
        self._kept: OrderedDict[int, tuple[bytes, asyncio.Task[bytes]]] = OrderedDict()

    async def frames(self, frames: AsyncGenerator[bytes]) -> AsyncIterator[bytes]:
        """
        Pack a page's frames.

        Parameters
        ----------
        frames
            As `api.live.Stream.listen` gives them: what all are sent is one object.

        Returns
        -------
        packed
            The head of a gzip stream, then each frame as it comes.
        """
        async with aclosing(frames):
            yield HEAD
            async for one in frames:
                yield await self._packed(one)

    async def _packed(self, frame: bytes) -> bytes:
        """Pack a frame, or wait until somebody else has."""
        if len(frame) < LONG:
            return pack(frame)
        known = self._kept.get(id(frame))  # its object is kept, so that no other has its number
        if known is None:
            known = frame, asyncio.create_task(asyncio.to_thread(pack, frame))
            self._kept[id(frame)] = known
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return await asyncio.shield(known[1])  # a page that goes away leaves it to the others


def takes_gzip(accept_encoding: str | None) -> bool:
    """
    Tell whether a client takes gzip (RFC 9110, 12.5.3).

    Parameters
    ----------
    accept_encoding
        The header, or None.

    Returns
    -------
    takes
        False for whoever doesn't say so, or gives it no weight.
    """
    for one in (accept_encoding or "").split(","):
        coding, _, weight = one.replace(" ", "").partition(";")
        if coding.lower() == "gzip":
            return weight.lower() not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False
