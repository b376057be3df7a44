"""The file of channels: which there are, of which kind, and where each sends; it holds secrets."""

from __future__ import annotations

import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from dispatch.contact import ChannelKind
from dispatch.notify import NOBODY, PHONE
from dispatch.toml_keys import Key, flaws, read_operators_file, text, word
from geo.errors import BadValue

ADDRESS = "{address}"
"""Stands in an address of apprise for where somebody is reached."""

TAKEN_NAMES = frozenset({PHONE, NOBODY})
OTHERS = stat.S_IRWXG | stat.S_IRWXO


if TYPE_CHECKING:
    from api.channels import Channels


@dataclass(frozen=True, slots=True)
class Channel:
    """
    A channel by which letters go out.

    Attributes
    ----------
    name
        As contacts name it.
    kind
        What it carries.
    url
        Address of apprise, with ``{address}`` for that of the person; it holds secrets, so nothing
        shows it.
    expects
        What an answer has to hold for the letter to be taken; None where its status says enough.
    """

    name: str
    kind: ChannelKind
    url: str = field(repr=False)
    expects: str | None = None

    @property
    def schema(self) -> str:
        """Which plug-in of apprise sends by it."""
        return self.url.partition(":")[0].lower()

    def url_to(self, address: str) -> str:
        """
        Give the address of apprise for one person.

        Parameters
        ----------
        address
            Where the person is reached.

        Returns
        -------
        url
            Whatever the address holds stays within its place.
        """
        return self.url.replace(ADDRESS, quote(address, safe="@"))


def read_channels(path: Path) -> Mapping[str, Channel]:
    """
    Read the file of channels.

    Parameters
    ----------
    path
        TOML with a table ``channel.NAME`` for each: ``kind`` and ``url``.

    Returns
    -------
    channels
        By name, in the order written.

    Raises
    ------
    UnreadableFile
        The file is missing, or no text in UTF-8.
    BadValue
        Others may read it, it is no TOML, or a channel is flawed; no sentence repeats an address.
    """
    content = read_operators_file(path, "channels")
    if path.stat().st_mode & OTHERS:
        raise BadValue(f"{path} holds secrets and others may read it: chmod 600 {path}.")
    try:
        data = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        raise BadValue(f"The channels {path.name} are no TOML.") from error
    tables = data.get("channel", {})
    if set(data) - {"channel"} or not isinstance(tables, dict):
        raise BadValue(f"The channels {path.name} hold tables channel.NAME and nothing else.")
    return {name: _channel(name, table, path.name) for name, table in tables.items()}


def open_channels(path: Path | None) -> Channels | None:
    """
    Open the channels of an operator's file.

    Parameters
    ----------
    path
        The file, or None where there is none.

    Returns
    -------
    channels
        None without a file: then messages are addressed to nobody.

    Raises
    ------
    UnreadableFile
        The file is missing, or no text in UTF-8.
    BadValue
        A channel is flawed, or others may read the file.
    """
    if path is None:
        return None
    from api.channels import Channels  # noqa: PLC0415 -- all of apprise: takes half a second

    return Channels(read_channels(path))


def _channel(name: str, table: object, where: str) -> Channel:
    """Read one channel; what is wrong is named by its key, never by its value."""
    wrong = [key for key, _ in flaws(table, KEYS)]
    if wrong or not isinstance(table, dict):
        named = ", ".join(key or "the table" for key in wrong)
        raise BadValue(f"Channel {name} of {where} is flawed at {named}: give kind and url.")
    if name in TAKEN_NAMES or table["kind"] == ChannelKind.PHONE:
        raise BadValue(f"Channel {name} of {where}: {PHONE} is the list of calls, and is there.")
    url, expects = table["url"].strip(), table.get("expects")
    return Channel(name, ChannelKind(table["kind"]), url, expects)


KEYS: Mapping[str, Key] = {
    "kind": word(ChannelKind, needed=True),
    "url": text(needed=True),
    "expects": text(),
}
"""What the table of a channel has."""
