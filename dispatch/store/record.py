"""
Records: frozen values as JSON, written so that equal values are equal bytes.

Types are read off the annotations of the dataclasses, so a field that is added to one is
written and read from then on.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

import msgspec

from geo.errors import UnreadableFile

T = TypeVar("T")


def write_record(value: object) -> str:
    """
    Write a value.

    Parameters
    ----------
    value
        Dataclasses and named tuples of texts, numbers, instants, enumerations, tuples,
        mappings and of each other.

    Returns
    -------
    record
        JSON with sorted keys and no spaces.
    """
    return _ENCODER.encode(value).decode()


def read_record(kind: type[T], record: str) -> T:
    """
    Read a value.

    Parameters
    ----------
    kind
        The dataclass that was written.
    record
        What `write_record` wrote; a field that it lacks takes its default.

    Returns
    -------
    value
        Equal to the one written.

    Raises
    ------
    UnreadableFile
        It is no such record.
    """
    hashed: Any = kind  # a class, which mypy does not take to be hashable
    try:
        value: T = _decoder_of(hashed).decode(record)
    except msgspec.MsgspecError as error:
        raise UnreadableFile(f"This is no record of a {kind.__name__}: {error}.") from error
    return value


def _plain(value: object) -> object:
    """What JSON can say of a value that it doesn't know."""
    assert isinstance(value, Mapping), f"{type(value).__name__} cannot be kept in a record"
    return dict(value)


_ENCODER = msgspec.json.Encoder(enc_hook=_plain, order="sorted")


@cache
def _decoder_of(kind: Any) -> msgspec.json.Decoder[Any]:  # noqa: ANN401 -- any class
    """Find out once from its annotations how values of a class are read."""
    return msgspec.json.Decoder(kind)
