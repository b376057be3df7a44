"""Tables of TOML held against the keys that they may have, with every flaw at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from geo.errors import UnreadableFile
from geo.remark import Remark


@dataclass(frozen=True, slots=True)
class Key:
    """
    One key of a table.

    Attributes
    ----------
    holds
        Whether a value will do.
    zh, en
        What a value should be.
    needed
        Whether a table without the key is flawed.
    """

    holds: Callable[[object], bool]
    zh: str
    en: str
    needed: bool = False


def read_operators_file(path: Path, what: str) -> str:
    """
    Read a file that an operator has written.

    Parameters
    ----------
    path
        The file.
    what
        What it should hold, for the sentence that says why it can't be read.

    Returns
    -------
    content
        Its text.

    Raises
    ------
    UnreadableFile
        It is missing, or no text in UTF-8.
    """
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
        raise UnreadableFile(f"The {what} {path} cannot be read: {why}.") from error


def text(*, needed: bool = False) -> Key:
    """
    Ask for a text that says something.

    Parameters
    ----------
    needed
        Whether it must be there.

    Returns
    -------
    key
        The key.
    """
    return Key(
        lambda value: isinstance(value, str) and bool(value.strip()), "文字", "a text", needed
    )


def word(words: type[StrEnum], *, needed: bool = False) -> Key:
    """
    Ask for a word of a vocabulary.

    Parameters
    ----------
    words
        The vocabulary.
    needed
        Whether it must be there.

    Returns
    -------
    key
        The key.
    """
    known = ", ".join(words)
    return Key(lambda value: value in list(words), f"其中之一：{known}", f"one of {known}", needed)


def texts() -> Key:
    """
    Ask for a list of texts.

    Returns
    -------
    key
        A list that is there has one text or more.
    """
    return Key(
        lambda value: (
            isinstance(value, list)
            and bool(value)
            and all(isinstance(part, str) and part.strip() for part in value)
        ),
        "文字列表",
        "a list of texts",
    )


def is_number(value: object) -> bool:
    """
    Tell whether a value is a number; true and false are none.

    Parameters
    ----------
    value
        Whatever TOML holds.

    Returns
    -------
    is_number
        Also for infinity.
    """
    return isinstance(value, int | float) and not isinstance(value, bool)


def flaws(table: object, keys: Mapping[str, Key]) -> Iterator[tuple[str | None, Remark]]:
    """
    Hold a table against its keys.

    Parameters
    ----------
    table
        Whatever TOML holds.
    keys
        What it may have.

    Yields
    ------
    key, flaw
        What is missing, what there is no key for, and what is not as it should be.
    """
    if not isinstance(table, dict):
        yield (
            None,
            Remark(
                "bad_value", f"应为表，而不是 {table!r}。", f"It should be a table, not {table!r}."
            ),
        )
        return
    for name, key in keys.items():
        if name not in table:
            if key.needed:
                yield name, Remark("missing_key", f"缺少 {name}。", f"{name} is missing.")
        elif not key.holds(table[name]):
            value = table[name]
            yield (
                name,
                Remark(
                    "bad_value",
                    f"{name} 应为{key.zh}，而不是 {value!r}。",
                    f"{name} should be {key.en}, not {value!r}.",
                ),
            )
    known = ", ".join(keys)
    for name in table:
        if name not in keys:
            yield (
                name,
                Remark(
                    "unknown_key",
                    f"没有 {name} 这一项；可用：{known}。",
                    f"There is no key {name!r}; known are {known}.",
                ),
            )
