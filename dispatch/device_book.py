"""
The device book: which officer carries which device, from when on, and which sources there are.

The book is kept as statements that are only added to: from an instant on somebody carries a
device, or nobody does.  A later statement counts from its instant to the next one's; of two for
the same instant the one that was made last counts.  So a fix goes to whoever carried the device
when it was taken, however late it comes in.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from types import MappingProxyType

from geo.tracker.source import Protocol, Source, standard_sources

DeviceKey = tuple[str, str]
"""Code of a source, and what it calls the device."""


@dataclass(frozen=True, slots=True)
class Handout:
    """
    One statement: from an instant on somebody carries a device.

    Attributes
    ----------
    source, device
        Code of the source, and what the device is called there.
    officer
        Who carries it; None for nobody.
    since
        From when on.
    by, at
        Who stated it, and when.
    """

    source: str
    device: str
    officer: str | None
    since: datetime
    by: str
    at: datetime

    @property
    def key(self) -> DeviceKey:
        """Which device it is about."""
        return self.source, self.device


@dataclass(frozen=True, slots=True)
class Term:
    """
    A span of time in which an officer carries a device.

    Attributes
    ----------
    source, device, officer
        Which device, and who.
    since, until
        From when until when; None where no end is known.
    by
        Who stated it.
    """

    source: str
    device: str
    officer: str
    since: datetime
    until: datetime | None
    by: str

    def holds(self, time: datetime) -> bool:
        """
        Tell whether an instant lies in it.

        Parameters
        ----------
        time
            The instant.

        Returns
        -------
        holds
            Whether it does.
        """
        return self.since <= time and (self.until is None or time < self.until)


@dataclass(frozen=True, slots=True, eq=False)
class DeviceBook:
    """
    All statements, sorted so that one look finds who carries a device.

    Attributes
    ----------
    handouts
        Of each device, by their instants, one for each instant.
    sources
        By code, those included that nobody had to enter.
    """

    handouts: Mapping[DeviceKey, tuple[Handout, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    sources: Mapping[str, Source] = field(default_factory=standard_sources)

    @classmethod
    def of(cls, handouts: Iterable[Handout], sources: Iterable[Source]) -> DeviceBook:
        """
        Sort statements.

        Parameters
        ----------
        handouts
            In the order in which they were made.
        sources
            Those that were entered; one takes the place of a standard one of the same code.

        Returns
        -------
        book
            All of it.
        """
        last: dict[DeviceKey, dict[datetime, Handout]] = {}
        for one in handouts:
            last.setdefault(one.key, {})[one.since] = one
        by_time = attrgetter("since")
        return cls(
            MappingProxyType(
                {key: tuple(sorted(told.values(), key=by_time)) for key, told in last.items()}
            ),
            MappingProxyType({**standard_sources(), **{one.code: one for one in sources}}),
        )

    def source_for(self, protocol: Protocol, account: str) -> Source:
        """
        Find the source that a request comes from.

        Parameters
        ----------
        protocol
            Language of the door.
        account
            Whose key it came with.

        Returns
        -------
        source
            The one that is this account's, else the standard one of the protocol.
        """
        for code in sorted(self.sources):
            source = self.sources[code]
            if source.protocol is protocol and source.account == account:
                return source
        return self.sources[protocol.value]

    def officer_of(self, key: DeviceKey, time: datetime) -> str | None:
        """
        Find who carries a device.

        Parameters
        ----------
        key
            The device.
        time
            At which instant.

        Returns
        -------
        officer
            Id, or None: nobody then, or nobody has ever stated anything of it.
        """
        told = self.handouts.get(key, ())
        row = bisect_right(told, time, key=attrgetter("since"))
        return told[row - 1].officer if row else None

    def terms(self) -> tuple[Term, ...]:
        """
        Lay the book out as spans of time.

        Returns
        -------
        terms
            By source, device and time; spans in which nobody carries a device are left out.
        """
        return tuple(
            Term(one.source, one.device, one.officer, one.since, until, one.by)
            for _, told in sorted(self.handouts.items())
            for one, until in zip(told, [*(one.since for one in told[1:]), None], strict=True)
            if one.officer is not None
        )
