"""What an engine could not answer for reasons of its own leaves it as one kind of error."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from geo.errors import GridDispatchError, Unavailable
from geo.road.network import RoadNetwork
from geo.road.road_class import Mode

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")


class EngineFailed(Unavailable):
    """
    A road engine could not answer, though the question was sound.

    Parameters
    ----------
    mode
        Whose roads they are.
    """

    code = "engine_failed"
    retry_after_s = 1

    def __init__(self, mode: Mode) -> None:
        super().__init__(f"The road engine for {mode} has failed; ask again in a moment.")
        self.mode = mode


class _OnRoads(Protocol):
    """An engine on a network."""

    network: RoadNetwork


Engine = TypeVar("Engine", bound=_OnRoads)


def or_engine_failed(
    method: Callable[Concatenate[Engine, Asked], Answer],
) -> Callable[Concatenate[Engine, Asked], Answer]:
    """
    Let whatever a method of an engine did not foresee leave it as `EngineFailed`.

    Parameters
    ----------
    method
        Of an engine; errors of our own tree leave it as they are.

    Returns
    -------
    guarded
        The same method.
    """

    @wraps(method)
    def guarded(engine: Engine, /, *args: Asked.args, **kwargs: Asked.kwargs) -> Answer:
        try:
            return method(engine, *args, **kwargs)
        except GridDispatchError:
            raise
        except Exception as error:
            raise EngineFailed(engine.network.mode) from error

    return guarded
