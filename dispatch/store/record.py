"""
Records: frozen values as JSON, written so that equal values are equal bytes.

Types are read off the annotations of the dataclasses, so a field that is added to one is
written and read from then on.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from functools import cache
from types import MappingProxyType, NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")

Reader = Callable[[Any], Any]
"""Makes a value from what JSON said."""


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
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain
    )


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
    """
    hint: Any = kind
    value: T = _reader_of(hint)(json.loads(record))
    return value


def _plain(value: object) -> object:
    """What JSON can say of a value that it doesn't know."""
    kind: Any = type(value)  # a class, which mypy does not take to be hashable
    names = _names(kind)
    if names is not None:
        return {name: getattr(value, name) for name in names}
    if isinstance(value, date):  # an instant is one, too
        return value.isoformat()
    assert isinstance(value, Mapping), f"{type(value).__name__} cannot be kept in a record"
    return dict(value)


@cache
def _names(kind: type) -> tuple[str, ...] | None:
    """Names of the fields of a dataclass; None for anything else."""
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else None


@cache
def _reader_of(hint: Any) -> Reader:  # noqa: ANN401 -- annotations have no type in common
    """Find out from an annotation how its values are read."""
    origin, inside = get_origin(hint), get_args(hint)
    if origin in {Union, UnionType}:
        return _optional(inside)
    if origin is tuple:
        return _tuple(inside)
    if origin is not None and issubclass(origin, Mapping):
        return _mapping(inside)
    if is_dataclass(hint):
        return _dataclass(hint)
    if hasattr(hint, "_fields"):
        return _named_tuple(hint)
    return _single(hint)


def _single(kind: Any) -> Reader:  # noqa: ANN401 -- any class
    """Read a value that has no parts."""
    read: Reader = _as_it_is
    if issubclass(kind, date):
        read = kind.fromisoformat
    elif issubclass(kind, Enum):
        read = kind
    return read


def _as_it_is(value: Any) -> Any:  # noqa: ANN401 -- a text or a number
    return value


def _optional(inside: tuple[Any, ...]) -> Reader:
    """Read None or a value of the one other type."""
    (other,) = (hint for hint in inside if hint is not NoneType)
    read = _reader_of(other)
    return lambda value: None if value is None else read(value)


def _tuple(inside: tuple[Any, ...]) -> Reader:
    """Read a tuple of any length, or of one type per place."""
    if inside[-1] is Ellipsis:
        read = _reader_of(inside[0])
        return tuple if read is _as_it_is else lambda value: tuple(map(read, value))
    readers = tuple(map(_reader_of, inside))
    return lambda value: tuple(read(one) for read, one in zip(readers, value, strict=True))


def _mapping(inside: tuple[Any, ...]) -> Reader:
    """Read a mapping from texts."""
    read = _reader_of(inside[1])
    return lambda value: MappingProxyType({name: read(one) for name, one in value.items()})


def _named_tuple(kind: Any) -> Reader:  # noqa: ANN401 -- any named tuple
    """Read a named tuple, which JSON knows by the order of its fields."""
    hints = get_type_hints(kind)
    readers = tuple(_reader_of(hints[name]) for name in kind._fields)
    return lambda value: kind(*(read(one) for read, one in zip(readers, value, strict=True)))


def _dataclass(kind: Any) -> Reader:  # noqa: ANN401 -- any dataclass
    """Read a dataclass field by field."""
    hints = get_type_hints(kind)
    readers = {field.name: _reader_of(hints[field.name]) for field in fields(kind)}
    return lambda value: kind(**{name: readers[name](one) for name, one in value.items()})
