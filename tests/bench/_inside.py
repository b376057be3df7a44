"""Time spent inside compiled kernels, which goals for kernels are judged by."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType

import numba
from numba.core.dispatcher import Dispatcher


class Inside:
    """Adds up the time inside kernels; what it costs to call one at all is taken off."""

    def __init__(self) -> None:
        self._taken_ns = 0
        self._call_ns: dict[Dispatcher, int] = {}

    def clock(self) -> float:
        """Seconds spent inside kernels since watching began."""
        return self._taken_ns / 1e9

    def ms(self, ask: Callable[[], object]) -> float:
        """Ask, and give the milliseconds inside the kernels that were watched."""
        self._taken_ns = 0
        ask()
        return max(self._taken_ns, 0) / 1e6

    @contextmanager
    def watching(self, *modules: ModuleType) -> Iterator[None]:
        """Watch all kernels that the functions of some modules call."""
        found = [
            (module, name, thing)
            for module in modules
            for name, thing in vars(module).items()
            if isinstance(thing, Dispatcher)
        ]
        try:
            for module, name, thing in found:
                setattr(module, name, self._watched(thing))
            yield
        finally:
            for module, name, thing in found:
                setattr(module, name, thing)

    def _watched(self, kernel: Dispatcher) -> Callable[..., object]:
        def call(*arguments: object) -> object:
            if kernel not in self._call_ns:
                self._call_ns[kernel] = _call_ns(arguments)
            start = time.thread_time_ns()
            answer = kernel(*arguments)
            self._taken_ns += time.thread_time_ns() - start - self._call_ns[kernel]
            return answer

        return call


@numba.njit
def _nothing(*_arguments):  # type: ignore[no-untyped-def]  # noqa: ANN002, ANN202 -- any kernel's
    return 0


def _call_ns(arguments: tuple[object, ...]) -> int:
    """Median time of calling a kernel with these arguments that does nothing."""
    taken = []
    for _ in range(201):
        start = time.thread_time_ns()
        _nothing(*arguments)
        taken.append(time.thread_time_ns() - start)
    return sorted(taken)[100]
