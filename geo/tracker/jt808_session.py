"""
One connection of JT/T 808 as a state: bytes come in, answers go out, reports are handed on.

A terminal registers once and is given a code, with which it authenticates itself on every
connection before it reports.  The code follows from the terminal's number and a secret, so that
nobody has to keep it.  Several terminals may share a connection, as behind a relay.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from geo.errors import BadValue
from geo.tracker.jt808_frame import Frame, FrameCutter, PartJoiner, read_frame
from geo.tracker.jt808_message import (
    Message,
    Result,
    answer,
    packages_again,
    read_code,
    read_locations,
    registered,
)
from geo.tracker.report import Report

MOST_TERMINALS = 1000
"""Terminals that one connection may speak for."""

CODE_DIGITS = 16

Take = Callable[[Sequence[Report]], bool]
"""Is handed reports, and tells whether there is room for them."""


def code_of(phone: str, secret: bytes) -> str:
    """
    Make the code of a terminal.

    Parameters
    ----------
    phone
        Its number.
    secret
        Known to the gateway alone.

    Returns
    -------
    code
        The same each time.
    """
    return hmac.new(secret, phone.encode(), hashlib.sha256).hexdigest()[:CODE_DIGITS]


@dataclass(slots=True, eq=False)
class Session:
    """
    What is known of one connection.

    Attributes
    ----------
    take
        Where reports go.
    secret
        From which codes are made.
    open
        Whether terminals report without authenticating themselves.
    counted
        How much of each kind came in: ``frames``, ``reports``, and what was refused by reason.
    bad
        Frames that were none since the last good one.
    frames
        Good ones of this connection.
    """

    take: Take
    secret: bytes
    open: bool = False
    counted: Counter[str] = field(default_factory=Counter)
    bad: int = 0
    frames: int = 0
    _cutter: FrameCutter = field(default_factory=FrameCutter)
    _joiner: PartJoiner = field(default_factory=PartJoiner)
    _known: set[str] = field(default_factory=set)
    _serial: int = 0

    def receive(self, arrived: bytes) -> bytes:
        """
        Take in what the connection brings.

        Parameters
        ----------
        arrived
            Some bytes, cut anywhere.

        Returns
        -------
        answers
            Frames to send back, one after the other; empty where nothing is to be said.
        """
        return b"".join(self._answer(raw) for raw in self._cutter.cut(arrived))

    def _answer(self, raw: bytes) -> bytes:
        """Answer one frame; what is none has nobody to whom an answer could go."""
        try:
            frame = read_frame(raw)
        except BadValue:
            self.bad += 1
            self.counted["bad_frames"] += 1
            return b""
        self.bad = 0
        self.frames += 1
        self.counted["frames"] += 1
        self._serial = (self._serial + 1) & 0xFFFF
        if frame.header.message == Message.TERMINAL_ANSWER:
            return b""
        try:
            whole = self._joiner.join(frame)
            result = Result.DONE if whole is None else self._deal_with(whole)
        except BadValue:
            self.counted["wrong"] += 1
            result = Result.WRONG
        if frame.header.message == Message.REGISTRATION and result is Result.DONE:
            return registered(frame, code_of(frame.header.phone, self.secret), self._serial)
        return answer(frame, result, self._serial) + self._ask_again(frame)

    def _ask_again(self, frame: Frame) -> bytes:
        """Ask for packages that have not come, once the last one has."""
        missing = self._joiner.missing(frame)
        if missing is None:
            return b""
        self.counted["packages_again"] += len(missing.parts)
        self._serial = (self._serial + 1) & 0xFFFF
        return packages_again(frame, missing, self._serial)

    def _deal_with(self, frame: Frame) -> Result:
        """Do what a whole message asks for."""
        if frame.encrypted:
            self.counted["encrypted"] += 1
            return Result.NOT_SUPPORTED
        phone = frame.header.phone
        match frame.header.message:
            case Message.LOCATION | Message.LOCATIONS:
                return self._locate(frame)
            case Message.AUTHENTICATION:
                return self._authenticate(phone, read_code(frame))
            case Message.SIGN_OFF:
                self._known.discard(phone)
                return Result.DONE
            case Message.HEARTBEAT | Message.REGISTRATION:
                return Result.DONE
        self.counted["not_supported"] += 1
        return Result.NOT_SUPPORTED

    def _authenticate(self, phone: str, code: str) -> Result:
        """Remember a terminal that knows its code."""
        right = hmac.compare_digest(code.encode(), code_of(phone, self.secret).encode())
        if not (right or self.open) or len(self._known) >= MOST_TERMINALS:
            self.counted["not_authenticated"] += 1
            return Result.FAILED
        self._known.add(phone)
        return Result.DONE

    def _locate(self, frame: Frame) -> Result:
        """Hand reports on, of a terminal that may report and while there is room."""
        if not self.open and frame.header.phone not in self._known:
            self.counted["not_authenticated"] += 1
            return Result.FAILED
        found = read_locations(frame)
        self.counted["wrong"] += len(found.flaws)
        if found.reports and not self.take(found.reports):
            self.counted["no_room"] += len(found.reports)
            return Result.FAILED
        self.counted["reports"] += len(found.reports)
        return Result.DONE if found.reports else Result.WRONG
