"""
Matters by plain words: what somebody wrote → the items of the list that may be meant, and why.

Names of matters are official; people say 烧烤 and mean 餐饮油烟.  What was written is compared with
each name by pairs of neighbouring characters, the rarer among all names the more, and so is what
the words of a small table stand for.  Every suggestion names the words it was found by; which of
them it is a person says.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Final

from dispatch.city import City
from dispatch.matter import Matter, MatterKind
from dispatch.place_words import Words, words_of
from geo.errors import BadValue

MOST_FOUND: Final = 5
LEAST_SCORE: Final = 0.2
"""Share of a name's weight that has to be there for the matter to be suggested."""

_FRAME = re.compile(r"^对(.+?)的?(?:行政)?处罚$")
"""Words that all names of penalties share."""

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class PlainWord:
    """
    Words that people use, and what they stand for in names of matters.

    Attributes
    ----------
    says
        What is looked for in what was written; any one will do.
    means
        Words of the official names.
    """

    says: tuple[str, ...]
    means: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Heard:
    """
    A word by which a matter was found.

    Attributes
    ----------
    said
        As it was written.
    stands_for
        Words of the name; the same where the name has them itself.
    """

    said: str
    stands_for: str


@dataclass(frozen=True, slots=True)
class FoundMatter:
    """
    A matter that may be meant.

    Attributes
    ----------
    matter
        The matter.
    score
        Share of its name's weight that was found, from 0 to 1.
    heard
        Words by which it was found, the first said first.
    """

    matter: Matter
    score: float
    heard: tuple[Heard, ...]


class MatterSearch:
    """
    The penalties of a list laid out for searching; it never changes, and threads share it.

    Parameters
    ----------
    matters
        The list of powers; compulsory measures are nothing that anybody reports.
    table
        What plain words stand for.
    """

    def __init__(self, matters: Iterable[Matter], table: Sequence[PlainWord]) -> None:
        penalties = (one for one in matters if one.kind == MatterKind.PENALTY)
        self._matters = sorted(penalties, key=lambda one: one.code)
        self._names = [_pairs(words_of(bare_name(one.name))) for one in self._matters]
        seen = Counter(pair for name in self._names for pair in name)
        self._weight = {
            pair: math.log1p(len(self._matters) / times) for pair, times in seen.items()
        }
        self._whole = [sum(map(self._weight.__getitem__, name)) or 1.0 for name in self._names]
        self._having: dict[Pair, list[int]] = defaultdict(list)
        for row, name in enumerate(self._names):
            for pair in name:
                self._having[pair].append(row)
        self._table = [(said, words_of(said), word.means) for word in table for said in word.says]

    def find(self, text: str, *, limit: int = MOST_FOUND) -> tuple[FoundMatter, ...]:
        """
        Find the matters that may be meant.

        Parameters
        ----------
        text
            What somebody wrote, in their own words.
        limit
            Most to hand out.

        Returns
        -------
        found
            The likeliest first, ties by code; empty where nothing is like any name.
        """
        heard = self._heard(text)
        score: defaultdict[int, float] = defaultdict(float)
        for pair in heard:
            for row in self._having.get(pair, ()):
                score[row] += self._weight[pair]
        shares = [(score[row] / self._whole[row], row) for row in score]
        best = sorted((-share, row) for share, row in shares if share >= LEAST_SCORE)[:limit]
        return tuple(
            FoundMatter(self._matters[row], round(-share, 3), _words_of_name(heard, name))
            for share, row, name in ((share, row, self._names[row]) for share, row in best)
        )

    def _heard(self, text: str) -> dict[Pair, Heard]:
        """Pairs that were written or meant, and by which word."""
        words = words_of(text)
        heard: dict[Pair, Heard] = {}
        for said, saying, means in self._table:
            if not _holds(words, saying):
                continue
            for meant in means:
                for pair in _pairs(words_of(meant)):
                    heard.setdefault(pair, Heard(said, meant))
        for one, other in pairwise(words):
            if (one, other) in self._weight:
                heard.setdefault((one, other), Heard(one + other, one + other))
        return heard


@lru_cache(maxsize=4)
def search_of(city: City) -> MatterSearch:
    """
    Lay out the list of a city, once for each version of it.

    Parameters
    ----------
    city
        The city.

    Returns
    -------
    search
        With the words of the program.
    """
    return MatterSearch(city.matters.values(), standard_words())


def standard_words() -> tuple[PlainWord, ...]:
    """
    Read the words that come with the program.

    Returns
    -------
    table
        In the order of the file.
    """
    return read_words(files("dispatch").joinpath("matter_words.toml").read_text("utf-8"))


def read_words(text: str) -> tuple[PlainWord, ...]:
    """
    Read a table of plain words.

    Parameters
    ----------
    text
        TOML with an entry ``word`` for each, which has ``says`` and ``means``.

    Returns
    -------
    table
        In the order written.

    Raises
    ------
    BadValue
        It is no TOML, or an entry lacks one of the two lists.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadValue(f"The table of plain words is no TOML: {error}.") from error
    return tuple(_word(row, entry) for row, entry in enumerate(data.get("word", ()), start=1))


def bare_name(name: str) -> str:
    """
    Take off the words that the names of all penalties share.

    Parameters
    ----------
    name
        Such as 对超标排放餐饮油烟的处罚.

    Returns
    -------
    bare
        What tells it from the others: 超标排放餐饮油烟.
    """
    found = _FRAME.match(name)
    return found[1] if found else name


def _word(row: int, entry: Mapping[str, object]) -> PlainWord:
    """Read one entry, or say which is wrong."""
    lists = []
    for key in ("says", "means"):
        value = entry.get(key)
        if not isinstance(value, list) or not value or not all(map(_has_words, value)):
            raise BadValue(f"Entry {row} of the plain words needs a list of words {key!r}.")
        lists.append(tuple(value))
    return PlainWord(*lists)


def _has_words(value: object) -> bool:
    """Whether a value is a text with a word in it."""
    return isinstance(value, str) and bool(words_of(value))


def _pairs(words: Words) -> set[Pair]:
    """Pairs of neighbouring words, each once."""
    return set(pairwise(words))


def _holds(words: Words, part: Words) -> bool:
    """Whether words stand in others, one behind the other."""
    return any(words[at : at + len(part)] == part for at in range(len(words) - len(part) + 1))


def _words_of_name(heard: Mapping[Pair, Heard], name: set[Pair]) -> tuple[Heard, ...]:
    """The words by which a name was found, each once."""
    return tuple(dict.fromkeys(word for pair, word in heard.items() if pair in name))
