"""
The lock beside an embedded store: one process writes, and says where it can be asked.

The lock is the operating system's and goes with its process, however that ends; the words in the
file only say who holds it.  A file that a dead process left is taken over.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from geo.errors import Conflict

WAIT_S = 10.0
"""How long one waits for a verb that writes; a server is not waited for."""

LOOK_S = 0.05
"""How often one looks whether the verb is done."""


@dataclass(frozen=True, slots=True)
class Holder:
    """
    The process that writes to an embedded store.

    Attributes
    ----------
    pid
        Its number.
    started
        When it took the store.
    address
        Where its HTTP door is; None for a verb, which is done in a moment.
    city
        Name of the city, once it is read.
    demo
        Whether the city is invented, so that the demo's tokens open the door.
    """

    pid: int
    started: datetime
    address: str | None = None
    city: str | None = None
    demo: bool = False


class StoreLock:
    """
    A store that is held; made by `hold_store`.

    Parameters
    ----------
    descriptor
        The open lock file, or None for a store that needs no lock.
    holder
        What it says.
    """

    def __init__(self, descriptor: int | None, holder: Holder) -> None:
        self._descriptor = descriptor
        self._holder = holder
        self._write()

    def name_city(self, city: str, *, demo: bool) -> None:
        """
        Say which city is served.

        Parameters
        ----------
        city
            Its name.
        demo
            Whether it is invented.
        """
        self._holder = replace(self._holder, city=city, demo=demo)
        self._write()

    def _write(self) -> None:
        """Put the words into the file in one go."""
        if self._descriptor is not None:
            plain = asdict(self._holder) | {"started": self._holder.started.isoformat()}
            words = json.dumps(plain, ensure_ascii=False).encode()
            os.pwrite(self._descriptor, words, 0)
            os.ftruncate(self._descriptor, len(words))


def lock_path(url: str) -> Path | None:
    """
    Name the lock file of a store.

    Parameters
    ----------
    url
        Address of the store.

    Returns
    -------
    path
        Beside the file of an embedded store; None for a store with a server of its own.
    """
    scheme, _, file = url.partition("?")[0].partition(":///")
    if scheme.partition("+")[0] != "sqlite" or not file:
        return None
    return Path(f"{Path(file).resolve()}.lock")


def holder_of(url: str) -> Holder | None:
    """
    Find out who holds a store.

    Parameters
    ----------
    url
        Address of the store.

    Returns
    -------
    holder
        The process that writes to it, or None.
    """
    path = lock_path(url)
    if path is None:
        return None
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _read(descriptor)
    else:
        return None
    finally:
        os.close(descriptor)


@contextmanager
def hold_store(
    url: str, *, now: datetime, address: str | None = None, wait_s: float = WAIT_S
) -> Iterator[StoreLock]:
    """
    Hold an embedded store while the block runs; any other store is left to its own server.

    Parameters
    ----------
    url
        Address of the store.
    now
        The present.
    address
        Where the holder can be asked over HTTP; None for a verb.
    wait_s
        How long to wait for a verb that holds it.

    Yields
    ------
    lock
        To say more of the holder.

    Raises
    ------
    Conflict
        Another process holds it; the sentence names it.
    """
    path = lock_path(url)
    holder = Holder(os.getpid(), now, address)
    if path is None or not path.parent.is_dir():  # opening the store says what is wrong with it
        yield StoreLock(None, holder)
        return
    descriptor = _take(path, wait_s)
    try:
        yield StoreLock(descriptor, holder)
    finally:
        path.unlink(missing_ok=True)
        os.close(descriptor)


def _take(path: Path, wait_s: float) -> int:
    """Lock the file that stands under a name, waiting for verbs but not for servers."""
    deadline = time.monotonic() + wait_s
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _stands(descriptor, path):
                return descriptor
        except BlockingIOError:
            holder = _read(descriptor)
            if time.monotonic() > deadline or (holder is not None and holder.address is not None):
                os.close(descriptor)
                raise Conflict(_refusal(path, holder)) from None
        os.close(descriptor)
        time.sleep(LOOK_S)


def _stands(descriptor: int, path: Path) -> bool:
    """Whether an open file is still the one under its name, not one that was taken away."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _read(descriptor: int) -> Holder | None:
    """Read who holds it; None while the words are being written."""
    try:
        words = json.loads(os.pread(descriptor, 4096, 0))
        return Holder(**words | {"started": datetime.fromisoformat(words["started"])})
    except (ValueError, TypeError, KeyError):
        return None


def _refusal(path: Path, holder: Holder | None) -> str:
    """One sentence that names the holder."""
    store = path.with_suffix("")
    if holder is None:
        return f"Another process is just taking the store {store}; try again in a moment."
    since = holder.started.isoformat(timespec="seconds")
    if holder.address is None:
        return f"Process {holder.pid} has been writing to the store {store} since {since}."
    serves = f"serves {holder.city} from" if holder.city else "holds"
    return (
        f"Process {holder.pid} {serves} the store {store} at {holder.address} since {since}: "
        "an embedded store has one server; open that address, or stop that process first."
    )
