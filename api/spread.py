"""
Spread: pure tasks over pieces of work, in this process, in several, or on a Dask cluster.

A task is a function of a piece alone, so it does not matter where a piece is done or which is done
first; answers are given in the order of the pieces, and are the same bytes wherever they come
from.  A task that needs much (a city, a year of incidents) holds it: it is packed once, and every
worker unpacks it once.

Whoever asks for a Dask cluster trusts it: tasks are pickled, and run as code there and here.
"""

from __future__ import annotations

import multiprocessing
import pickle
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Protocol, TypeVar
from urllib.parse import urlsplit

import typer

from geo.errors import BadValue, Unavailable

WorkersOption = Annotated[
    int, typer.Option("--workers", metavar="N", help="In how many processes; answers are alike.")
]
DaskOption = Annotated[
    str | None,
    typer.Option(
        "--dask", metavar="tcp://HOST:PORT", help="On this Dask cluster; answers are alike."
    ),
]

MOST_WORKERS = 256
LOOK_S = 0.1
"""How often somebody who waits for a piece is asked whether it is enough."""
IN_FLIGHT = 2
"""Pieces that each worker has at hand, so that none waits for the next and few are cancelled."""
CARRIED_BYTES = 100_000
"""Tasks up to this size go along with every piece; larger ones are laid down once."""

Piece = TypeVar("Piece")
Result = TypeVar("Result")
Told = Callable[[float], None]
"""Called with the share that is done, 0…1."""
Packed = bytes | Path
"""A pickled task, or the file that it lies in; on a cluster it has become bytes on arrival."""


@dataclass(frozen=True, slots=True)
class Place:
    """
    Where pieces are worked on.

    Attributes
    ----------
    workers
        Processes on this machine; 1 for this process.
    dask
        Address of the scheduler of a Dask cluster, ``tcp://host:port``, or None.
    """

    workers: int = 1
    dask: str | None = None

    def __post_init__(self) -> None:
        """Refuse what is no place."""
        if not 1 <= self.workers <= MOST_WORKERS:
            raise BadValue(f"--workers is {self.workers}; give 1 to {MOST_WORKERS}.")
        if self.dask is None:
            return
        if self.workers != 1:
            raise BadValue("--dask has workers of its own; leave out --workers.")
        if not _is_address(self.dask):
            raise BadValue(f"--dask is {self.dask!r}; write tcp://HOST:PORT of its scheduler.")

    @property
    def here(self) -> bool:
        """Whether it is this process."""
        return self.workers == 1 and self.dask is None


class Crowd(Protocol):
    """Processes, here or on a cluster, that are open for work."""

    lanes: int
    """How many pieces are worked on at once."""

    @property
    def executor(self) -> Executor:
        """Takes pieces."""

    def lay_down(self, packed: bytes, name: str) -> Any:  # noqa: ANN401 -- a path, a future
        """
        Put a large task where every worker finds it.

        Parameters
        ----------
        packed
            The task.
        name
            What it is kept under.

        Returns
        -------
        place
            What `_work` is passed instead of the task.
        """

    def lost(self, error: BaseException) -> Unavailable | None:
        """
        Say what happened if an error is that of the crowd and not of a task.

        Parameters
        ----------
        error
            What a piece of work ended with.

        Returns
        -------
        lost
            The crowd's loss in words, or None.
        """

    def leave(self, work: Iterable[Future[Any]]) -> None:
        """
        Hear of work that nobody waits for any more; what was not begun is not begun.

        Parameters
        ----------
        work
            The pieces that are left.
        """


class Spread:
    """
    Runs tasks over pieces at one place; see `spread_at`.

    Parameters
    ----------
    crowd
        Who does the work; None for this process.
    stop
        Asked while there is work; True ends it with what is done.
    """

    def __init__(self, crowd: Crowd | None, stop: Callable[[], bool]) -> None:
        self._crowd = crowd
        self._stop = stop

    def __call__(
        self,
        task: Callable[[Piece], Result],
        pieces: Iterable[Piece],
        told: Told | None = None,
    ) -> Iterator[Result]:
        """
        Run a task on each piece.

        Parameters
        ----------
        task
            A pure function that can be pickled; it holds what all pieces need.
        pieces
            What it is run on.
        told
            Told the share that is done.

        Yields
        ------
        results
            In the order of the pieces.  When it is enough the rest is left out, but for the first:
            there is always something to show.

        Raises
        ------
        Unavailable
            A worker process or the cluster was lost.
        """
        given = list(pieces)
        crowd = self._crowd
        results = map(task, given) if crowd is None else self._apart(crowd, task, given)
        for done, result in enumerate(results, start=1):
            if told is not None:
                told(done / len(given))
            yield result
            if self._stop():
                return

    def _apart(
        self, crowd: Crowd, task: Callable[[Piece], Result], pieces: Sequence[Piece]
    ) -> Iterator[Result]:
        """Keep every worker busy, and wait for pieces in their order."""
        packed = pickle.dumps(task, protocol=pickle.HIGHEST_PROTOCOL)
        name = blake2b(packed, digest_size=16).hexdigest()
        there: Any = packed
        waiting: deque[Future[Result]] = deque()
        left = iter(pieces)
        done = 0
        try:
            if len(packed) > CARRIED_BYTES:
                there = crowd.lay_down(packed, name)
            while True:
                while len(waiting) < IN_FLIGHT * crowd.lanes and done + len(waiting) < len(pieces):
                    waiting.append(crowd.executor.submit(_work, name, there, next(left)))
                if not waiting:
                    return
                while not wait((waiting[0],), LOOK_S).done:
                    if done and self._stop():
                        return
                yield waiting.popleft().result()
                done += 1
        except Exception as error:
            lost = crowd.lost(error)
            if lost is None:
                raise
            raise lost from error
        finally:
            crowd.leave(waiting)


