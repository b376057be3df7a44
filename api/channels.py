"""
Channels: letters go out by apprise, each in a thread with a time, so that nothing else waits.

A try that has not come back keeps its thread.  The letter is not sent beside it: whoever tries
again waits for the first one, and takes its answer.  A channel that fails again and again is left
alone for a while, so that its letters go on by the next one; an address that it refuses tells
nothing of the channel.
"""

from __future__ import annotations

import asyncio
import logging
import re
import threading
import time
import warnings
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from types import MappingProxyType

import apprise
from apprise.plugins import custom_form, custom_json, dingtalk, feishu, lark, wecombot

from api.channel_file import Channel
from api.gateway_answer import HEARD, ROBOTS, listen_to, refusal
from dispatch.addressing import Sealed
from dispatch.contact import ChannelKind
from dispatch.notify import PHONE, TAKEN, Delivery
from geo.errors import BadValue

THREADS = 8
"""Letters of one channel under way; so many may hang before the others of it wait."""

MOST_KEPT = 1000
"""Tries whose answer may still be asked for; beyond that, those that have ended are forgotten."""

FAILURES = 6
"""In a row, after which a channel is left alone."""

REST_S = 20.0
"""For how long; the next letter then says whether it works again."""

PROBE = "13800000000"
"""Stands for an address while it is looked whether apprise knows a channel."""

TEST_WITHIN_S = 10.0
"""A test is waited for no longer."""

OF_CHANNEL = frozenset({401, 403, 407, 408, 429})
"""Beside 500 and above: what a gateway answers whoever it is asked to tell."""

OF_ROBOT = frozenset({401, 403, 429})
"""Of these, what a robot of a chat answers of itself; its key is the address."""

_STATUS = re.compile(r"error=(\d{3})")


