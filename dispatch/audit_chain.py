"""
Audit chain: every link holds the digest of the one before, so that no link changes unseen.

A digest is SHA-256 over canonical JSON (keys sorted, no spaces, UTF-8) of number, instant,
actor, act, object, detail and the digest before.  What a chain alone cannot show is that its
tail was cut off, or that somebody wrote all of it anew: a head kept elsewhere shows both.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from geo.remark import Remark

DROPPED = "drop_audit"
"""Act of a link that says up to which head older links were dropped after their time."""


@dataclass(frozen=True, slots=True)
class Head:
    """
    Where a chain ends: enough to see later whether it still leads here.

    Attributes
    ----------
    seq
        Number of the last link; 0 for a chain without any.
    hash
        Its digest, in hexadecimal digits.
    at
        When it was written, with offset; None for a chain without any.
    """

    seq: int
    hash: str
    at: datetime | None = None


START = Head(0, "0" * 64)
"""What the first link holds on to."""


@dataclass(frozen=True, slots=True)
class Link:
    """
    One entry of the audit; it names no person but by account.

    Attributes
    ----------
    seq
        Its number: 1, 2, 3 … without a gap.
    at
        When, with offset, to the millisecond.
    by
        Account of whoever did it.
    act
        What was done, in snake_case.
    about
        To what: an id.
    detail
        More about it as canonical JSON, or None.
    previous
        Digest of the link before.
    hash
        Digest of this one.
    """

    seq: int
    at: datetime
    by: str
    act: str
    about: str
    detail: str | None
    previous: str
    hash: str

    @property
    def head(self) -> Head:
        """The head of a chain that ends here."""
        return Head(self.seq, self.hash, self.at)


@dataclass(frozen=True, slots=True)
class Break:
    """
    The first place at which a chain does not hold.

    Attributes
    ----------
    seq
        Number of the first link that is not as it was written.
    why
        What is wrong with it.
    """

    seq: int
    why: Remark


def link_on(  # noqa: PLR0913 -- who did what to what, when, and after what: a link's parts
    before: Head,
    *,
    now: datetime,
    by: str,
    act: str,
    about: str,
    detail: Mapping[str, object] | None = None,
) -> Link:
    """
    Make the next link of a chain.

    Parameters
    ----------
    before
        Where the chain ends now.
    now
        The present, with offset.
    by, act, about
        Who did what to what.
    detail
        More about it, as far as JSON can say it.

    Returns
    -------
    link
        With its digest.
    """
    said = None if detail is None else canonical(detail)
    at = _whole_ms(now)
    digest = _digest(before.seq + 1, at, by, act, about, said, before.hash)
    return Link(before.seq + 1, at, by, act, about, said, before.hash, digest)


def first_break(links: Iterable[Link], anchor: Head | None = None) -> Break | None:
    """
    Look for the first link that is not as it was written.

    Parameters
    ----------
    links
        The whole chain, in the order of the numbers.
    anchor
        A head that was kept elsewhere, or None; with it a cut tail and a chain written
        anew are found too.

    Returns
    -------
    found
        The first break, or None if all holds.
    """
    before, began, dropped = START, START, START
    for link in links:
        if before is START and link.seq > 1:
            before = began = Head(link.seq - 1, link.previous)
        wrong = _wrong_with(link, before) or _off_the_anchor(link, anchor)
        if wrong is not None:
            return wrong
        before = link.head
        if link.act == DROPPED:
            dropped = _dropped_up_to(link)
    if (began.seq, began.hash) != (dropped.seq, dropped.hash) and began is not START:
        return Break(dropped.seq + 1, _MISSING)
    if anchor is not None and anchor.seq > before.seq:
        return Break(before.seq + 1, _CUT)
    return None


def unreadable(seq: int) -> Break:
    """
    Say that an entry holds what no entry can hold.

    Parameters
    ----------
    seq
        Its number, as far as that can be told.

    Returns
    -------
    found
        The break.
    """
    return Break(seq, _UNREADABLE)


def canonical(value: object) -> str:
    """
    Write JSON in the one way that digests are made from.

    Parameters
    ----------
    value
        Anything JSON can say.

    Returns
    -------
    text
        Keys sorted, no spaces, no number that is none.
    """
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )


def _wrong_with(link: Link, before: Head) -> Break | None:
    """Hold a link against the one before and against its own digest."""
    if link.seq > before.seq + 1:
        return Break(before.seq + 1, _MISSING)
    if link.seq != before.seq + 1:
        return Break(link.seq, _OUT_OF_ORDER)
    said = (link.seq, link.at, link.by, link.act, link.about, link.detail, link.previous)
    if _digest(*said) != link.hash:
        return Break(link.seq, _EDITED)
    if link.previous != before.hash:
        return Break(link.seq, _DETACHED)
    return None


def _off_the_anchor(link: Link, anchor: Head | None) -> Break | None:
    """Hold a link against a head that was kept elsewhere."""
    if anchor is None or link.seq != anchor.seq or link.hash == anchor.hash:
        return None
    return Break(link.seq, _WRITTEN_ANEW)


def _dropped_up_to(link: Link) -> Head:
    """Read up to where links were dropped, as the chain itself says."""
    said = json.loads(link.detail or "{}")
    return Head(int(said.get("seq", 0)), str(said.get("hash", "")))


def _digest(  # noqa: PLR0913, PLR0917 -- a link has that many parts, and each must count
    seq: int, at: datetime, by: str, act: str, about: str, detail: str | None, previous: str
) -> str:
    """Digest of all that a link says."""
    said = {
        "seq": seq,
        "at": _whole_ms(at).astimezone(UTC).isoformat(timespec="milliseconds"),
        "by": by,
        "act": act,
        "about": about,
        "detail": detail,
        "previous": previous,
    }
    return hashlib.sha256(canonical(said).encode()).hexdigest()


def _whole_ms(at: datetime) -> datetime:
    """Leave out what the store does not keep of an instant."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


_EDITED = Remark(
    "audit_edited",
    "该条记录与其摘要不符，已被改动。",
    "This entry does not match its digest: it was edited.",
)
_UNREADABLE = Remark(
    "audit_unreadable",
    "该条记录无法读取，已被改动。",
    "This entry cannot be read: it was edited.",
)
_MISSING = Remark(
    "audit_missing", "该条记录缺失，已被删除。", "This entry is missing: it was deleted."
)
_OUT_OF_ORDER = Remark(
    "audit_out_of_order",
    "该条记录序号重复或次序颠倒。",
    "This entry is out of order, or there twice.",
)
_DETACHED = Remark(
    "audit_detached",
    "该条记录不接续上一条：上一条已被替换。",
    "This entry does not follow the one before, which was replaced.",
)
_WRITTEN_ANEW = Remark(
    "audit_written_anew",
    "该条记录与留存的链尾不符：审计链已被重写。",
    "This entry is not the one of the head that was kept: the chain was written anew.",
)
_CUT = Remark(
    "audit_cut",
    "审计链在留存的链尾之前终止：尾部已被截去。",
    "The chain ends before the head that was kept: its tail was cut off.",
)
