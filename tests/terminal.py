"""
A terminal of JT/T 808, written byte by byte from the standard: what the readers are held against.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8))
FLAG = b"\x7e"


def word(value: int) -> bytes:
    return value.to_bytes(2, "big")


def double_word(value: int) -> bytes:
    return value.to_bytes(4, "big")


def digits(text: str, width: int) -> bytes:
    return bytes.fromhex(text.rjust(2 * width, "0"))


def framed(plain: bytes) -> bytes:
    """Check byte, escapes and flags, one byte after the other."""
    check, written = 0, bytearray()
    for byte in plain:
        check ^= byte
    for byte in [*plain, check]:
        written += {0x7E: b"\x7d\x02", 0x7D: b"\x7d\x01"}.get(byte, bytes([byte]))
    return FLAG + bytes(written) + FLAG


def location(
    lon: float,
    lat: float,
    at: datetime,
    *,
    kmh: float = 0,
    heading: int = 0,
    positioned: bool = True,
) -> bytes:
    """The 28 bytes of a location, by a clock at UTC+8."""
    status = (2 if positioned else 0) | (4 if lat < 0 else 0) | (8 if lon < 0 else 0)
    return (
        double_word(0)
        + double_word(status)
        + double_word(round(abs(lat) * 1e6))
        + double_word(round(abs(lon) * 1e6))
        + word(50)
        + word(round(kmh * 10))
        + word(heading)
        + bytes.fromhex(f"{at.astimezone(CHINA):%y%m%d%H%M%S}")
    )


@dataclass
class Terminal:
    """Writes the messages of one terminal, in the version of 2019 or that of 2013."""

    phone: str
    of_2019: bool = True
    serial: int = 0

    def message(
        self, number: int, body: bytes = b"", *, split: tuple[int, int] | None = None
    ) -> bytes:
        attributes = len(body) | (0x4000 if self.of_2019 else 0) | (0x2000 if split else 0)
        head = word(number) + word(attributes)
        head += b"\x01" + digits(self.phone, 10) if self.of_2019 else digits(self.phone, 6)
        head += word(self.serial % 0x10000)
        self.serial += 1
        if split:
            head += word(split[0]) + word(split[1])
        return framed(head + body)

    def in_parts(self, number: int, body: bytes, of: int) -> list[bytes]:
        """A message in packages of some bytes each."""
        pieces = [body[start : start + of] for start in range(0, len(body), of)]
        return [
            self.message(number, piece, split=(len(pieces), place))
            for place, piece in enumerate(pieces, start=1)
        ]

    def registration(self) -> bytes:
        maker, model, name = (11, 30, 30) if self.of_2019 else (5, 20, 7)
        body = word(45) + word(500) + b"MAKER".ljust(maker, b"\0") + b"T1".ljust(model, b"\0")
        return self.message(
            0x0100, body + b"TERM1".ljust(name, b"\0") + b"\x01" + "桂E12345".encode("gbk")
        )

    def authentication(self, code: str) -> bytes:
        said = code.encode("gbk")
        if self.of_2019:
            said = bytes([len(said)]) + said + b"867530900000001" + b"V1.0".ljust(20, b"\0")
        return self.message(0x0102, said)

    def heartbeat(self) -> bytes:
        return self.message(0x0002)

    def locations(self, *items: bytes) -> bytes:
        return self.message(0x0704, bulk(*items))


def bulk(*items: bytes) -> bytes:
    """Body of a message of many locations."""
    body = word(len(items)) + b"\x01"
    return body + b"".join(word(len(item)) + item for item in items)


def answers_in(came: bytes) -> list[bytes]:
    """What a terminal reads: each message without flags, escapes and check byte."""
    found = []
    for raw in came.split(FLAG):
        if raw:
            plain = raw.replace(b"\x7d\x02", b"\x7e").replace(b"\x7d\x01", b"\x7d")
            found.append(plain[:-1])
    return found


def body_of(answer: bytes) -> tuple[int, bytes]:
    """Id and body of an answer, whatever its version."""
    head = 17 if answer[2] & 0x40 else 12
    return int.from_bytes(answer[:2], "big"), answer[head:]