class Complaints(logging.Handler):
    """Hears what apprise says of the try in each thread; none of it reaches the log."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._said = threading.local()

    def emit(self, record: logging.LogRecord) -> None:
        """Remember a status, or that there was no connection; texts may hold secrets."""
        text = record.getMessage()
        status = _STATUS.search(text)
        if status is not None:
            self._said.failure, self._said.status = f"HTTP {status[1]}", int(status[1])
        elif "onnection error" in text or "Socket" in text:
            self._said.failure, self._said.status = "No connection, or no answer in time.", None

    def begin(self) -> None:
        """Forget what was said of the try before."""
        self._said.failure = None

    def delivery(self, schema: str) -> Delivery:
        """
        Say why the last try of this thread failed.

        Parameters
        ----------
        schema
            Of the channel's address.

        Returns
        -------
        delivery
            Without anything that a channel's address or a letter holds.
        """
        failure: str | None = self._said.failure
        if failure is None:
            return Delivery("It was not taken.")
        status: int | None = self._said.status
        of_channel = OF_CHANNEL - (OF_ROBOT if schema in ROBOTS else frozenset())
        return Delivery(failure, of_channel=status is None or status >= 500 or status in of_channel)


class Channels:
    """
    Sends letters by the channels of a file.

    Parameters
    ----------
    of
        Channels by name.

    Raises
    ------
    BadValue
        Apprise knows no such address.
    """

    def __init__(self, of: Mapping[str, Channel]) -> None:
        self._of = of
        self._asset = apprise.AppriseAsset(
            storage_mode=apprise.PersistentStoreMode.MEMORY,
            app_id="grid-dispatch",
            image_url_mask="",
            image_url_logo="",
            http_redirects=False,
        )
        self._complaints = _quieten()
        self._threads: dict[str, ThreadPoolExecutor] = {}
        self._under_way: dict[str, Future[Delivery]] = {}
        self._failures = dict.fromkeys(of, 0)
        self._rests_until = dict.fromkeys(of, 0.0)
        with warnings.catch_warnings():  # plug-ins nobody uses import what Python gives up
            warnings.simplefilter("ignore", DeprecationWarning)
            unknown = [one.name for one in of.values() if self._plugin(one, PROBE) is None]
        listen_to([custom_form, custom_json, dingtalk, feishu, lark, wecombot])
        if unknown:
            raise BadValue(f"Channel {unknown[0]}: apprise knows no such address.")

    @property
    def kinds(self) -> Mapping[str, ChannelKind]:
        """Kinds by name, the list of calls among them."""
        own = {name: channel.kind for name, channel in self._of.items()}
        return MappingProxyType(own | {PHONE: ChannelKind.PHONE})

    def rests(self, name: str) -> bool:
        """
        Tell whether a channel is left alone at present.

        Parameters
        ----------
        name
            Its name.

        Returns
        -------
        rests
            After it has failed again and again.
        """
        return time.monotonic() < self._rests_until.get(name, 0.0)

    async def deliver(self, key: str, letter: Sealed) -> Delivery:
        """
        Try once to send a letter.

        Parameters
        ----------
        key
            Its key; while a try of it has not come back there is no other.
        letter
            What goes where.

        Returns
        -------
        delivery
            What became of it.
        """
        if len(self._under_way) > MOST_KEPT:
            hang = {one: trying for one, trying in self._under_way.items() if not trying.done()}
            self._under_way = hang
        channel = self._of.get(letter.channel)
        if channel is None:
            return Delivery(f"There is no channel {letter.channel}.", for_good=True)
        trying = self._under_way.get(key)
        if trying is None:
            if self.rests(channel.name):
                return Delivery(f"Channel {channel.name} fails, and is left alone for now.")
            trying = self._threads_of(channel.name).submit(self._try, channel, letter)
            self._under_way[key] = trying
        try:
            delivery = await asyncio.shield(asyncio.wrap_future(trying))
        except asyncio.CancelledError:
            if trying.cancel():  # it had not begun
                del self._under_way[key]
            self._count_failure(channel.name)
            raise
        self._under_way.pop(key, None)
        if delivery == TAKEN:
            self._failures[channel.name] = 0
        elif delivery.of_channel:
            self._count_failure(channel.name)
        return delivery

    def sends_by(self, name: str) -> bool:
        """
        Tell whether there is a channel to send by.

        Parameters
        ----------
        name
            Its name.

        Returns
        -------
        sends
            False for the list of calls.
        """
        return name in self._of

    def test(self, letter: Sealed) -> Delivery:
        """
        Send something once, and wait for what becomes of it; from whatever thread.

        Parameters
        ----------
        letter
            What goes where, by a channel that there is.

        Returns
        -------
        delivery
            What became of it.
        """
        trying = self._threads_of(letter.channel).submit(
            self._try, self._of[letter.channel], letter
        )
        try:
            return trying.result(TEST_WITHIN_S)
        except TimeoutError:
            return Delivery(f"No answer within {TEST_WITHIN_S:g} s.")

    def close(self) -> None:
        """Begin nothing more; what hangs is not waited for."""
        for threads in self._threads.values():
            threads.shutdown(wait=False, cancel_futures=True)
        self._threads.clear()

    def _threads_of(self, name: str) -> ThreadPoolExecutor:
        """Threads of one channel, begun with its first letter."""
        if name not in self._threads:
            self._threads[name] = ThreadPoolExecutor(THREADS, f"channel-{name}")
        return self._threads[name]

    def _try(self, channel: Channel, letter: Sealed) -> Delivery:
        """Send a letter; this may take as long as the receiver likes."""
        self._complaints.begin()
        HEARD.body = ""
        plugin = self._plugin(channel, letter.address)
        if plugin is None:
            return Delivery(f"The address is none of channel {channel.name}.", for_good=True)
        try:
            taken = plugin.notify(body=letter.text, title=letter.title)
        except Exception as error:  # noqa: BLE001 -- a plug-in may do anything; its text may hold secrets
            return Delivery(type(error).__name__)
        if not taken:
            return self._complaints.delivery(channel.schema)
        refused = refusal(channel.schema, channel.expects, HEARD.body)
        return TAKEN if refused is None else Delivery(refused)

    def _plugin(self, channel: Channel, address: str) -> apprise.NotifyBase | None:
        """What apprise makes of an address, or None."""
        return apprise.Apprise.instantiate(channel.url_to(address), asset=self._asset)

    def _count_failure(self, name: str) -> None:
        """Count a failure of a channel, and leave it alone after some in a row."""
        self._failures[name] += 1
        if self._failures[name] >= FAILURES:
            self._rests_until[name] = time.monotonic() + REST_S


def _quieten() -> Complaints:
    """Hear apprise instead of letting it write addresses to the log."""
    logger = apprise.logger
    logger.setLevel(logging.WARNING)
    logger.propagate = False
    heard = next((one for one in logger.handlers if isinstance(one, Complaints)), None)
    if heard is None:
        heard = Complaints()
        logger.addHandler(heard)
    return heard
