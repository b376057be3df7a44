"""A Dask cluster as the place where pieces of work are done (`api.spread`)."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError, Executor, Future, wait
from contextlib import contextmanager
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from geo.errors import BadValue, Unavailable

try:
    import distributed
    from distributed.client import FutureCancelledError
    from distributed.comm.core import CommClosedError
except ImportError as error:
    raise BadValue(
        "--dask needs the package distributed: pip install 'grid-dispatch[cluster]'."
    ) from error

CONNECT_S = 10.0
"""How long a scheduler, and then its first worker, is waited for."""
LOAD_S = 60.0
"""How long workers may take to load the project for the first time."""
LONGEST_GREETING = 1_000_000
"""Bytes; what speaks otherwise is something else, such as a web server."""
GONE = (distributed.KilledWorker, FutureCancelledError, CommClosedError, CancelledError)
PACKAGES = ("numpy", "numba")
"""Packages of others whose versions decide what comes out."""


class Cluster:
    """
    A cluster that is connected.

    Parameters
    ----------
    client
        The connection.
    address
        Where its scheduler is.
    """

    def __init__(self, client: distributed.Client, address: str) -> None:
        self._client = client
        self._address = address
        self.lanes = sum(client.nthreads().values())
        # Equal pieces are done anew each time, as they are elsewhere.
        self.executor: Executor = client.get_executor(pure=False)

    def lay_down(self, packed: bytes, name: str) -> object:
        """
        Send a large task to every worker.

        Parameters
        ----------
        packed
            The task.
        name
            Its digest.

        Returns
        -------
        future
            Stands for it in the arguments of what the workers do.
        """
        return self._client.scatter({name: packed}, broadcast=True)[name]

    def lost(self, error: BaseException) -> Unavailable | None:
        """
        Tell a cluster that is gone from a task that went wrong.

        Parameters
        ----------
        error
            What was raised.

        Returns
        -------
        unavailable
            What to say, or None if the task is to blame.
        """
        if not isinstance(error, GONE):
            return None
        return Unavailable(
            f"The Dask cluster at {self._address} was lost before the work was done."
        )

    def leave(self, work: Iterable[Future[Any]]) -> None:
        """
        Call work off; what a worker is at it finishes, and nobody asks for it.

        Parameters
        ----------
        work
            What nobody waits for any more.
        """
        for future in work:
            future.cancel()


@contextmanager
def open_cluster(address: str, *, within_s: float = CONNECT_S) -> Iterator[Cluster]:
    """
    Connect to a cluster, and leave it afterwards.

    Parameters
    ----------
    address
        Where its scheduler is, ``tcp://host:port``.
    within_s
        How long it, and its first worker, is waited for.

    Yields
    ------
    cluster
        Ready for work.

    Raises
    ------
    Unavailable
        Nobody answers, it has no workers, or they are of another version.
    """
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what goes wrong is said here
    _refuse_silence(address, within_s)
    try:
        client = distributed.Client(address, timeout=within_s, set_as_default=False)
    except (OSError, TimeoutError) as error:
        raise _nobody(address, within_s) from error
    try:
        _check_workers(client, address, within_s)
        yield Cluster(client, address)
    finally:
        client.close(timeout=within_s)


def _refuse_silence(address: str, within_s: float) -> None:
    """
    Ask whether a scheduler speaks at all.

    A client waits much longer than it is told to for a port that takes connections and says
    nothing.  A scheduler speaks first, and with the length of what it says, uint64.
    """
    parts = urlsplit(address)
    try:
        with socket.create_connection((str(parts.hostname), parts.port or 0), within_s) as line:
            said = line.recv(8, socket.MSG_WAITALL)
    except OSError as error:
        raise _nobody(address, within_s) from error
    if len(said) < 8 or int.from_bytes(said, "little") > LONGEST_GREETING:
        raise _nobody(address, within_s)


def _nobody(address: str, within_s: float) -> Unavailable:
    """What is said where there is no scheduler."""
    return Unavailable(f"No Dask scheduler answered at {address} within {within_s:g} s.")


def _check_workers(client: distributed.Client, address: str, within_s: float) -> None:
    """Refuse a cluster without workers, and one that would compute something else."""
    try:
        client.wait_for_workers(1, timeout=within_s)
    except TimeoutError as error:
        raise Unavailable(f"The Dask cluster at {address} has no workers.") from error
    executor = client.get_executor(pure=False)
    asked = {
        worker: executor.submit(own_versions, workers=[worker])
        for worker in sorted(client.nthreads())
    }
    if wait(asked.values(), LOAD_S).not_done:
        raise Unavailable(f"The workers of the Dask cluster at {address} don't answer.")
    try:
        told = {worker: future.result() for worker, future in asked.items()}
    except Exception as error:  # whatever it lacks, it is not ours
        raise Unavailable(
            f"The workers of the Dask cluster at {address} can't load grid-dispatch "
            f"({type(error).__name__}): install it there, in this version."
        ) from error
    own = own_versions()
    for worker, versions in told.items():
        if versions != own:
            raise Unavailable(
                f"The worker {worker} has {_named(versions)}, and here it is {_named(own)}: "
                "answers could differ."
            )


def own_versions() -> dict[str, str]:
    """
    Tell what computes here.

    Returns
    -------
    versions
        Digest of the sources of this project, which has no other version between two releases,
        and versions of the packages that decide what comes out.
    """
    root = Path(__file__).resolve().parent.parent
    sources = blake2b(digest_size=6)
    for floor in ("api", "dispatch", "geo"):
        for path in sorted((root / floor).rglob("*.py")):
            sources.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return {"grid-dispatch": sources.hexdigest(), **{name: version(name) for name in PACKAGES}}


def _named(versions: dict[str, str]) -> str:
    """Versions with the names of their packages."""
    return ", ".join(f"{name} {of}" for name, of in versions.items())