@contextmanager
def spread_at(place: Place, *, stop: Callable[[], bool] | None = None) -> Iterator[Spread]:
    """
    Open a place for work, and close it afterwards.

    Parameters
    ----------
    place
        Where.
    stop
        Asked while there is work; True ends it with what is done.

    Yields
    ------
    spread
        Runs tasks there, as often as wanted.

    Raises
    ------
    BadValue
        Dask is not installed.
    Unavailable
        There is no cluster at the address, or it can't do this work.
    """
    stop = stop or _never
    if place.dask is not None:
        from api.spread_dask import open_cluster  # noqa: PLC0415 -- an optional package

        with open_cluster(place.dask) as cluster:
            yield Spread(cluster, stop)
    elif place.workers > 1:
        with _open_processes(place.workers) as processes:
            yield Spread(processes, stop)
    else:
        yield Spread(None, stop)


class _Processes:
    """Processes on this machine, begun afresh, who take compiled kernels from their cache."""

    def __init__(self, workers: int, folder: Path) -> None:
        self.lanes = workers
        self._folder = folder
        self._left: list[Future[Any]] = []
        before = set(multiprocessing.active_children())
        self.executor = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"))
        with _deaf():
            self.executor.submit(_nothing)  # begins all of them
        self._own = set(multiprocessing.active_children()) - before

    def lay_down(self, packed: bytes, name: str) -> Path:
        """Write the task into a file."""
        path = self._folder / name
        path.write_bytes(packed)
        return path

    def lost(self, error: BaseException) -> Unavailable | None:
        """A process that is gone breaks all of them."""
        if not isinstance(error, BrokenProcessPool | CancelledError):
            return None
        return Unavailable(
            "A worker process ended before its work was done, perhaps for want of memory; "
            "try fewer --workers."
        )

    def leave(self, work: Iterable[Future[Any]]) -> None:
        """Keep in mind what goes on although nobody waits for it."""
        self._left += [future for future in work if not future.cancel()]

    def end(self) -> None:
        """End the processes, and what they are at if nobody waits for it."""
        if any(not future.done() for future in self._left):
            for process in self._own:
                process.terminate()
        self.executor.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _open_processes(workers: int) -> Iterator[_Processes]:
    """Processes that end with the block."""
    with TemporaryDirectory(prefix="grid-dispatch-") as folder:
        processes = _Processes(workers, Path(folder))
        try:
            yield processes
        finally:
            processes.end()


@contextmanager
def _deaf() -> Iterator[None]:
    """Let processes that begin now inherit that Ctrl-C is not for them: this one hears it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


_TASKS: dict[str, Callable[[Any], Any]] = {}
"""The task that this process worked on last, unpacked, by its digest."""
_UNPACKING = threading.Lock()


def _work(name: str, packed: Packed, piece: Any) -> Any:  # noqa: ANN401 -- of whatever task
    """Do one piece in a worker."""
    with _UNPACKING:  # workers of a cluster may have several threads
        task = _TASKS.get(name)
        if task is None:
            task = pickle.loads(packed if isinstance(packed, bytes) else packed.read_bytes())  # noqa: S301 -- written by `Spread`
            _TASKS.clear()
            _TASKS[name] = task
    return task(piece)


def _nothing() -> None:
    """Let processes begin."""


def _never() -> bool:
    """Let work go on to its end."""
    return False


def _is_address(text: str) -> bool:
    """Whether a scheduler can be asked for there."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    bare = not (parts.path or parts.query or parts.fragment or parts.username)
    return parts.scheme == "tcp" and bool(parts.hostname) and bool(port) and bare
